package opml.formats.refusal;

import opml.core.codec.Printable;

/// One reason why a model cannot be run here: everything of one sort that is wrong with it. It is one line, whatever
/// the model calls its parts.
///
/// @param count how often it occurs
/// @param unit what is counted: `node`, `tensor`, …; empty where the text says it
/// @param first where it occurs first, in the order in which the nodes would run; empty where the text says it
/// @param text what is wrong; where occurrences differ in sizes, it tells those of the first
public record Reason(Kind kind, int count, String unit, String first, String text) {
  /// What sort of thing is wrong.
  public enum Kind {
    /// The version of ONNX's operator set.
    OPSET,
    /// The number of inputs.
    INPUTS,
    /// The number of outputs.
    OUTPUTS,
    /// An operator that we do not have; the text is its name.
    OPERATOR,
    /// An element type.
    TYPE,
    /// A shape that is not known.
    SHAPE,
    /// A tensor that is too large or empty.
    SIZE,
    /// Inputs that decide a shape, or what is run, and are not bound.
    BINDING,
    /// Names and edges that are no graph.
    GRAPH,
    /// An operator that we have, used in a way that we have not or that is wrong.
    USE,
    /// How a model's texts become numbers.
    TOKENIZER
  }

  public Reason {
    first = Printable.escaped(first);
    text = Printable.escaped(text);
  }

  /// {@return text, count and first place as people read them}
  public String line() {
    if (unit.isEmpty()) {
      return text;
    }
    return count == 1
        ? text + " (1 " + unit + ": " + first + ")"
        : text + " (" + count + " " + unit + "s, first: " + first + ")";
  }
}
