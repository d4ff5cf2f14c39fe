package opml.formats.onnx.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;

/// Unique of all strings of a tensor: each once, where it stands first, which of them each one is, and how often each
/// is there.
///
/// @param sorted in the order of their code points, which is that of their bytes; else as they come
record DistinctStrings(boolean sorted) {
  private static final Comparator<String> BY_CODE_POINTS = DistinctStrings::compare;

  List<ModelValue> of(StringTensor x) {
    Map<String, Integer> first = new LinkedHashMap<>();
    for (int i = 0; i < x.values().size(); i++) {
      first.putIfAbsent(x.values().get(i), i);
    }
    List<String> values = new ArrayList<>(first.keySet());
    if (sorted) {
      values.sort(BY_CODE_POINTS);
    }
    Map<String, Integer> places = new HashMap<>();
    long[] firsts = new long[values.size()];
    for (int i = 0; i < firsts.length; i++) {
      places.put(values.get(i), i);
      firsts[i] = first.getOrDefault(values.get(i), 0);
    }
    long[] inverse = new long[x.values().size()];
    long[] counts = new long[firsts.length];
    for (int i = 0; i < inverse.length; i++) {
      int place = places.getOrDefault(x.values().get(i), 0);
      inverse[i] = place;
      counts[place]++;
    }
    Shape shape = Shape.of(firsts.length);
    return List.of(
        new StringTensor(shape, values),
        new NumberTensor(Tensor.ofLongs(shape, firsts)),
        new NumberTensor(Tensor.ofLongs(Shape.of(inverse.length), inverse)),
        new NumberTensor(Tensor.ofLongs(shape, counts)));
  }

  /// A string's own order puts halves of pairs before some of what fits in 16 bits.
  private static int compare(String a, String b) {
    int common = Math.min(a.length(), b.length());
    for (int i = 0; i < common; i++) {
      if (a.charAt(i) != b.charAt(i)) {
        boolean pairA = Character.isSurrogate(a.charAt(i));
        boolean pairB = Character.isSurrogate(b.charAt(i));
        return pairA == pairB
            ? Character.compare(a.charAt(i), b.charAt(i))
            : Boolean.compare(pairA, pairB);
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
