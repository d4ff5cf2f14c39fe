package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.GateFunction;
import opml.kernels.layout.Sequences;
import opml.kernels.layout.Strided;
import opml.kernels.memory.Mem;

/// Recurrent networks, as ONNX has them, over some steps of a batch of sequences.
///
/// What an input gives is given: xw is (sequences.length, batch, gates · hidden), the products of the inputs with the
/// weights of all gates, without a bias. r is (gates · hidden, hidden), bias (2 · gates · hidden), those of the inputs'
/// weights before those of r, lengths (batch) int32. The state before the first step is given, and that after the last
/// one made: state and next are (batch, hidden). y is (steps, batch, hidden), in the order in which the steps are made.
///
/// In step t a sequence that is longer than t reads the row t of xw, or, if `backwards`, its own last row but t; its
/// new state is y. Of any other sequence the state stays as it was, and y is +0.
///
/// Sums are those of a gate: `((xw + DOT(state, row of r)) + (bias of xw + bias of r))`; then what is named below; then
/// `min(max(sum, -clip), clip)` and the activation.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Recurrence {
  private Recurrence() {}

  /// `state = f(sum)`.
  ///
  /// @param gate room for (hidden)
  public static void rnnF32(
      MemorySegment xw,
      MemorySegment r,
      MemorySegment bias,
      MemorySegment state,
      MemorySegment lengths,
      MemorySegment gate,
      MemorySegment next,
      MemorySegment y,
      Sequences sequences,
      GateFunction f,
      float clip) {
    int hidden = sequences.hidden();
    begin(state, next, sequences.batch() * hidden);
    for (int step = 0; step < sequences.steps(); step++) {
      for (int b = 0; b < sequences.batch(); b++) {
        int row = sequences.row(Mem.i32(lengths, 4 * b), step);
        int yAt = (step * sequences.batch() + b) * hidden;
        int own = b * hidden;
        if (row < 0) {
          skip(y, yAt, hidden);
        } else {
          int xAt = (row * sequences.batch() + b) * hidden;
          for (int j = 0; j < hidden; j++) {
            float sum = sum(xw, xAt + j, r, bias, j, hidden, next, own, hidden);
            Mem.putF32(gate, 4 * j, activate(f, clipped(sum, clip)));
          }
          for (int j = 0; j < hidden; j++) {
            int bits = Mem.i32(gate, 4 * j);
            Mem.putI32(next, 4 * (own + j), bits);
            Mem.putI32(y, 4 * (yAt + j), bits);
          }
        }
      }
    }
  }

  /// Gates update z, reset r, hidden h (Cho et al., 2014): `z = f(sum)`, `r = f(sum)`; `h = g(sum)`, whose DOT is that
  /// of `r · state`; or, if `resetsLast`, `h = g(xw + (r · (DOT + bias of r)) + bias of xw)`; then `state = (1 - z) · h
  /// + z · state`.
  ///
  /// @param gate room for (4, hidden)
  public static void gruF32(
      MemorySegment xw,
      MemorySegment r,
      MemorySegment bias,
      MemorySegment state,
      MemorySegment lengths,
      MemorySegment gate,
      MemorySegment next,
      MemorySegment y,
      Sequences sequences,
      GateFunction f,
      GateFunction g,
      int resetsLast,
      float clip) {
    int hidden = sequences.hidden();
    begin(state, next, sequences.batch() * hidden);
    for (int step = 0; step < sequences.steps(); step++) {
      for (int b = 0; b < sequences.batch(); b++) {
        int row = sequences.row(Mem.i32(lengths, 4 * b), step);
        int yAt = (step * sequences.batch() + b) * hidden;
        int own = b * hidden;
        if (row < 0) {
          skip(y, yAt, hidden);
        } else {
          int xAt = (row * sequences.batch() + b) * 3 * hidden;
          for (int j = 0; j < 2 * hidden; j++) {
            float sum = sum(xw, xAt + j, r, bias, j, 3 * hidden, next, own, hidden);
            Mem.putF32(gate, 4 * j, activate(f, clipped(sum, clip)));
          }
          for (int j = 0; j < hidden; j++) {
            float reset = Mem.f32(gate, 4 * (hidden + j));
            Mem.putF32(gate, 4 * (2 * hidden + j), reset * Mem.f32(next, 4 * (own + j)));
          }
          for (int j = 0; j < hidden; j++) {
            int k = 2 * hidden + j;
            float sum;
            if (resetsLast != 0) {
              float dot = dot(r, k, next, own, hidden) + Mem.f32(bias, 4 * (3 * hidden + k));
              float kept = Mem.f32(gate, 4 * (hidden + j)) * dot;
              sum = Mem.f32(xw, 4 * (xAt + k)) + kept + Mem.f32(bias, 4 * k);
            } else {
              sum = sum(xw, xAt + k, r, bias, k, 3 * hidden, gate, 2 * hidden, hidden);
            }
            Mem.putF32(gate, 4 * (3 * hidden + j), activate(g, clipped(sum, clip)));
          }
          for (int j = 0; j < hidden; j++) {
            float z = Mem.f32(gate, 4 * j);
            float h = Mem.f32(gate, 4 * (3 * hidden + j));
            float value = (1f - z) * h + z * Mem.f32(next, 4 * (own + j));
            Mem.putF32(next, 4 * (own + j), value);
            Mem.putF32(y, 4 * (yAt + j), value);
          }
        }
      }
    }
  }

  /// Gates input i, output o, forget f, cell c (Hochreiter and Schmidhuber, 1997; peepholes by Gers and Schmidhuber,
  /// 2000): `i = f(sum + p_i · cell)`, `f = f(sum + p_f · cell)`, or `1 - i` if `coupled`, `c = g(sum)`,
  /// `cell = f · cell + i · c`, `o = f(sum + p_o · cell)`, `state = o · h(cell)`.
  ///
  /// @param peepholes (3, hidden), of i, o and f
  /// @param cell (batch, hidden), as state
  /// @param gate room for (4, hidden)
  /// @param nextCell as next
  public static void lstmF32(
      MemorySegment xw,
      MemorySegment r,
      MemorySegment bias,
      MemorySegment peepholes,
      MemorySegment state,
      MemorySegment cell,
      MemorySegment lengths,
      MemorySegment gate,
      MemorySegment next,
      MemorySegment nextCell,
      MemorySegment y,
      Sequences sequences,
      GateFunction f,
      GateFunction g,
      GateFunction h,
      int coupled,
      float clip) {
    int hidden = sequences.hidden();
    begin(state, next, sequences.batch() * hidden);
    begin(cell, nextCell, sequences.batch() * hidden);
    for (int step = 0; step < sequences.steps(); step++) {
      for (int b = 0; b < sequences.batch(); b++) {
        int row = sequences.row(Mem.i32(lengths, 4 * b), step);
        int yAt = (step * sequences.batch() + b) * hidden;
        int own = b * hidden;
        if (row < 0) {
          skip(y, yAt, hidden);
        } else {
          int xAt = (row * sequences.batch() + b) * 4 * hidden;
          for (int j = 0; j < 4 * hidden; j++) {
            float sum = sum(xw, xAt + j, r, bias, j, 4 * hidden, next, own, hidden);
            Mem.putF32(gate, 4 * j, sum);
          }
          for (int j = 0; j < hidden; j++) {
            float before = Mem.f32(nextCell, 4 * (own + j));
            float toInput = peeped(gate, j, peepholes, j, before);
            float input = activate(f, clipped(toInput, clip));
            float toForget = peeped(gate, 2 * hidden + j, peepholes, 2 * hidden + j, before);
            float forget = coupled != 0 ? 1f - input : activate(f, clipped(toForget, clip));
            float fresh = activate(g, clipped(Mem.f32(gate, 4 * (3 * hidden + j)), clip));
            float after = forget * before + input * fresh;
            float toOutput = peeped(gate, hidden + j, peepholes, hidden + j, after);
            float value = activate(f, clipped(toOutput, clip)) * activate(h, after);
            Mem.putF32(nextCell, 4 * (own + j), after);
            Mem.putF32(next, 4 * (own + j), value);
            Mem.putF32(y, 4 * (yAt + j), value);
          }
        }
      }
    }
  }

  private static float peeped(
      MemorySegment gate, int at, MemorySegment peepholes, int peephole, float cell) {
    return Mem.f32(gate, 4 * at) + Mem.f32(peepholes, 4 * peephole) * cell;
  }

  private static void begin(MemorySegment state, MemorySegment next, int count) {
    for (int i = 0; i < count; i++) {
      Mem.putF32(next, 4 * i, Mem.f32(state, 4 * i));
    }
  }

  private static void skip(MemorySegment y, int at, int count) {
    for (int i = 0; i < count; i++) {
      Mem.putI32(y, 4 * (at + i), 0);
    }
  }

  /// {@return a gate's sum, before what else there is}
  private static float sum(
      MemorySegment xw,
      int xAt,
      MemorySegment r,
      MemorySegment bias,
      int row,
      int rows,
      MemorySegment state,
      int own,
      int hidden) {
    float both = Mem.f32(bias, 4 * row) + Mem.f32(bias, 4 * (rows + row));
    return Mem.f32(xw, 4 * xAt) + dot(r, row, state, own, hidden) + both;
  }

  private static float dot(MemorySegment r, int row, MemorySegment state, int own, int hidden) {
    Strided weights = new Strided(r, 4 * row * hidden, 4);
    return Fold.dot(new Strided(state, 4 * own, 4), weights, hidden);
  }

  private static float clipped(float x, float clip) {
    return Math.min(Math.max(x, -clip), clip);
  }

  /// {@return the activation's value}
  private static float activate(GateFunction f, float x) {
    return switch (f.kind()) {
      case GateFunction.SIGMOID -> Hyperbolics.sigmoid(x);
      case GateFunction.TANH -> Hyperbolics.tanh(x);
      case GateFunction.RELU -> Math.max(x, 0f);
      case GateFunction.AFFINE -> f.alpha() * x + f.beta();
      case GateFunction.LEAKY_RELU -> x < 0f ? f.alpha() * x : x;
      case GateFunction.THRESHOLDED_RELU -> x > f.alpha() ? x : 0f;
      case GateFunction.SCALED_TANH -> f.alpha() * Hyperbolics.tanh(f.beta() * x);
      case GateFunction.HARD_SIGMOID -> Math.min(Math.max(f.alpha() * x + f.beta(), 0f), 1f);
      case GateFunction.ELU -> x < 0f ? f.alpha() * (Functions.exp(x) - 1f) : x;
      case GateFunction.SOFTSIGN -> x / (1f + Math.abs(x));
      default -> Math.max(x, 0f) + Functions.log(1f + Functions.exp(-Math.abs(x))); // SOFTPLUS
    };
  }
}
