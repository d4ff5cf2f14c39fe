package opml.twins.tile;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Objects;

/// The machine code of a tile, as Java calls it.
@FunctionalInterface
interface TileCode {
  /// Runs the code. Nothing is checked: whoever calls this has checked that all places lie in their segments.
  ///
  /// @param activationStride bytes from one token's activations to the next one's
  /// @param resultStride bytes from one token's result to the next one's
  /// @param steps how often the loop turns, at least once
  /// @param tokens how many there are, of those that the tile was made for
  /// @param resume 0 to begin, 1 to continue with what stands in the result
  void call(
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
      long resume);

  /// Makes code callable. The call is critical: there is no transition and no safepoint, and arrays are not copied. So
  /// a call should take microseconds.
  ///
  /// C2 inlines a call only of a handle that is a constant, and one class of ours would have room for one constant. So
  /// each code gets a hidden class of its own, made from [TileCall], whose constant it is.
  @SuppressWarnings("restricted")
  static TileCode link(MemorySegment code) {
    MethodHandle handle =
        Linker.nativeLinker()
            .downcallHandle(
                code,
                FunctionDescriptor.ofVoid(
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG),
                Linker.Option.critical(true));
    try (InputStream template = TileCall.class.getResourceAsStream("TileCall.class")) {
      byte[] bytes = Objects.requireNonNull(template, "TileCall.class").readAllBytes();
      return (TileCode)
          MethodHandles.lookup()
              .defineHiddenClassWithClassData(bytes, handle, true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance();
    } catch (IOException e) {
      throw new UncheckedIOException("the template of a call of machine code cannot be read", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("machine code cannot be linked", e);
    }
  }
}
