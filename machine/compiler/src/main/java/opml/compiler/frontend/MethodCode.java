package opml.compiler.frontend;

import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import opml.compiler.ir.MethodRef;
import org.jspecify.annotations.Nullable;

/// A method's bytecode, cut into basic blocks, with its signature in kernel Java's types.
final class MethodCode {
  /// A loop's test is copied to its end if it is at most this many instructions long.
  private static final int MOST_TEST_INSTRUCTIONS = 24;

  private final MethodRef ref;
  private final List<Type> parameters;
  private final @Nullable Type result;
  private final int maxLocals;
  private final List<CodeBlock.Line> lines = new ArrayList<>();
  private final List<CodeBlock> blocks = new ArrayList<>();

  MethodCode(
      MethodRef ref, List<Type> parameters, @Nullable Type result, int maxLocals, CodeModel code) {
    this.ref = ref;
    this.parameters = parameters;
    this.result = result;
    this.maxLocals = maxLocals;
    read(code);
    invertLoops();
  }

  MethodRef ref() {
    return ref;
  }

  List<Type> parameters() {
    return parameters;
  }

  /// {@return the result's type, or null for a void method}
  @Nullable Type result() {
    return result;
  }

  int maxLocals() {
    return maxLocals;
  }

  /// {@return all instructions in order, unreachable ones too}
  List<CodeBlock.Line> lines() {
    return lines;
  }

  CodeBlock entry() {
    return blocks.getFirst();
  }

  private void read(CodeModel code) {
    Map<Label, Integer> labels = new HashMap<>();
    int line = 0;
    for (CodeElement element : code) {
      switch (element) {
        case LabelTarget target -> labels.put(target.label(), lines.size());
        case LineNumber number -> line = number.line();
        case Instruction instruction -> lines.add(new CodeBlock.Line(instruction, line));
        default -> {}
      }
    }
    if (!code.exceptionHandlers().isEmpty()) {
      Integer at = labels.get(code.exceptionHandlers().getFirst().handler());
      int number = at == null ? 0 : lines.get(at).number();
      throw new RefusedException(ref, number, "exception handler; kernel Java has no exceptions");
    }
    TreeSet<Integer> leaders = new TreeSet<>();
    leaders.add(0);
    for (int i = 0; i < lines.size(); i++) {
      Instruction instruction = lines.get(i).instruction();
      List<Label> targets = targets(instruction);
      targets.forEach(target -> leaders.add(labels.get(target)));
      if (!targets.isEmpty() || endsFlow(instruction)) {
        leaders.add(i + 1);
      }
    }
    leaders.remove(lines.size());
    TreeMap<Integer, CodeBlock> starts = new TreeMap<>();
    for (int start : leaders) {
      Integer end = leaders.higher(start);
      starts.put(
          start,
          new CodeBlock(starts.size(), lines.subList(start, end == null ? lines.size() : end)));
    }
    blocks.addAll(starts.values());
    for (CodeBlock block : blocks) {
      Instruction last = block.lines().getLast().instruction();
      for (Label target : targets(last)) {
        block.successors().add(starts.get(labels.get(target)));
      }
      if (!endsFlow(last) && block.index() + 1 < blocks.size()) {
        block.successors().add(blocks.get(block.index() + 1));
      }
    }
  }

  private static List<Label> targets(Instruction instruction) {
    return switch (instruction) {
      case BranchInstruction branch -> List.of(branch.target());
      case LookupSwitchInstruction choice -> targets(choice.cases(), choice.defaultTarget());
      case TableSwitchInstruction choice -> targets(choice.cases(), choice.defaultTarget());
      default -> List.of();
    };
  }

  private static List<Label> targets(List<SwitchCase> cases, Label otherwise) {
    List<Label> targets = new ArrayList<>(cases.stream().map(SwitchCase::target).toList());
    targets.add(otherwise);
    return targets;
  }

  /// {@return whether the next instruction is not reached from this one}
  private static boolean endsFlow(Instruction instruction) {
    return instruction instanceof ReturnInstruction
        || instruction instanceof ThrowInstruction
        || instruction instanceof LookupSwitchInstruction
        || instruction instanceof TableSwitchInstruction
        || isGoto(instruction);
  }

  private static boolean isGoto(Instruction instruction) {
    return instruction.opcode() == Opcode.GOTO || instruction.opcode() == Opcode.GOTO_W;
  }

  /// javac tests a loop at its top and jumps back there. A copy of the test at each jump back saves the jump, one
  /// instruction per turn, and makes the first block of the body the loop's only entry.
  private void invertLoops() {
    for (CodeBlock latch : List.copyOf(blocks)) {
      if (!isGoto(latch.lines().getLast().instruction())) {
        continue;
      }
      CodeBlock test = latch.successors().getFirst();
      if (test.index() > latch.index()
          || test.successors().size() != 2
          || test.lines().size() > MOST_TEST_INSTRUCTIONS) {
        continue;
      }
      int first = test.successors().get(0).index();
      int second = test.successors().get(1).index();
      boolean leaves = Math.max(first, second) > latch.index();
      boolean stays =
          Math.min(first, second) > test.index() && Math.min(first, second) <= latch.index();
      if (leaves && stays) {
        latch.successors().set(0, test.copy());
      }
    }
  }
}
