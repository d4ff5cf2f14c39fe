package opml.formats.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.engine.tensor.Tensor;
import opml.formats.strings.StringTensor;

/// A number for each string, so that kernels can move and compare strings: of two strings the numbers are equal if and
/// only if the strings are. The empty string, which fills what nothing else does, is 0.
final class StringIds {
  private final Optional<StringIds> base;
  private final int first;
  private final Map<String, Long> ids = new HashMap<>();
  private final List<String> strings = new ArrayList<>();

  /// Numbers that nothing has but the empty string.
  StringIds() {
    this.base = Optional.empty();
    this.first = 0;
    id("");
  }

  /// Numbers behind others, which must not become more from then on.
  StringIds(StringIds base) {
    this.base = Optional.of(base);
    this.first = base.first + base.strings.size();
  }

  /// {@return a string's number, a new one if it has none}
  long id(String string) {
    Optional<Long> known = base.map(below -> below.ids.get(string));
    if (known.isPresent()) {
      return known.get();
    }
    return ids.computeIfAbsent(
        string,
        key -> {
          strings.add(key);
          return (long) first + strings.size() - 1;
        });
  }

  Tensor ids(StringTensor tensor) {
    long[] all = tensor.values().stream().mapToLong(this::id).toArray();
    return Tensor.ofLongs(tensor.shape(), all);
  }

  /// {@return the strings that numbers stand for}
  ///
  /// @throws IllegalArgumentException if they are too many or too long together
  StringTensor strings(Tensor tensor) {
    StringTensor.requireRoom(tensor.shape().count());
    List<String> all = new ArrayList<>();
    for (long id : tensor.integers()) {
      all.add(string(id));
    }
    return new StringTensor(tensor.shape(), all);
  }

  private String string(long id) {
    return id < first ? base.orElseThrow().string(id) : strings.get(Math.toIntExact(id - first));
  }
}
