package opml.twins.call;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.kernels.layout.Outputs;
import opml.kernels.memory.Mem;

/// `linear.TYPE`: some rows of tokens by some rows of weights.
///
/// @param format of the weights
/// @param counter which integer of the control slot counts the rows of tokens
/// @param first number of the tile's first row
/// @param rows of tokens at most
/// @param depth elements of a row, in units of the format
public record LinearCall(
    Format format, int counter, int first, int rows, Outputs outputs, int depth)
    implements TwinCall {

  /// How weights stand in a file, and so what is multiplied.
  public enum Format {
    F32("linear.f32", 1, 1, 4),
    F16("linear.f16", 1, 1, 2),
    BF16("linear.bf16", 1, 1, 2),
    Q8_0("linear.q80", 32, 32, 34),
    Q4_0("linear.q40", 32, 32, 18),
    Q4_1("linear.q41", 32, 32, 20),
    Q5_0("linear.q50", 32, 32, 22),
    Q5_1("linear.q51", 32, 32, 24),
    IQ4_NL("linear.iq4nl", 32, 32, 18),
    Q2_K("linear.q2k", 32, 256, 84),
    Q3_K("linear.q3k", 32, 256, 110),
    Q4_K("linear.q4k", 32, 256, 144),
    Q5_K("linear.q5k", 32, 256, 176),
    Q6_K("linear.q6k", 32, 256, 210),
    IQ2_XXS("linear.iq2xxs", 32, 256, 66),
    IQ4_XS("linear.iq4xs", 32, 256, 136);

    private final String kernel;
    private final int unit;
    private final int elements;
    private final int bytes;

    Format(String kernel, int unit, int elements, int bytes) {
      this.kernel = kernel;
      this.unit = unit;
      this.elements = elements;
      this.bytes = bytes;
    }

    /// {@return the format that a kernel multiplies}
    static Optional<Format> of(String kernel) {
      return Arrays.stream(values()).filter(format -> format.kernel.equals(kernel)).findFirst();
    }

    public String kernel() {
      return kernel;
    }

    /// {@return in what a kernel counts the elements of a row}
    int unit() {
      return unit;
    }

    /// {@return elements of a block}
    public int elements() {
      return elements;
    }

    /// {@return bytes of a block}
    public int bytes() {
      return bytes;
    }

    boolean isFloat() {
      return unit == 1;
    }
  }

  public static LinearCall of(Format format, long[] s) {
    Outputs outputs = new Outputs((int) s[3], (int) s[4], (int) s[5], (int) s[6]);
    return new LinearCall(format, (int) s[0], (int) s[1], (int) s[2], outputs, (int) s[7]);
  }

  /// {@return elements of a row}
  public int elements() {
    return depth * format.unit();
  }

  /// {@return bytes of a row of weights}
  public long rowBytes() {
    return (long) elements() / format.elements() * format.bytes();
  }

  /// {@return whether a weight has all the rows that outputs are made of}
  public boolean fits(Constant w) {
    return w.byteSize() >= rowBytes() * (outputs.from() + outputs.count());
  }

  /// {@return which segment argument the weights are}
  public int weights() {
    return format.isFloat() ? 2 : 3;
  }

  /// {@return rows of tokens that there are now}: [opml.kernels.layout.Tile#count], without the object, which HotSpot
  /// makes in a method as large as those that call this
  public int tokens(MemorySegment control) {
    return Math.min(Math.max(Mem.i32(control, 4L * counter), first) - first, rows);
  }

  /// Throws where the reference would, if the weights have all rows ([#fits]).
  ///
  /// @throws IndexOutOfBoundsException if a segment is too short for so many tokens
  public void check(MemorySegment[] segments, int tokens) {
    long yBytes = 4 * ((tokens - 1L) * outputs.width() + outputs.to() + outputs.count());
    TwinCall.check(segments, 1, (long) tokens * elements() * (format.isFloat() ? Float.BYTES : 1));
    if (!format.isFloat()) {
      TwinCall.check(segments, 2, (long) tokens * depth * Float.BYTES);
    }
    TwinCall.check(segments, segments.length - 1, yBytes);
  }

  /// Not ordinary are besides outputs that overlap, where their order would matter, and parts of a block.
  @Override
  public long[] extents() {
    boolean inOrder = outputs.from() >= 0 && outputs.to() >= 0 && first >= 0 && counter >= 0;
    boolean apart = (long) outputs.to() + outputs.count() <= outputs.width();
    boolean whole = (long) depth * format.unit() % format.elements() == 0;
    long control = inOrder && apart && whole ? Extent.dense(4, Math.max(counter, 2) + 1) : 0;
    long w =
        outputs.count() < 1
            ? 0
            : Extent.dense(format.bytes(), outputs.from() + outputs.count(), depth)
                / (format.elements() / format.unit());
    long y = 4L * ((rows - 1L) * outputs.width() + outputs.to() + outputs.count());
    long x = Extent.dense(format.isFloat() ? 4 : 1, rows, depth, format.unit());
    return format.isFloat()
        ? new long[] {control, x, w, y}
        : new long[] {control, x, Extent.dense(4, rows, depth), w, y};
  }
}
