package opml.compiler.kernels;

import java.lang.foreign.MemorySegment;
import java.util.function.IntSupplier;
import opml.kernels.memory.Mem;

/// One method for each thing that kernel Java does not have. The line that must be named ends in the marker.
@SuppressWarnings("all")
public final class Refused {
  private static int counter;
  private int field;

  private static final int[] COMPUTED = {1, counter, 3};
  private static int[] changing = {1, 2};

  static final class Literals {
    static final int[] VALUES = {1, 2};
  }

  record Pair(int a, int b) {}

  record Nested(Pair pair) {}

  record Checked(int n) {
    Checked {
      if (n < 0) {
        throw new IllegalArgumentException();
      }
    }
  }

  private Refused() {}

  public static void object(MemorySegment y) {
    Object o = new Object(); // refused: an object
    Mem.putI32(y, 0, o == null ? 1 : 2);
  }

  public static void array(MemorySegment y, int n) {
    int[] a = new int[n]; // refused: an array
    Mem.putI32(y, 0, a.length);
  }

  public static void constantTable(MemorySegment y, int n) {
    int[] a = {1, 2, 3}; // refused: an array
    Mem.putI32(y, 0, a[n]);
  }

  public static void tableThatIsComputed(MemorySegment y, int n) {
    Mem.putI32(y, 0, COMPUTED[n]); // refused: the table
  }

  public static void tableThatMayChange(MemorySegment y, int n) {
    Mem.putI32(y, 0, changing[n]); // refused: getstatic
  }

  public static void tableThatIsPassedOn(MemorySegment y, int n) {
    Mem.putI32(y, 0, Literals.VALUES.length); // refused: an array
  }

  public static void recordThatChecks(MemorySegment y, int n) {
    Checked c = new Checked(n); // refused: an object
    Mem.putI32(y, 0, n);
  }

  public static void recordOfRecords(MemorySegment y, int n) {
    Nested c = new Nested(new Pair(n, n)); // refused: an object
    Mem.putI32(y, 0, n);
  }

  public static void recordFromAMethodOfItsOwn(MemorySegment y, int n) {
    Pair one = pair(y, n);
    Pair two = pair(y, n + 1);
    Mem.putI32(y, 0, one.a() + two.b());
  }

  private static Pair pair(MemorySegment y, int n) {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Mem.i32(y, 4L * i) * Mem.i32(y, 4L * i + 4) + Mem.i32(y, 8L * i);
    }
    return new Pair(sum, n); // refused: a record as the result
  }

  public static void throwing(MemorySegment y, int n) {
    if (n < 0) {
      throw new IllegalArgumentException(); // refused: an object
    }
  }

  public static void catching(MemorySegment y, int n) {
    try {
      Mem.putI32(y, 0, 100 / n);
    } catch (ArithmeticException e) { // refused: exception handler
      Mem.putI32(y, 0, 0);
    }
  }

  public static int recursion(MemorySegment y, int n) {
    return n == 0 ? 0 : recursion(y, n - 1); // refused: recursion
  }

  public static int mutual(MemorySegment y, int n) {
    return other(y, n);
  }

  private static int other(MemorySegment y, int n) {
    return n == 0 ? 0 : mutual(y, n - 1); // refused: recursion
  }

  public static void doubles(MemorySegment y, int n) {
    Mem.putI32(y, 0, (int) (n * 0.5)); // refused: double
  }

  public static void floatRemainder(MemorySegment y, float x) {
    Mem.putF32(y, 0, x % 2f); // refused: float remainder
  }

  public static void doubleRemainder(MemorySegment y, int n) {
    double d = n; // refused: double
    Mem.putI32(y, 0, (int) (d % 2));
  }

  public static void lambda(MemorySegment y, int n) {
    IntSupplier s = () -> n; // refused: a lambda
    Mem.putI32(y, 0, s.getAsInt());
  }

  public static void concatenation(MemorySegment y, int n) {
    String s = "" + n; // refused: a lambda
    Mem.putI32(y, 0, 0);
  }

  public static void string(MemorySegment y) {
    Object s = "text"; // refused: a constant that is no number
    Mem.putI32(y, 0, 0);
  }

  public static void sliced(MemorySegment y) {
    Mem.putI32(y.asSlice(8), 0, 1); // refused: a call on an object
  }

  public static void sized(MemorySegment y) {
    Mem.putI64(y, 0, y.byteSize()); // refused: a call on an object
  }

  public static void rawBits(MemorySegment y, float x) {
    Mem.putI32(y, 0, Float.floatToRawIntBits(x)); // refused: call of java.lang.Float
  }

  public static void mathRound(MemorySegment y, float x) {
    Mem.putI32(y, 0, Math.round(x)); // refused: call of java.lang.Math
  }

  public static void mathFma(MemorySegment y, float x) {
    Mem.putF32(y, 0, Math.fma(x, x, x)); // refused: call of java.lang.Math
  }

  public static void clock(MemorySegment y) {
    Mem.putI64(y, 0, System.nanoTime()); // refused: call of java.lang.System
  }

  public static void staticField(MemorySegment y) {
    Mem.putI32(y, 0, counter); // refused: getstatic
  }

  public static void staticFieldWritten(MemorySegment y) {
    counter = 1; // refused: putstatic
  }

  public static void instanceField(MemorySegment y, Refused r) { // refused: signature
    Mem.putI32(y, 0, r.field);
  }

  public static void monitor(MemorySegment y) {
    synchronized (y) {
      Mem.putI32(y, 0, 1);
    } // refused: exception handler
  }

  public static void typeTest(MemorySegment y) {
    Object o = y;
    boolean is = o instanceof Comparable; // refused: a type test
    Mem.putI32(y, 0, is ? 1 : 0);
  }

  public static void identity(MemorySegment x, MemorySegment y) {
    if (x == y) { // refused: a comparison of objects
      Mem.putI32(y, 0, 1);
    }
  }

  public static void nulls(MemorySegment y) {
    MemorySegment none = null; // refused: a constant that is no number
    Mem.putI32(none, 0, 1);
  }

  public static void helper(MemorySegment y, int n) {
    Mem.putI32(y, 0, deep(n));
  }

  private static int deep(int n) {
    return deeper(n) + 1;
  }

  private static int deeper(int n) {
    return Integer.parseInt("7") + n; // refused: a constant that is no number
  }

  public void instance(MemorySegment y) { // refused: not a static method
    Mem.putI32(y, 0, 1);
  }
}
