package opml.formats.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import opml.core.codec.Names;
import opml.formats.refusal.Occurrence;
import opml.formats.refusal.Reason;
import opml.formats.refusal.Reason.Kind;

/// What is wrong with a model, gathered while the importer walks on: one reason for each sort, counted.
final class ImportProblems {
  private record Sort(Kind kind, String unit, String rule) {}

  /// More than anybody reads; a file may have a million nodes that are refused.
  private static final int MOST_OCCURRENCES = 1 << 12;

  private final Map<Sort, Reason> reasons = new LinkedHashMap<>();
  private final Set<String> unbound = new LinkedHashSet<>();
  private final List<Occurrence> occurrences = new ArrayList<>();

  /// Adds what occurs once and says itself where.
  void add(Kind kind, int count, String text) {
    reasons.put(new Sort(kind, "", text), new Reason(kind, count, "", "", text));
    occurs(kind, "", "", text);
  }

  /// Adds one more occurrence.
  ///
  /// @param unit what is counted
  /// @param place where
  /// @param rule what is wrong, the same for all occurrences of the sort; of an operator its name, whole
  /// @param detail what it is here; empty if nothing is to be said
  void add(Kind kind, String unit, String place, String rule, String detail) {
    add(kind, unit, place, rule, detail, List.of());
  }

  /// Adds one more occurrence.
  ///
  /// @param inputs of the model that would have to be bound
  void add(Kind kind, String unit, String place, String rule, String detail, List<String> inputs) {
    unbound.addAll(inputs);
    String shown = kind == Kind.OPERATOR ? Names.shown(rule) : rule;
    String text = detail.isEmpty() ? shown : shown + ": " + detail;
    reasons.merge(
        new Sort(kind, unit, rule),
        new Reason(kind, 1, unit, place, text),
        (first, next) -> new Reason(kind, first.count() + 1, unit, first.first(), first.text()));
    occurs(kind, unit, place, text);
  }

  private void occurs(Kind kind, String unit, String place, String text) {
    if (occurrences.size() < MOST_OCCURRENCES) {
      occurrences.add(new Occurrence(kind, unit, place, text));
    }
  }

  void unsupportedType(String type, String place) {
    add(Kind.TYPE, "tensor", place, "type " + type, "");
  }

  /// {@return inputs of the model that would have to be bound to constants, in the order in which they were found}
  Set<String> unbound() {
    return Collections.unmodifiableSet(unbound);
  }

  boolean isEmpty() {
    return reasons.isEmpty();
  }

  /// {@return where it occurs, in the order in which it was found; of very many places the first}
  List<Occurrence> occurrences() {
    return List.copyOf(occurrences);
  }

  /// {@return the reasons in the order in which they were found}
  List<Reason> reasons() {
    return List.copyOf(reasons.values());
  }
}
