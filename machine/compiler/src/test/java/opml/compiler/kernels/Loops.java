package opml.compiler.kernels;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Loops that the compiler counts, loops of which the kernel tells, and loops that nobody counts.
@SuppressWarnings("NarrowCalculation")
public final class Loops {
  record Range(int from, int to) {}

  private Loops() {}

  public static void up(MemorySegment y, int n, int m) {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum += i ^ m;
    }
    Mem.putI32(y, 0, sum);
  }

  public static void down(MemorySegment y, int n, int m) {
    int sum = 0;
    for (int i = n; i > 0; i--) {
      sum += i ^ m;
    }
    Mem.putI32(y, 0, sum);
  }

  public static void bySteps(MemorySegment y, int n, int m) {
    int sum = 0;
    for (int i = 1; i <= n; i += 3) {
      sum += i ^ m;
    }
    Mem.putI32(y, 0, sum);
  }

  public static void product(MemorySegment y, int n, int m) {
    int sum = 0;
    for (int i = 0; i < n * m / 2; i++) {
      sum += i;
    }
    Mem.putI32(y, 0, sum);
  }

  /// Of a start and an end that the compiler cannot tell, but their difference.
  public static void between(MemorySegment y, int n, int m) {
    int sum = 0;
    int from = Mem.i32(y, 0);
    for (int i = from; i < from + n; i++) {
      sum += i ^ m;
    }
    Mem.putI32(y, 0, sum);
  }

  public static void twoTests(MemorySegment y, int n, int m) {
    int sum = 0;
    for (int i = 0; i < n && sum >= 0; i++) {
      sum += i & m;
    }
    Mem.putI32(y, 0, sum);
  }

  public static void nested(MemorySegment y, int n, int m) {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      for (int j = m; j > 0; j -= 2) {
        if ((i ^ j) > 5) {
          sum += i * j;
        } else {
          sum -= i;
        }
      }
      sum ^= i;
    }
    Mem.putI32(y, 0, sum);
  }

  public static void ofARecord(MemorySegment y, int n, int m) {
    Range range = new Range(m, m + n);
    int sum = 0;
    for (int i = range.from(); i < range.to(); i++) {
      sum += i;
    }
    Mem.putI32(y, 0, sum);
  }

  /// A loop in a method of its own, called twice with other numbers.
  public static void called(MemorySegment y, int n, int m) {
    Mem.putI32(y, 0, powers(n, m) + powers(2 * n, 3) + powers(7, n));
  }

  private static int powers(int n, int m) {
    int sum = 0;
    int power = 1;
    for (int i = 0; i < n; i++) {
      power = power * m + (power >> 3) - (power << 2) + i;
      sum += power ^ sum >> 1;
    }
    return sum;
  }

  public static void halves(MemorySegment y, int n, int m) {
    int sum = 0;
    for (int left = (n & 15) + 1; left > 0; left >>= 1) {
      Trips.atMost(5);
      sum += left ^ m;
    }
    for (int i = 0; i < n; i++) {
      sum += i;
    }
    Mem.putI32(y, 0, sum);
  }

  /// Chunks of m, of which the last one may be short.
  public static void chunks(MemorySegment y, int n, int m) {
    int sum = 0;
    for (int left = n; left > 0; left -= 8) {
      for (int i = Math.min(left, 8); i > 0; i--) {
        Trips.inAll(n);
        sum += i ^ m;
      }
    }
    Mem.putI32(y, 0, sum);
  }

  public static void nowAndThen(MemorySegment y, int n, int m) {
    int sum = 0;
    int left = 8;
    for (int i = 0; i < n; i++) {
      sum += i ^ m;
      left--;
      if (left == 0) {
        Trips.rare(n / 8);
        sum = sum * sum + (sum >> 3) * 7 ^ sum << 5;
        sum = sum * sum + (sum >> 3) * 5 ^ sum << 7;
        left = 8;
      }
    }
    Mem.putI32(y, 0, sum);
  }

  public static void dependsOnData(MemorySegment y, int n, int m) {
    for (int i = 0; i < Mem.i32(y, 0); i++) {
      Mem.putI32(y, 4, i ^ n ^ m);
    }
  }

  public static void doubles(MemorySegment y, int n, int m) {
    for (int i = 1; i < n; i *= 2) {
      Mem.putI32(y, 0, i ^ m);
    }
  }

  /// Counts the wrong way: it ends when the number wraps.
  public static void runsAway(MemorySegment y, int n, int m) {
    for (int i = 0; i < n; i--) {
      Mem.putI32(y, 0, i ^ m);
    }
  }

  /// Says something of a loop that its method does not have.
  public static void misplaced(MemorySegment y, int n, int m) {
    for (int i = 1; i < n; i *= 2) {
      told(y, i, m);
    }
  }

  private static void told(MemorySegment y, int i, int m) {
    Trips.inAll(1);
    Mem.putI32(y, 0, i ^ m);
  }

  public static void triangle(MemorySegment y, int n, int m) {
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        Mem.putI32(y, 0, j ^ m);
      }
    }
  }
}
