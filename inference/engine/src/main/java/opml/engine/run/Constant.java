package opml.engine.run;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import opml.engine.graph.Slot;
import opml.engine.tensor.OutsideMemory;
import opml.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// What a segment argument holds in every call of a node: weights above all. They may still be stored in a file, which
/// a kernel that packs them reads once ([#pass]), and of which nobody then needs a second copy in memory.
///
/// For many threads.
public final class Constant {
  private final Object identity;
  private final long byteSize;
  private final Residence residence;
  private final @Nullable Tensor tensor;
  private @Nullable MemorySegment bytes;

  /// Where bytes lie in memory. Segments themselves are equal whatever their sizes and lifetimes are.
  ///
  /// @param base the array, if they are on the heap
  private record Place(MemorySegment.Scope scope, Optional<Object> base, long address, long bytes) {
    static Place of(MemorySegment bytes) {
      return new Place(bytes.scope(), bytes.heapBase(), bytes.address(), bytes.byteSize());
    }
  }

  private Constant(
      Object identity,
      long byteSize,
      Residence residence,
      @Nullable Tensor tensor,
      @Nullable MemorySegment bytes) {
    this.identity = identity;
    this.byteSize = byteSize;
    this.residence = residence;
    this.tensor = tensor;
    this.bytes = bytes;
  }

  /// {@return what a tensor holds}
  ///
  /// @param residence whether it stays in memory
  public static Constant of(Tensor tensor, Residence residence) {
    return new Constant(
        tensor.identity(), Tensor.byteSize(tensor.type(), tensor.shape()), residence, tensor, null);
  }

  /// {@return what a tensor holds, which stays in memory}
  public static Constant of(Tensor tensor) {
    return of(tensor, Residence.AT_ONCE);
  }

  /// {@return whether the initial values of so many slots may stay in memory together}
  public static boolean fit(List<Slot> slots) {
    long bytes = 0;
    for (Slot slot : slots) {
      bytes += slot.initial().isPresent() ? slot.bytes() : 0;
    }
    return OutsideMemory.hasRoomFor(bytes);
  }

  /// {@return what lies in memory, and stays as it is}
  public static Constant of(MemorySegment bytes) {
    return new Constant(Place.of(bytes), bytes.byteSize(), Residence.AT_ONCE, null, bytes);
  }

  public long byteSize() {
    return byteSize;
  }

  /// {@return whether it stays in memory, as it is or packed; as long as it does not, a kernel had better [#read] it in
  /// parts}
  public Residence residence() {
    return residence;
  }

  /// Fills `target` with the bytes from `from` on, and keeps none. Bytes that are stored are those that were hashed as
  /// far as the file's size and its time of change tell.
  ///
  /// @throws opml.core.codec.MalformedException if what they are stored in was changed
  public void read(long from, MemorySegment target) {
    MemorySegment known;
    synchronized (this) {
      known = bytes;
    }
    if (known == null && tensor != null) {
      tensor.read(from, target);
    } else {
      MemorySegment.copy(data(), from, target, 0, target.byteSize());
    }
  }

  /// {@return what tells these bytes from others: equal, and held by somebody, as long as it is known that the bytes
  /// are the same}
  public Object identity() {
    return identity;
  }

  /// {@return the bytes, in memory as long as this constant is} Those of tensors lie outside of the heap, where all
  /// else is that kernels see, and aligned as they want it: a kernel that meets both kinds of memory runs a third
  /// slower, since every access then asks which it is.
  ///
  /// @throws opml.core.codec.MalformedException if what they are stored in was changed
  public synchronized MemorySegment data() {
    MemorySegment known = bytes;
    if (known == null && tensor != null) {
      known = outside(tensor.data());
      bytes = known;
    }
    if (known == null) {
      throw new AssertionError("neither a tensor nor its bytes");
    }
    return known;
  }

  private static MemorySegment outside(MemorySegment data) {
    return data.isNative() && data.maxByteAlignment() >= Long.BYTES
        ? data
        : OutsideMemory.allocate(data.byteSize()).copyFrom(data);
  }

  /// Goes over the bytes once, from the first to the last, and keeps none in memory that was not there.
  ///
  /// @param unit all blocks have whole multiples of so many bytes, but the last
  /// @param reader gets block after block, each of which it must not keep
  /// @throws opml.core.codec.MalformedException if what they are stored in was changed, at the latest when all were
  ///     read
  public void pass(int unit, Consumer<MemorySegment> reader) {
    MemorySegment known;
    synchronized (this) {
      known = bytes;
    }
    if (known != null || tensor == null) {
      reader.accept(data());
    } else {
      tensor.pass(unit, reader);
    }
  }
}
