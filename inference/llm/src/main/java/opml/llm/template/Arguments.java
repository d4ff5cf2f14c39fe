package opml.llm.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a function, a filter or a test is given.
public record Arguments(List<Datum> positional, Map<String, Datum> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /// {@return an argument that may be left out}
  Optional<Datum> find(int index, String name) {
    return index < positional.size()
        ? Optional.of(positional.get(index))
        : Optional.ofNullable(named.get(name));
  }

  /// {@return an argument that must be there}
  Datum get(int index, String name) {
    return find(index, name)
        .orElseThrow(() -> new TemplateException("the argument %s is missing".formatted(name)));
  }

  /// {@return an argument, or what stands for it where it is left out}
  Datum get(int index, String name, Datum otherwise) {
    return find(index, name).orElse(otherwise);
  }

  /// {@return the positional ones behind the first}
  Arguments tail() {
    return new Arguments(
        positional.isEmpty() ? positional : positional.subList(1, positional.size()), named);
  }
}
