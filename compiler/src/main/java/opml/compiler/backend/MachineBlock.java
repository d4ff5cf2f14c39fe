package opml.compiler.backend;

import java.util.ArrayList;
import java.util.List;

/// A basic block of machine instructions with the source line of each.
final class MachineBlock {
  /// An instruction and its source line.
  record Line(Instruction instruction, int number) {}

  private final int id;
  private final int loopDepth;
  private List<Line> lines = new ArrayList<>();

  MachineBlock(int id, int loopDepth) {
    this.id = id;
    this.loopDepth = loopDepth;
  }

  int id() {
    return id;
  }

  int loopDepth() {
    return loopDepth;
  }

  List<Line> lines() {
    return lines;
  }

  void replaceLines(List<Line> replacement) {
    lines = replacement;
  }

  void add(Instruction instruction, int line) {
    lines.add(new Line(instruction, line));
  }

  List<MachineBlock> successors() {
    return switch (lines.getLast().instruction()) {
      case Instruction.Jump(MachineBlock to) -> List.of(to);
      case Instruction.Branch branch -> List.of(branch.yes(), branch.no());
      default -> List.of();
    };
  }
}
