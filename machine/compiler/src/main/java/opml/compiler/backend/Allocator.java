package opml.compiler.backend;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import opml.compiler.backend.MachineBlock.Line;

/// Gives every value a machine register by colouring the interference graph, with conservative coalescing of copies and
/// optimistic spilling (Briggs, Cooper, Torczon, Improvements to Graph Coloring Register Allocation, 1994). A value
/// without a colour lives in the frame, or is computed again where it is only a constant or a parameter.
final class Allocator {
  private static final int MOST_ROUNDS = 60;

  private final MachineMethod method;
  private final Set<Integer> unspillable = new HashSet<>();

  // Of one round.
  private Interference graph;
  private int[] alias;

  private Allocator(MachineMethod method) {
    this.method = method;
    this.graph = new Interference(method, Liveness.of(method));
    this.alias = new int[0];
  }

  static void allocate(MachineMethod method) {
    Allocator allocator = new Allocator(method);
    for (int round = 0; round < MOST_ROUNDS; round++) {
      if (allocator.round()) {
        return;
      }
    }
    throw new IllegalStateException("no register allocation for " + method.ref());
  }

  private boolean round() {
    graph = new Interference(method, Liveness.of(method));
    alias = new int[graph.count()];
    for (int i = 0; i < alias.length; i++) {
      alias[i] = i;
    }
    coalesce();
    int[] colour = new int[graph.count()];
    Set<Integer> spilled = colour(colour);
    if (!spilled.isEmpty()) {
      new Spiller(method, unspillable, this::find).spill(spilled);
      return false;
    }
    rewrite(colour);
    return true;
  }

  private int find(int register) {
    while (register < alias.length && alias[register] != register) {
      register = alias[register];
    }
    return register;
  }

  private void coalesce() {
    List<Interference.Copy> copies = new ArrayList<>(graph.copies());
    copies.sort(Comparator.comparingLong(Interference.Copy::weight).reversed());
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Interference.Copy copy : copies) {
        int a = find(copy.target());
        int b = find(copy.source());
        if (a < 32 || b < 32 || a == b || graph.conflict(a, b)) {
          continue;
        }
        if (unspillable.contains(a) || unspillable.contains(b)) {
          continue;
        }
        if (!addsNothing(a, b) && !addsNothing(b, a) && !staysColourable(a, b)) {
          continue;
        }
        graph.merge(Math.min(a, b), Math.max(a, b));
        alias[Math.max(a, b)] = Math.min(a, b);
        changed = true;
      }
    }
  }

  /// George and Appel: every neighbour of `a` is one of `b` already, or of low degree.
  private boolean addsNothing(int a, int b) {
    if ((graph.forbidden(a) & ~graph.forbidden(b)) != 0) {
      return false;
    }
    BitSet others = graph.neighbours(a);
    for (int other = others.nextSetBit(0); other >= 0; other = others.nextSetBit(other + 1)) {
      if (!graph.conflict(b, other) && graph.degree(other) >= Registers.COUNT) {
        return false;
      }
    }
    return true;
  }

  /// Briggs: the merged value has fewer neighbours of high degree than there are registers.
  private boolean staysColourable(int a, int b) {
    int significant = Integer.bitCount(graph.forbidden(a) | graph.forbidden(b));
    BitSet all = (BitSet) graph.neighbours(a).clone();
    all.or(graph.neighbours(b));
    for (int other = all.nextSetBit(0); other >= 0; other = all.nextSetBit(other + 1)) {
      boolean both = graph.conflict(a, other) && graph.conflict(b, other);
      if (graph.degree(other) - (both ? 1 : 0) >= Registers.COUNT) {
        significant++;
      }
    }
    return significant < Registers.COUNT;
  }

  private Set<Integer> colour(int[] colour) {
    Deque<Integer> stack = simplified();
    Map<Integer, List<Interference.Copy>> copies = new HashMap<>();
    for (Interference.Copy copy : graph.copies()) {
      copies.computeIfAbsent(find(copy.target()), _ -> new ArrayList<>()).add(copy);
      copies.computeIfAbsent(find(copy.source()), _ -> new ArrayList<>()).add(copy);
    }
    Set<Integer> spilled = new TreeSet<>();
    while (!stack.isEmpty()) {
      int value = stack.pop();
      int taken = graph.forbidden(value);
      BitSet others = graph.neighbours(value);
      for (int other = others.nextSetBit(0); other >= 0; other = others.nextSetBit(other + 1)) {
        taken |= colour[other] == 0 ? 0 : Registers.bit(colour[other]);
      }
      int free = Registers.allocatable() & ~taken;
      if (free == 0) {
        spilled.add(value);
      } else {
        colour[value] = choose(value, free, colour, copies);
      }
    }
    return spilled;
  }

  /// Takes the register of the heaviest copy's other end, if free, else the first of the order that no neighbour still
  /// to be coloured would rather have.
  private int choose(
      int value, int free, int[] colour, Map<Integer, List<Interference.Copy>> copies) {
    long[] wanted = new long[32];
    addWishes(value, 2, colour, copies, wanted);
    BitSet others = graph.neighbours(value);
    for (int other = others.nextSetBit(0); other >= 0; other = others.nextSetBit(other + 1)) {
      if (other >= 32 && colour[other] == 0) {
        addWishes(other, -1, colour, copies, wanted);
      }
    }
    int best = MachineInstruction.NONE;
    for (int i = 0; i < Registers.COUNT; i++) {
      int register = Registers.inOrder(i);
      if ((free & Registers.bit(register)) != 0
          && (best == MachineInstruction.NONE || wanted[register] > wanted[best])) {
        best = register;
      }
    }
    return best;
  }

  /// Adds the weight of each copy between a value and a register that is known, `factor` times.
  private void addWishes(
      int value,
      int factor,
      int[] colour,
      Map<Integer, List<Interference.Copy>> copies,
      long[] wanted) {
    for (Interference.Copy copy : copies.getOrDefault(value, List.of())) {
      int other = find(copy.target()) == value ? find(copy.source()) : find(copy.target());
      int register = other < 32 ? other : colour[other];
      if (register > 0) {
        wanted[register] += factor * copy.weight();
      }
    }
  }

  /// {@return the values in the order in which they will be coloured from the top: those with few neighbours last}
  private Deque<Integer> simplified() {
    Deque<Integer> stack = new ArrayDeque<>();
    int[] degree = new int[graph.count()];
    BitSet left = new BitSet();
    for (int value = 32; value < graph.count(); value++) {
      if (graph.isValue(value)) {
        degree[value] = graph.degree(value);
        left.set(value);
      }
    }
    while (!left.isEmpty()) {
      int next = MachineInstruction.NONE;
      for (int value = left.nextSetBit(0); value >= 0; value = left.nextSetBit(value + 1)) {
        if (degree[value] < Registers.COUNT) {
          next = value;
          break;
        }
      }
      if (next == MachineInstruction.NONE) {
        next = cheapest(left, degree);
      }
      left.clear(next);
      stack.push(next);
      BitSet others = graph.neighbours(next);
      for (int other = others.nextSetBit(0); other >= 0; other = others.nextSetBit(other + 1)) {
        degree[other]--;
      }
    }
    return stack;
  }

  private int cheapest(BitSet left, int[] degree) {
    int best = MachineInstruction.NONE;
    double least = Double.POSITIVE_INFINITY;
    for (int value = left.nextSetBit(0); value >= 0; value = left.nextSetBit(value + 1)) {
      double price =
          unspillable.contains(value) ? 1e30 + value : (double) graph.cost(value) / degree[value];
      if (best == MachineInstruction.NONE || price < least) {
        best = value;
        least = price;
      }
    }
    return best;
  }

  private void rewrite(int[] colour) {
    for (MachineBlock block : method.blocks()) {
      List<Line> rewritten = new ArrayList<>();
      for (Line line : block.lines()) {
        MachineInstruction instruction = line.instruction();
        int[] sources = instruction.sources();
        for (int i = 0; i < sources.length; i++) {
          sources[i] = place(sources[i], colour);
        }
        MachineInstruction placed = instruction.with(place(instruction.target(), colour), sources);
        if (!(placed instanceof MachineInstruction.Move(int target, int source)
            && target == source)) {
          rewritten.add(new Line(placed, line.origin()));
        }
      }
      block.replaceLines(rewritten);
    }
  }

  private int place(int register, int[] colour) {
    return register < 32 ? register : colour[find(register)];
  }
}
