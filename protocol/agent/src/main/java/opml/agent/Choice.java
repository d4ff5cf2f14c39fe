package opml.agent;

import java.util.Set;

/// Whom an agent has to do with: all of them but some, or only these.
///
/// @param only these; all if there are none
/// @param never these
public record Choice<T>(Set<T> only, Set<T> never) {
  public Choice {
    only = Set.copyOf(only);
    never = Set.copyOf(never);
  }

  /// {@return all}
  public static <T> Choice<T> all() {
    return new Choice<>(Set.of(), Set.of());
  }

  /// {@return whether this is one of them}
  public boolean admits(T one) {
    return !never.contains(one) && (only.isEmpty() || only.contains(one));
  }
}
