package opml.llm.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Names and what they stand for: those of a loop's pass or a macro's call, and behind them those around it.
final class Variables {
  private final Map<String, Datum> own;
  private final Optional<Variables> around;

  private Variables(Map<String, Datum> own, Optional<Variables> around) {
    this.own = own;
    this.around = around;
  }

  /// {@return the variables that a template begins with}
  static Variables of(Map<String, Datum> given) {
    return new Variables(new HashMap<>(given), Optional.empty());
  }

  /// {@return variables that stand before these, and are set without a change of them}
  Variables inner() {
    return new Variables(new HashMap<>(), Optional.of(this));
  }

  void set(String name, Datum value) {
    own.put(name, value);
  }

  Datum get(String name) {
    for (Optional<Variables> at = Optional.of(this); at.isPresent(); at = at.get().around) {
      Datum found = at.get().own.get(name);
      if (found != null) {
        return found;
      }
    }
    return new Datum.Missing(name);
  }
}
