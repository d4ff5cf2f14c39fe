package opml.lab.equality;

import java.util.List;
import java.util.Random;
import opml.vm.state.MachineState;

/// Values at which machines go wrong if they go wrong.
final class StepOperands {
  static final List<Long> CORNERS =
      List.of(
          0L,
          1L,
          -1L,
          2L,
          7L,
          31L,
          32L,
          33L,
          63L,
          64L,
          93L,
          Long.MIN_VALUE,
          Long.MIN_VALUE + 1,
          Long.MAX_VALUE,
          0x7fff_ffffL,
          0x8000_0000L,
          0xffff_ffffL,
          -0x8000_0000L,
          0x1_0000_0000L,
          0x0123_4567_89ab_cdefL,
          0xfedc_ba98_7654_3210L,
          0x8080_8080_8080_8080L);

  private final Random random;

  StepOperands(Random random) {
    this.random = random;
  }

  long value() {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> CORNERS.get(random.nextInt(CORNERS.size()));
      case 3 -> random.nextInt(256);
      case 4 -> random.nextInt();
      case 5 -> CORNERS.get(random.nextInt(CORNERS.size())) + random.nextInt(9) - 4;
      default -> random.nextLong() >> random.nextInt(64);
    };
  }

  /// {@return 32 registers; now and then 93 in a7, so that an ecall exits, or nearly 93}
  long[] registers() {
    long[] x = new long[MachineState.REGISTERS];
    boolean sparse = random.nextBoolean();
    for (int i = 1; i < x.length; i++) {
      x[i] = sparse && random.nextInt(4) != 0 ? 0 : value();
    }
    switch (random.nextInt(9)) {
      case 0, 1, 2 -> x[17] = 93;
      case 3 -> x[17] = 93 | random.nextLong() << 8 + random.nextInt(56);
      default -> {}
    }
    return x;
  }

  /// {@return a pc, nearly always inside a program of this depth, often at one of its ends}
  long pc(int codeDepth) {
    long size = 32L << codeDepth;
    return switch (random.nextInt(24)) {
      case 0 -> size - 4;
      case 1 -> 0;
      case 2 -> size;
      case 3 -> size + 4L * random.nextInt(64);
      case 4 -> -4;
      case 5 -> random.nextLong() & -4;
      case 6 -> random.nextLong(size);
      case 7 -> random.nextLong(size) + (random.nextLong() << codeDepth + 5);
      default -> random.nextLong(size) & -4;
    };
  }

  /// {@return 0, which is a machine that runs, nearly always}
  long exit() {
    return switch (random.nextInt(48)) {
      case 0 -> MachineState.exited(random.nextInt(256));
      case 1 -> MachineState.ILLEGAL;
      case 2 -> 1L << random.nextInt(64);
      case 3 -> random.nextLong();
      default -> MachineState.RUNNING;
    };
  }

  /// {@return a depth of 0 to `max`, small ones more often}
  int depth(int max) {
    return random.nextInt(random.nextInt(4) == 0 ? max + 1 : max / 4 + 1);
  }
}
