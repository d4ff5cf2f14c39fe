package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// The product of unsigned weights and signed activations, for a few rows and tokens at once: `sum[token][row] =
/// start[row] + start[token] + Σ weight[row][l] · activation[token][l]`, in int32, which wraps. [Int8Gemm] is what calls
/// it, and packs for it.
///
/// Weights of a panel of [#rows] rows are packed as the int32 that each row starts with, then groups of
/// `TileForm.group` elements: group, row, element. Activations of up to [#tokens] tokens likewise: the int32 that each
/// token starts with, then groups: group, token, element. Both are padded with zeros to a multiple of [#STEP] elements,
/// which add nothing.
public final class Int8Tile {
  /// How many elements of a row one turn of the loop takes.
  public static final int STEP = 8;

  private final TileForm form;
  private final TileCode code;

  Int8Tile(TileForm form, TileCode code) {
    this.form = form;
    this.code = code;
  }

  static int rows(TileForm form) {
    return 2 * form.lanes();
  }

  /// {@return how many rows of weights there always are}
  public int rows() {
    return rows(form);
  }

  /// {@return how many tokens there are at most}
  public int tokens() {
    return form.tokens;
  }

  TileForm form() {
    return form;
  }

  /// {@return how many elements of a row a group has}
  int group() {
    return form.group;
  }

  /// {@return bytes of a packed activation}
  int activationBytes() {
    return form.activationBytes();
  }

  /// {@return bytes of the int32 that the rows of a panel start with}
  long rowStartBytes() {
    return (long) rows() * Integer.BYTES;
  }

  /// {@return bytes of the steps of a panel of weights}
  long weightBytes(long steps) {
    return steps * STEP * rows();
  }

  /// {@return bytes of the int32 that tokens start with}
  long tokenStartBytes(int tokens) {
    return (long) tokens * Integer.BYTES;
  }

  /// {@return bytes of the steps of tokens}
  long activationBytes(long steps, int tokens) {
    return steps * STEP * tokens * activationBytes();
  }

  /// Begins or continues the sums of a panel and some tokens.
  ///
  /// @param weightsAt where the panel begins or, to resume, where its next step does
  /// @param activationsAt likewise, for the tokens
  /// @param stride bytes from the sums of one token to those of the next
  /// @param resume whether to add to what stands in `sums`
  /// @throws IndexOutOfBoundsException if a place does not lie in its segment
  void multiply(
      MemorySegment weights,
      long weightsAt,
      MemorySegment activations,
      long activationsAt,
      MemorySegment sums,
      long sumsAt,
      int steps,
      int tokens,
      long stride,
      boolean resume) {
    if (steps < 1 || tokens < 1 || tokens > tokens() || stride < rowStartBytes()) {
      throw new IllegalArgumentException(
          "no tile of " + steps + " steps and " + tokens + " tokens, stride " + stride);
    }
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    long weightBytes = weightBytes(steps) + (resume ? 0 : rowStartBytes());
    long tokenBytes = activationBytes(steps, tokens) + (resume ? 0 : tokenStartBytes(tokens));
    long sumBytes = Math.addExact(Math.multiplyExact(tokens - 1, stride), rowStartBytes());
    Objects.checkFromIndexSize(weightsAt, weightBytes, weights.byteSize());
    Objects.checkFromIndexSize(activationsAt, tokenBytes, activations.byteSize());
    Objects.checkFromIndexSize(sumsAt, sumBytes, sums.byteSize());
    if (sums.isReadOnly()) {
      throw new IllegalArgumentException("the sums are read-only");
    }
    code.call(
        weights,
        weightsAt,
        activations,
        activationsAt,
        sums,
        sumsAt,
        steps,
        tokens,
        stride,
        resume ? 1 : 0);
  }
}
