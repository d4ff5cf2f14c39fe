package opml.vm.isa;

import java.util.Random;

/// Instructions with operands of chance, where their format has any.
final class RandomInstructions {
  private RandomInstructions() {}

  static Instruction of(Op op, Random random) {
    return new Instruction(
        op,
        op.format().writes() ? random.nextInt(32) : 0,
        op.format().readsFirst() ? random.nextInt(32) : 0,
        op.format().readsSecond() ? random.nextInt(32) : 0,
        immediate(op, random));
  }

  private static int immediate(Op op, Random random) {
    return switch (op.format()) {
      case IMMEDIATE, STORE -> random.nextInt(4096) - 2048;
      case SHIFT -> random.nextInt(64);
      case SHIFT_WORD -> random.nextInt(32);
      case BRANCH -> 2 * (random.nextInt(4096) - 2048);
      case UPPER -> random.nextInt() & 0xfffff000;
      case JUMP -> 2 * (random.nextInt(1 << 20) - (1 << 19));
      case REGISTER, HINT, FIXED -> 0;
    };
  }
}
