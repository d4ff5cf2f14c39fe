package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;
import opml.kernels.operators.Functions;

/// The tokens that may be chosen, and what is left of them: `spec/numerics.md` (Sampling).
///
/// Each has a value, -infinity once it is out, and a mass, its probability as an integer: how often 2^-40 of that of
/// the greatest. Sums of integers are the same in every order, so nothing is ever sorted; where an order matters, only
/// the place is sought at which it is cut, digit by digit of a key that has the order of the floats.
///
/// @param data masses, 64 bits, [#DIGIT_VALUES] sums of masses, values, and keys, 32 bits; and what stands behind them
/// @param count tokens of the vocabulary, at most 2^22
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public record Candidates(MemorySegment data, int count) {
  private static final float NONE = Float.NEGATIVE_INFINITY;
  private static final float ONE = 0x1p40f;
  private static final int DIGIT = 8;
  private static final int DIGIT_VALUES = 1 << DIGIT;

  /// {@return how many bytes are needed for a vocabulary}
  public static long bytes(long vocabulary) {
    return 16 * vocabulary + 8 * DIGIT_VALUES;
  }

  private int sums() {
    return 8 * count;
  }

  private int values() {
    return 8 * count + 8 * DIGIT_VALUES;
  }

  private int keys() {
    return 12 * count + 8 * DIGIT_VALUES;
  }

  /// {@return where the bytes begin that are not used here}
  int behind() {
    return 16 * count + 8 * DIGIT_VALUES;
  }

  float value(int token) {
    return Mem.f32(data, values() + 4 * token);
  }

  /// Notes a value, if it is a number: NaN is out. There is one zero.
  void set(int token, float value) {
    Mem.putF32(data, values() + 4 * token, value > NONE ? value + 0f : NONE);
  }

  int key(int token) {
    return Mem.i32(data, keys() + 4 * token);
  }

  void setKey(int token, int key) {
    Mem.putI32(data, keys() + 4 * token, key);
  }

  /// Takes the logits of a choice.
  void read(MemorySegment logits, int at) {
    for (int i = 0; i < count; i++) {
      set(i, Mem.f32(logits, at + 4 * i));
    }
  }

  /// {@return the greatest value}
  float greatest() {
    float most = NONE;
    for (int i = 0; i < count; i++) {
      most = Math.max(most, value(i));
    }
    return most;
  }

  /// {@return the first token of a value}
  int first(float value) {
    for (int i = 0; i < count; i++) {
      if (value(i) == value) {
        return i;
      }
    }
    return 0;
  }

  /// Gives each its mass.
  ///
  /// @param most the greatest value
  /// @return of all
  long weigh(float most, float temperature) {
    long all = 0;
    for (int i = 0; i < count; i++) {
      float value = value(i);
      long mass = 0;
      if (value > NONE) {
        // Of infinity, too.
        mass =
            value == most ? (long) ONE : (long) (Functions.exp((value - most) / temperature) * ONE);
      }
      Mem.putI64(data, 8 * i, mass);
      all += mass;
    }
    return all;
  }

  /// Keeps so many of the greatest.
  void keepGreatest(int most) {
    int some = 0;
    for (int i = 0; i < count; i++) {
      if (value(i) > NONE) {
        some++;
      }
      Mem.putI64(data, 8 * i, 1);
    }
    if (most < some) {
      orderByValue();
      keep(most);
    }
  }

  /// Keeps the least number of the greatest that have a share of the mass.
  void keepMass(long all, float share) {
    long product = fraction(share) * all;
    long target = Math.unsignedMultiplyHigh(fraction(share), all) + (product != 0 ? 1 : 0);
    orderByValue();
    keep(Math.max(target, 1));
  }

  /// Keeps those that surprise as is expected: the least number of these, from the least difference on, that have more
  /// than a share of the mass.
  void keepTypical(float most, long all, float share) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      long mass = Mem.i64(data, 8 * i);
      if (mass > 0) {
        sum += (long) ((float) mass * surprise(i, most));
      }
    }
    float expected = (float) sum / (float) all;
    for (int i = 0; i < count; i++) {
      if (Mem.i64(data, 8 * i) == 0) {
        set(i, NONE);
      }
      setKey(i, ~Float.floatToIntBits(Math.abs(surprise(i, most) - expected)));
    }
    keep(Math.unsignedMultiplyHigh(fraction(share), all) + 1);
  }

  /// {@return how much less it is than the greatest; the logarithm of its probability, negated, but for a constant}
  private float surprise(int token, float most) {
    float value = value(token);
    return value == most ? 0f : most - value;
  }

  /// Keeps those of at least a share of the greatest's mass.
  void keepLikely(float share) {
    long least = (long) (share * ONE);
    for (int i = 0; i < count; i++) {
      if (Mem.i64(data, 8 * i) < least) {
        set(i, NONE);
      }
    }
  }

  /// {@return the one that stands where a number lies on a line of all masses, in the order of the tokens}
  int drawn(long all, long random) {
    long place = Math.unsignedMultiplyHigh(random, all);
    long end = 0;
    for (int i = 0; i < count; i++) {
      end += Mem.i64(data, 8 * i);
      if (place < end) {
        return i;
      }
    }
    return 0;
  }

  /// {@return a share as a number of 2^-64}, its digits behind 2^-32 cut off
  private static long fraction(float share) {
    return (long) (share * 0x1p32f) << 32;
  }

  /// Has the keys be the bits of the values, so that as unsigned numbers they have the values' order.
  private void orderByValue() {
    for (int i = 0; i < count; i++) {
      int bits = Float.floatToIntBits(value(i));
      setKey(i, bits ^ (bits >> 31 | Integer.MIN_VALUE));
    }
  }

  /// Keeps the fewest with the greatest keys, of equal ones the first, that have a mass together, which they all have.
  private void keep(long mass) {
    int cut = 0;
    int known = 0;
    for (int shift = 32 - DIGIT; shift >= 0; shift -= DIGIT) {
      sumByDigit(cut, known, shift);
      int digit = DIGIT_VALUES - 1;
      long sum = Mem.i64(data, sums() + 8 * digit);
      while (sum < mass && digit > 0) {
        Trips.atMost(DIGIT_VALUES);
        mass -= sum;
        digit--;
        sum = Mem.i64(data, sums() + 8 * digit);
      }
      cut |= digit << shift;
      known |= DIGIT_VALUES - 1 << shift;
    }
    for (int i = 0; i < count; i++) {
      int order = Integer.compareUnsigned(key(i), cut);
      if (order == 0 && mass > 0) {
        mass -= value(i) > NONE ? Mem.i64(data, 8 * i) : 0;
      } else if (order <= 0) {
        set(i, NONE);
      }
    }
  }

  /// Sums the masses of those whose keys begin with the known digits, by the next one.
  private void sumByDigit(int cut, int known, int shift) {
    for (int i = 0; i < DIGIT_VALUES; i++) {
      Mem.putI64(data, sums() + 8 * i, 0);
    }
    for (int i = 0; i < count; i++) {
      int key = key(i);
      if (value(i) > NONE && (key & known) == cut) {
        int at = sums() + 8 * (key >>> shift & DIGIT_VALUES - 1);
        Mem.putI64(data, at, Mem.i64(data, at) + Mem.i64(data, 8 * i));
      }
    }
  }
}
