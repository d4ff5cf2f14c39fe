package opml.vm.jit;

import java.util.Arrays;
import java.util.BitSet;
import opml.vm.isa.Format;
import opml.vm.isa.Instruction;
import opml.vm.isa.Op;
import opml.vm.state.Program;

/// A program as the translator sees it: decoded, cut into blocks, with the hits that the interpreter counted.
final class Guest {
  /// A word of zeros, which is illegal.
  private static final Instruction PADDING = Instruction.decode(0);

  private final Instruction[] instructions;
  private final int[] hits;

  /// Words that a block begins at.
  private final BitSet leaders = new BitSet();

  /// Words whose hits say how often they were come to; the others are come to from the word before only.
  private final BitSet counted = new BitSet();

  Guest(Program program) {
    instructions = new Instruction[program.words()];
    hits = new int[instructions.length + 1];
    int first = program.firstWord();
    Instruction[] decoded = program.instructions();
    Arrays.fill(instructions, PADDING);
    System.arraycopy(decoded, 0, instructions, first, decoded.length);
    for (int i = first; i < first + decoded.length; i++) {
      if (op(i) == Op.ILLEGAL) {
        continue; // never translated
      }
      if (isBranch(i) || op(i) == Op.JAL) {
        mark(target(i));
      }
      if (isBranch(i)) {
        counted.set(i + 1);
      }
      if (endsBlock(i)) {
        leaders.set(i + 1);
      }
    }
  }

  private void mark(int word) {
    if (contains(word)) {
      leaders.set(word);
      counted.set(word);
    }
  }

  int words() {
    return instructions.length;
  }

  boolean contains(int word) {
    return 0 <= word && word < instructions.length;
  }

  Instruction at(int word) {
    return instructions[word];
  }

  Op op(int word) {
    return instructions[word].op();
  }

  boolean isBranch(int word) {
    return op(word).format() == Format.BRANCH;
  }

  /// {@return the word that a branch or JAL jumps to; the odd half word of its distance is dropped}
  int target(int word) {
    return word + (instructions[word].imm() >> 2);
  }

  boolean startsBlock(int word) {
    return leaders.get(word);
  }

  boolean endsBlock(int word) {
    return isBranch(word) || op(word) == Op.JAL || op(word) == Op.JALR || halts(word);
  }

  /// {@return whether the machine may halt at the word, which is left to the interpreter}
  boolean halts(int word) {
    return op(word) == Op.ECALL || op(word) == Op.ILLEGAL;
  }

  boolean isCounted(int word) {
    return counted.get(word);
  }

  /// {@return how often each word was come to}
  int[] hits() {
    return hits;
  }
}
