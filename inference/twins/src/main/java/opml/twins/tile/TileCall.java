package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/// A call of one machine code: a template, of which [TileCode#link] makes hidden classes that hand it their code.
final class TileCall implements TileCode {
  private static final MethodHandle CODE = code();

  TileCall() {}

  private static MethodHandle code() {
    try {
      return MethodHandles.classData(MethodHandles.lookup(), "_", MethodHandle.class);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void call(
      MemorySegment weights,
      long weightsAt,
      MemorySegment activations,
      long activationsAt,
      long activationStride,
      MemorySegment result,
      long resultAt,
      long resultStride,
      long steps,
      long tokens,
      long resume) {
    try {
      CODE.invokeExact(
          weights,
          weightsAt,
          activations,
          activationsAt,
          activationStride,
          result,
          resultAt,
          resultStride,
          steps,
          tokens,
          resume);
    } catch (RuntimeException | Error e) {
      throw e; // a segment that is closed, or of another thread
    } catch (Throwable e) {
      throw new IllegalStateException("machine code threw", e);
    }
  }
}
