package opml.compiler.frontend;

import java.lang.classfile.Instruction;
import java.util.ArrayList;
import java.util.List;

/// A basic block of bytecode.
final class CodeBlock {
  /// An instruction and its source line.
  record Line(Instruction instruction, int number) {}

  private final int index;
  private final List<Line> lines;
  private final List<CodeBlock> successors = new ArrayList<>();

  CodeBlock(int index, List<Line> lines) {
    this.index = index;
    this.lines = lines;
  }

  /// {@return its place in the method's code; a copy has its original's}
  int index() {
    return index;
  }

  List<Line> lines() {
    return lines;
  }

  /// {@return where control goes: a branch's target before what follows it; a switch's cases, then its default}
  List<CodeBlock> successors() {
    return successors;
  }

  CodeBlock copy() {
    CodeBlock copy = new CodeBlock(index, lines);
    copy.successors.addAll(successors);
    return copy;
  }
}
