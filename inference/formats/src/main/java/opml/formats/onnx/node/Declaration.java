package opml.formats.onnx.node;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import opml.engine.tensor.ElementType;

/// What an operator is, said once: tables of documents, refusals and tests follow from it.
///
/// @param domain of the operator set that it is of; empty for ONNX's own
/// @param name as ONNX has it
/// @param since the first version of ONNX's operator set that has it, of those that we read
/// @param types of the first input (of the result, where there is no input), by how we support it
/// @param summary what it computes, in one line
public record Declaration(
    String domain, String name, int since, Map<Way, Set<ElementType>> types, String summary) {
  /// The first version of ONNX's operator set that we read.
  public static final int MIN_OPSET = 1;

  /// The last version that we read.
  public static final int MAX_OPSET = 27;

  /// How an operator is supported for a type.
  public enum Way {
    /// A kernel computes the result.
    KERNEL(""),
    /// The result is another name of the input's bytes.
    NAME("another name: "),
    /// The result is computed at import, of inputs that are constants.
    CONSTANT("of constants: "),
    /// The result is a constant that follows from the input's shape.
    SHAPE("of the shape: ");

    private final String label;

    Way(String label) {
      this.label = label;
    }
  }

  public Declaration {
    Map<Way, Set<ElementType>> copy = new EnumMap<>(Way.class);
    // in the order of the types, whoever asks: random nodes draw from them
    types.forEach((way, of) -> copy.put(way, Collections.unmodifiableSet(ordered(of))));
    types = Collections.unmodifiableMap(copy);
  }

  /// {@return an operator that every version of the operator set has, and that supports nothing yet}
  public static Declaration of(String name, String summary) {
    return new Declaration("", name, MIN_OPSET, Map.of(), summary);
  }

  /// {@return the same of another operator set than ONNX's own}
  public Declaration in(String otherDomain) {
    return new Declaration(otherDomain, name, since, types, summary);
  }

  /// {@return the operator as errors and tables call it: with its domain, if that is not ONNX's own}
  public String fullName() {
    return domain.isEmpty() ? name : domain + "." + name;
  }

  /// {@return the same, which came with a version of the operator set}
  public Declaration since(int opset) {
    return new Declaration(domain, name, opset, types, summary);
  }

  /// {@return the same, supported so for these types}
  public Declaration with(Way way, ElementType... more) {
    Map<Way, Set<ElementType>> all = new EnumMap<>(Way.class);
    all.putAll(types);
    all.put(way, Set.copyOf(Arrays.asList(more)));
    return new Declaration(domain, name, since, all, summary);
  }

  /// {@return the same, supported so for all types that there are operators for}
  public Declaration withAll(Way way) {
    return with(way, ElementType.computed().toArray(ElementType[]::new));
  }

  /// {@return the types that are supported in a way}
  public Set<ElementType> types(Way way) {
    return types.getOrDefault(way, Set.of());
  }

  /// {@return `f32; of constants: i32, i64`, as tables have it}
  public String describeTypes() {
    return Arrays.stream(Way.values())
        .filter(types::containsKey)
        .map(way -> way.label + list(types(way)))
        .collect(Collectors.joining("; "));
  }

  private static Set<ElementType> ordered(Set<ElementType> types) {
    Set<ElementType> ordered = EnumSet.noneOf(ElementType.class);
    ordered.addAll(types);
    return ordered;
  }

  private static String list(Set<ElementType> types) {
    if (types.equals(Set.copyOf(ElementType.computed()))) {
      return "all";
    }
    return ordered(types).stream().map(ElementType::label).collect(Collectors.joining(", "));
  }
}
