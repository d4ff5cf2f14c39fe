package opml.lab.bench.api;

import java.util.Set;

/// What is to be measured.
///
/// @param isQuick whether fewer tokens, requests and disputes will do
/// @param seed of prompts, schemas and requests
/// @param only these parts; all if there are none
public record ApiChoice(boolean isQuick, long seed, Set<ApiPart> only) {
  public ApiChoice {
    only = Set.copyOf(only);
  }

  /// {@return whether a part is to be measured}
  boolean has(ApiPart part) {
    return only.isEmpty() || only.contains(part);
  }

  /// {@return whether one of these parts is to be measured}
  boolean hasAny(Set<ApiPart> parts) {
    return parts.stream().anyMatch(this::has);
  }
}
