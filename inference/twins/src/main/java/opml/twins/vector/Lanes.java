package opml.twins.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;
import opml.engine.tensor.OutsideMemory;
import opml.kernels.memory.Mem;

/// How wide vectors are here.
final class Lanes {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /// Floats in a vector.
  static final int COUNT = FLOATS.length();

  /// Bytes of a vector.
  static final int BYTES = 4 * COUNT;

  /// What a float store writes for every NaN.
  static final float NAN = Float.intBitsToFloat(Mem.CANONICAL_NAN);

  /// The class of segments outside of the heap. A comparison with it tells HotSpot how a segment is read.
  static final Class<?> NATIVE = Arena.global().allocate(8).getClass();

  private Lanes() {}

  /// {@return memory that lives as long as anybody has it}
  static MemorySegment allocate(long bytes) {
    return OutsideMemory.allocateTogether(bytes);
  }

  /// {@return `lent`, or other memory if that is on the heap, where a tile cannot work}
  static MemorySegment nativeScratch(MemorySegment lent, long bytes) {
    return lent.getClass() == NATIVE ? lent : allocate(bytes);
  }

  /// {@return how many vectors so many floats fill, the last one maybe not wholly}
  static int vectors(int floats) {
    return (floats + COUNT - 1) / COUNT;
  }

  /// {@return `bytes`, rounded up to where the next part of a scratch memory may begin}
  static long aligned(long bytes) {
    return (bytes + 63) & -64;
  }

  static IllegalArgumentException notNative() {
    return new IllegalArgumentException("a tile works on native memory only");
  }
}
