package opml.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/// Takes away from a script whatever it fails without.
final class Shrinker {
  private final Sabotage sabotage;
  private final Finding.Kind kind;

  private Shrinker(Sabotage sabotage, Finding.Kind kind) {
    this.sabotage = sabotage;
    this.kind = kind;
  }

  /// {@return a script with less in it that fails in the same way}
  static Script shrink(Script script, Sabotage sabotage, Finding finding) {
    return new Shrinker(sabotage, finding.kind()).shrink(script);
  }

  private Script shrink(Script script) {
    Script now = script;
    now = without(now, Script::mishaps, (s, less) -> s.with(s.inquiries(), s.cast(), less));
    now = without(now, Script::cast, (s, less) -> s.with(s.inquiries(), less, s.mishaps()));
    return without(now, Script::inquiries, (s, less) -> s.with(less, s.cast(), s.mishaps()));
  }

  private <T> Script without(
      Script script, Function<Script, List<T>> part, BiFunction<Script, List<T>, Script> with) {
    Script now = script;
    for (T one : part.apply(script)) {
      List<T> less = new ArrayList<>(part.apply(now));
      less.remove(one);
      Script smaller = with.apply(now, less);
      if (fails(smaller)) {
        now = smaller;
      }
    }
    return now;
  }

  private boolean fails(Script script) {
    return Match.play(script, sabotage).findings().stream().anyMatch(f -> f.kind() == kind);
  }
}
