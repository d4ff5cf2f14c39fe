package opml.formats.onnx.node;

import java.io.Serial;
import java.util.List;
import opml.formats.refusal.Reason.Kind;

/// One node that cannot be imported. The importer catches it, notes it and goes on, so that a model's owner learns of
/// everything at once.
public final class RefusedNode extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final Kind kind;
  private final String rule;
  private final String detail;

  @SuppressWarnings("serial") // an unmodifiable list of strings
  private final List<String> inputs;

  /// @param rule what is wrong, in words that fit every node with the same fault
  /// @param detail the sizes and names of this node; may be empty
  public RefusedNode(Kind kind, String rule, String detail) {
    this(kind, rule, detail, List.of());
  }

  /// @param inputs of the model that would have to be known at import
  public RefusedNode(String rule, String detail, List<String> inputs) {
    this(Kind.BINDING, rule + ", and follows from inputs", detail, inputs);
  }

  private RefusedNode(Kind kind, String rule, String detail, List<String> inputs) {
    super(detail.isEmpty() ? rule : rule + ": " + detail);
    this.kind = kind;
    this.rule = rule;
    this.detail = detail;
    this.inputs = List.copyOf(inputs);
  }

  public RefusedNode(String rule, String detail) {
    this(Kind.USE, rule, detail);
  }

  public Kind kind() {
    return kind;
  }

  public String rule() {
    return rule;
  }

  public String detail() {
    return detail;
  }

  /// {@return the names of inputs of the model that would have to be known at import, if that is what is wrong}
  public List<String> inputs() {
    return inputs;
  }
}
