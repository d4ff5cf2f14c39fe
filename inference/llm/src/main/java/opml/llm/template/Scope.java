package opml.llm.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Names and what they stand for: those of a loop's pass or a macro's call, and behind them those around it.
final class Scope {
  private final Map<String, Datum> own;
  private final Optional<Scope> around;

  private Scope(Map<String, Datum> own, Optional<Scope> around) {
    this.own = own;
    this.around = around;
  }

  /// {@return the variables that a template begins with}
  static Scope of(Map<String, Datum> given) {
    return new Scope(new HashMap<>(given), Optional.empty());
  }

  /// {@return variables that stand before these, and are set without a change of them}
  Scope inner() {
    return new Scope(new HashMap<>(), Optional.of(this));
  }

  void set(String name, Datum value) {
    own.put(name, value);
  }

  Datum get(String name) {
    for (Optional<Scope> at = Optional.of(this); at.isPresent(); at = at.get().around) {
      Datum found = at.get().own.get(name);
      if (found != null) {
        return found;
      }
    }
    return new Datum.Missing(name);
  }
}
