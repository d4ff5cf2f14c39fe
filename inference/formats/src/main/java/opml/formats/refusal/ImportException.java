package opml.formats.refusal;

import java.io.Serial;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import opml.formats.refusal.Reason.Kind;

/// A model that is well encoded but that we cannot run. The message names the file and every reason, once
/// and on a line of its own.
public final class ImportException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // an unmodifiable list of records of strings
  private final List<Reason> reasons;

  @SuppressWarnings("serial") // an unmodifiable list of strings
  private final List<String> unbound;

  @SuppressWarnings("serial") // an unmodifiable list of records of strings
  private final List<Occurrence> occurrences;

  /// @param source names the file
  /// @param reasons all that is wrong, at least one
  public ImportException(String source, List<Reason> reasons) {
    this(source, reasons, List.of());
  }

  /// @param unbound inputs of the model that would have to be bound to constants
  public ImportException(String source, List<Reason> reasons, List<String> unbound) {
    this(source, reasons, unbound, List.of());
  }

  /// @param occurrences every place that was counted, or the first of very many
  public ImportException(
      String source, List<Reason> reasons, List<String> unbound, List<Occurrence> occurrences) {
    super(message(source, reasons));
    this.reasons = List.copyOf(reasons);
    this.unbound = List.copyOf(unbound);
    this.occurrences = List.copyOf(occurrences);
  }

  /// {@return every place where something is wrong, in the order in which they were found, if the importer names them;
  /// of very many the first}
  public List<Occurrence> occurrences() {
    return occurrences;
  }

  /// {@return the names of inputs that decide shapes, or what is run, and are not bound; in the model's order}
  public List<String> unbound() {
    return unbound;
  }

  /// {@return all that is wrong with the model}
  public List<Reason> reasons() {
    return reasons;
  }

  private static String message(String source, List<Reason> reasons) {
    SequencedSet<String> lines = new LinkedHashSet<>();
    List<String> operators =
        reasons.stream()
            .filter(r -> r.kind() == Kind.OPERATOR)
            .map(Reason::line)
            .distinct()
            .toList();
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
