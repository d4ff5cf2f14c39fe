package opml.formats.onnx.node;

import java.io.Serial;
import opml.formats.refusal.Reason.Kind;

/// One node that cannot be imported. The importer catches it, notes it and goes on, so that a model's owner learns of
/// everything at once.
public final class RefusedNode extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final Kind kind;
  private final String rule;
  private final String detail;

  /// @param rule what is wrong, in words that fit every node with the same fault
  /// @param detail the sizes and names of this node; may be empty
  public RefusedNode(Kind kind, String rule, String detail) {
    super(detail.isEmpty() ? rule : rule + ": " + detail);
    this.kind = kind;
    this.rule = rule;
    this.detail = detail;
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
}
