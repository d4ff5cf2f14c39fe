package opml.compiler.backend;

import java.util.ArrayList;
import java.util.List;
import opml.compiler.ir.Origin;

/// A basic block of machine instructions with the origin of each.
final class MachineBlock {
  /// An instruction and where it comes from.
  record Line(MachineInstruction instruction, Origin origin) {}

  private final int id;
  private final int source;
  private final int loopDepth;
  private List<Line> lines = new ArrayList<>();

  /// @param source the number of the graph's block
  MachineBlock(int id, int source, int loopDepth) {
    this.id = id;
    this.source = source;
    this.loopDepth = loopDepth;
  }

  int id() {
    return id;
  }

  int source() {
    return source;
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

  void add(MachineInstruction instruction, Origin origin) {
    lines.add(new Line(instruction, origin));
  }

  List<MachineBlock> successors() {
    return switch (lines.getLast().instruction()) {
      case MachineInstruction.Jump(MachineBlock to) -> List.of(to);
      case MachineInstruction.Branch branch -> List.of(branch.yes(), branch.no());
      default -> List.of();
    };
  }
}
