package opml.lab.equality;

import java.util.Random;
import opml.vm.isa.Op;

/// Instruction words, by class and by chance.
final class RandomWords {
  /// All values of opcode (7 bits), funct3 and funct7.
  static final int CLASSES = 1 << 17;

  private static final int[] REGISTERS = {0, 1, 10, 11, 17, 31};
  private static final Op[] OPS = Op.values();

  private final Random random;

  RandomWords(Random random) {
    this.random = random;
  }

  /// {@return a word of the class `number`, 0 to 2^17 - 1, with registers of chance}
  int ofClass(int number) {
    return number & 0x7f
        | (number >>> 7 & 7) << 12
        | number >>> 10 << 25
        | register() << 7
        | register() << 15
        | register() << 20;
  }

  /// {@return an instruction with all its operand fields of chance}
  int instruction() {
    return instruction(OPS[random.nextInt(OPS.length)]);
  }

  int instruction(Op op) {
    int word = op.match() | random.nextInt() & ~op.format().mask();
    // Half of the immediates are short, so that branches and addresses stay near.
    return random.nextBoolean() ? word : word & ~0x7e000000 | op.match();
  }

  /// How many words there are for [#neighbour].
  static final int NEIGHBOURS = 32 * OPS.length;

  /// {@return an instruction without operands, but for one flipped bit}
  int neighbour(int number) {
    return OPS[number / 32].match() ^ 1 << number % 32;
  }

  /// {@return mostly an instruction; now and then one with a flipped bit, or any word}
  int any() {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt();
      case 1 -> instruction() ^ 1 << random.nextInt(32);
      default -> instruction();
    };
  }

  private int register() {
    return random.nextInt(3) == 0
        ? random.nextInt(32)
        : REGISTERS[random.nextInt(REGISTERS.length)];
  }
}
