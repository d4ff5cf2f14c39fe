package opml.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import opml.compiler.kernels.Basics;
import opml.compiler.program.CompiledProgram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every construct of kernel Java, natively and on the machine.
class BasicsTest {
  private static final long SEED = 20260101;

  @FunctionalInterface
  private interface Native {
    int run(MemorySegment x, MemorySegment y);
  }

  private static final long[] EDGES = {
    0,
    1,
    -1,
    2,
    31,
    32,
    33,
    63,
    64,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    2047,
    2048,
    -2048,
    -2049,
    4096,
    0x7fffffffL,
    0x80000000L,
    -0x80000000L,
    0xffffffffL,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    0x100000000L
  };

  private static byte[] longs(int count, SplittableRandom random) {
    ByteBuffer out = ByteBuffer.allocate(8 * count).order(ByteOrder.LITTLE_ENDIAN);
    while (out.hasRemaining()) {
      int choice = random.nextInt(3);
      out.putLong(
          choice == 0
              ? random.nextLong()
              : choice == 1
                  ? random.nextLong() >> random.nextInt(64)
                  : EDGES[random.nextInt(EDGES.length)]);
    }
    return out.array();
  }

  private static byte[] floats(int count, SplittableRandom random) {
    int[] edges = {
      0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001,
          0x7f800001, 1, 0x80000001,
      0x7fffff, 0x800000, 0x7f7fffff, 0xff7fffff, 0x4b000000, 0x4b7fffff, 0x4f000000, 0xcf000000,
          0x5f000000, 0x3f000000, 0x3effffff
    };
    ByteBuffer out = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    while (out.hasRemaining()) {
      int choice = random.nextInt(3);
      out.putInt(
          choice == 0
              ? random.nextInt()
              : choice == 1
                  ? Float.floatToIntBits((random.nextInt(2001) - 1000) / 16f)
                  : edges[random.nextInt(edges.length)]);
    }
    return out.array();
  }

  private static void check(String method, byte[] x, int ySize, Native reference, long... scalars) {
    MemorySegment nativeX = KernelCall.aligned(x);
    MemorySegment nativeY = KernelCall.aligned(new byte[ySize]);
    int exit = reference.run(nativeX, nativeY);
    CompiledProgram program = Compiler.compile(method, Basics.class, method);
    KernelCall call = KernelCall.run(program, List.of(x, new byte[ySize]), scalars);
    assertThat(call.exitCode()).as(method).isEqualTo(exit);
    assertThat(call.segments().get(1))
        .as(method + ", seed " + SEED)
        .isEqualTo(KernelCall.bytes(nativeY));
    assertThat(call.segments().get(0)).as(method).isEqualTo(x);
  }

  @Test
  void aKernelThatDoesNothingExits() {
    check("nothing", new byte[8], 8, Basics::nothing);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, 300})
  void aLoopSumsAnyNumberOfElements(int n) {
    check(
        "sum",
        longs(n / 2 + 1, new SplittableRandom(SEED)),
        8,
        (x, y) -> {
          Basics.sum(x, y, n);
          return 0;
        },
        n);
  }

  @Test
  void intArithmeticIsJavas() {
    int n = 400;
    check(
        "ints",
        longs(n, new SplittableRandom(SEED)),
        n * 224,
        (x, y) -> {
          Basics.ints(x, y, n);
          return 0;
        },
        n);
  }

  @Test
  void longArithmeticIsJavas() {
    int n = 400;
    check(
        "longs",
        longs(2 * n, new SplittableRandom(SEED)),
        n * 448,
        (x, y) -> {
          Basics.longs(x, y, n);
          return 0;
        },
        n);
  }

  @Test
  void floatArithmeticIsJavas() {
    int n = 2000;
    check(
        "floats",
        floats(3 * n + 2, new SplittableRandom(SEED)),
        n * 96,
        (x, y) -> {
          Basics.floats(x, y, n);
          return 0;
        },
        n);
  }

  @Test
  void switchesOfBothKindsChoose() {
    int n = 4000;
    ByteBuffer x =
        ByteBuffer.wrap(longs(n / 2, new SplittableRandom(SEED))).order(ByteOrder.LITTLE_ENDIAN);
    int[] picked = {-999, 17, 100, 500, 501, 900, 16, 18, 99, 101, 499, 502, 899, 901, -1000, 1017};
    for (int i = 0; i < picked.length; i++) {
      x.putInt(4 * i, picked[i]);
    }
    check(
        "choose",
        x.array(),
        8 * n,
        (a, b) -> {
          Basics.choose(a, b, n);
          return 0;
        },
        n);
  }

  @Test
  void nestedLoopsBreakAndContinue() {
    int n = 60;
    check(
        "loops",
        longs(n / 2, new SplittableRandom(SEED)),
        4 * n,
        (x, y) -> Basics.loops(x, y, n),
        n);
  }

  @Test
  void valuesBeyondTheRegistersSpill() {
    int n = 50;
    check(
        "crowd",
        longs(n / 2, new SplittableRandom(SEED)),
        24,
        (x, y) -> {
          Basics.crowd(x, y, n);
          return 0;
        },
        n);
    assertThat(Compiler.compile("crowd", Basics.class, "crowd").stackBytes()).isPositive();
  }

  @Test
  void callsPassTwelveArgumentsOfMixedTypes() {
    int n = 40;
    check(
        "calls",
        longs(n / 2, new SplittableRandom(SEED)),
        8 * n + 8,
        (x, y) -> {
          Basics.calls(x, y, n, 0x123456789abcdefL, 1.75f);
          return 0;
        },
        n,
        0x123456789abcdefL,
        Float.floatToIntBits(1.75f));
  }

  @Test
  void accessesOfEveryWidthMeetTheirBytes() {
    int n = 100;
    check(
        "memory",
        longs(n, new SplittableRandom(SEED)),
        32 * n,
        (x, y) -> {
          Basics.memory(x, y, n);
          return 0;
        },
        n);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void valuesThatChangePlacesAreNotLost(int n) {
    check(
        "rotate",
        longs(4, new SplittableRandom(SEED)),
        32,
        (x, y) -> {
          Basics.rotate(x, y, n);
          return 0;
        },
        n);
  }

  @Test
  void masksWiderThanALoadKeepItsSign() {
    int n = 100;
    check(
        "masks",
        longs(n, new SplittableRandom(SEED)),
        16 * n,
        (x, y) -> {
          Basics.masks(x, y, n);
          return 0;
        },
        n);
  }

  @Test
  void maskingAValueDoesNotHideItsSignFromALaterBranch() {
    int n = 100;
    check(
        "masksThenBranches",
        longs(n, new SplittableRandom(SEED)),
        8 * n,
        (x, y) -> {
          Basics.masksThenBranches(x, y, n);
          return 0;
        },
        n);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void anIntResultIsTheExitCode(int n) {
    check("stops", new byte[8], 8, (x, y) -> Basics.stops(x, y, n), n);
  }
}
