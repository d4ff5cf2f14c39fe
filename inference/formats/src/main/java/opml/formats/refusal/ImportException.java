package opml.formats.refusal;

import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import opml.formats.refusal.Reason.Kind;

/// A model that is well encoded but that we cannot run. The message names the file and every reason, one a line.
public final class ImportException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // an unmodifiable list of records of strings
  private final List<Reason> reasons;

  /// @param source names the file
  /// @param reasons all that is wrong, at least one
  public ImportException(String source, List<Reason> reasons) {
    super(message(source, reasons));
    this.reasons = List.copyOf(reasons);
  }

  /// {@return all that is wrong with the model}
  public List<Reason> reasons() {
    return reasons;
  }

  private static String message(String source, List<Reason> reasons) {
    List<String> lines = new ArrayList<>();
    List<String> operators =
        reasons.stream().filter(r -> r.kind() == Kind.OPERATOR).map(Reason::line).toList();
    if (!operators.isEmpty()) {
      lines.add("operators that we do not have: " + String.join(", ", operators));
    }
    reasons.stream().filter(r -> r.kind() != Kind.OPERATOR).map(Reason::line).forEach(lines::add);
    String what = source + " cannot be run here";
    return lines.size() == 1
        ? what + ": " + lines.getFirst()
        : what + ", for " + lines.size() + " reasons:\n  " + String.join("\n  ", lines);
  }
}
