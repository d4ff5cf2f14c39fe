package opml.compiler.backend;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import opml.compiler.backend.MachineBlock.Line;
import org.jspecify.annotations.Nullable;

/// Moves values out of registers: stored where they are written, loaded where they are read. What is only a constant or
/// a parameter is loaded again instead and needs no store.
final class Spiller {
  private final MachineMethod method;
  private final Set<Integer> unspillable;
  private final IntUnaryOperator find;
  private final Map<Integer, MachineInstruction.Slot> slots = new HashMap<>();
  private final Map<Integer, MachineInstruction> recipes = new HashMap<>();

  Spiller(MachineMethod method, Set<Integer> unspillable, IntUnaryOperator find) {
    this.method = method;
    this.unspillable = unspillable;
    this.find = find;
  }

  void spill(Set<Integer> values) {
    for (int value : values) {
      if (unspillable.contains(value)) {
        throw new IllegalStateException("too many values in one instruction of " + method.ref());
      }
      MachineInstruction recipe = recipe(value);
      if (recipe != null) {
        recipes.put(value, recipe);
      } else {
        slots.put(value, new MachineInstruction.Slot(null, method.newSlot()));
      }
    }
    method.blocks().forEach(this::rewrite);
  }

  /// {@return how to compute a value again, if every write of it is the same load of something constant}
  private @Nullable MachineInstruction recipe(int value) {
    MachineInstruction found = null;
    for (MachineBlock block : method.blocks()) {
      for (Line line : block.lines()) {
        MachineInstruction instruction = line.instruction();
        if (instruction.target() < 32 || find.applyAsInt(instruction.target()) != value) {
          continue;
        }
        if (instruction instanceof MachineInstruction.Move(_, int source)
            && root(source) == value) {
          continue;
        }
        boolean constant =
            instruction instanceof MachineInstruction.Constant
                || instruction instanceof MachineInstruction.Fixed
                || instruction instanceof MachineInstruction.Reload;
        MachineInstruction normal = instruction.with(value, instruction.sources());
        if (!constant || found != null && !found.equals(normal)) {
          return null;
        }
        found = normal;
      }
    }
    return found;
  }

  private void rewrite(MachineBlock block) {
    List<Line> out = new ArrayList<>();
    for (Line line : block.lines()) {
      MachineInstruction instruction = line.instruction();
      int target = root(instruction.target());
      if (recipes.containsKey(target) || isCopyInPlace(instruction)) {
        continue;
      }
      int[] sources = instruction.sources();
      Map<Integer, Integer> loaded = new HashMap<>();
      for (int i = 0; i < sources.length; i++) {
        int source = root(sources[i]);
        if (recipes.containsKey(source) || slots.containsKey(source)) {
          if (!loaded.containsKey(source)) {
            int temporary = temporary();
            loaded.put(source, temporary);
            out.add(new Line(load(source, temporary), line.origin()));
          }
          sources[i] = loaded.get(source);
        }
      }
      MachineInstruction.Slot slot = slots.get(target);
      int written = slot == null ? instruction.target() : temporary();
      out.add(new Line(instruction.with(written, sources), line.origin()));
      if (slot != null) {
        out.add(new Line(new MachineInstruction.Spill(written, slot), line.origin()));
      }
    }
    block.replaceLines(out);
  }

  private MachineInstruction load(int value, int into) {
    MachineInstruction recipe = recipes.get(value);
    if (recipe != null) {
      return recipe.with(into, recipe.sources());
    }
    MachineInstruction.Slot slot = slots.get(value);
    if (slot == null) {
      throw new IllegalStateException("not spilled: " + value);
    }
    return new MachineInstruction.Reload(into, slot);
  }

  private boolean isCopyInPlace(MachineInstruction instruction) {
    return instruction instanceof MachineInstruction.Move(int target, int source)
        && slots.containsKey(root(target))
        && root(target) == root(source);
  }

  private int root(int register) {
    return register < 32 ? register : find.applyAsInt(register);
  }

  private int temporary() {
    int register = method.newRegister();
    unspillable.add(register);
    return register;
  }
}
