package opml.formats.onnx.text;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;

/// StringSplit: each string in parts, filled up with empty ones to as many as the most have, and how many each has.
///
/// @param delimiter that stands between parts, each time it occurs; empty for any number of blanks, of which those at
///     the begin and the end are no part of anything
/// @param most splits of a string, from its begin; what is left is the last part. Negative for any number
record StringSplitting(String delimiter, long most) {
  List<ModelValue> of(StringTensor x) {
    List<List<String>> all = new ArrayList<>();
    int width = 0;
    long parts = 0;
    for (String value : x.values()) {
      List<String> one = delimiter.isEmpty() ? atBlanks(value) : atDelimiters(value);
      parts += one.size();
      StringTensor.requireRoom(parts);
      width = Math.max(width, one.size());
      all.add(one);
    }
    List<Integer> dims = new ArrayList<>(x.shape().dims());
    dims.add(width);
    StringTensor.requireRoom((long) x.shape().count() * width);
    Shape shape = TextInputs.shape(dims);
    List<String> filled = new ArrayList<>();
    long[] counts = new long[all.size()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = all.get(i).size();
      filled.addAll(all.get(i));
      for (int j = all.get(i).size(); j < width; j++) {
        filled.add("");
      }
    }
    return List.of(
        new StringTensor(shape, filled), new NumberTensor(Tensor.ofLongs(x.shape(), counts)));
  }

  private boolean isFull(List<String> parts) {
    return most >= 0 && parts.size() >= most;
  }

  private List<String> atDelimiters(String value) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    while (!isFull(parts)) {
      int next = value.indexOf(delimiter, from);
      if (next < 0) {
        break;
      }
      parts.add(value.substring(from, next));
      from = next + delimiter.length();
    }
    parts.add(value.substring(from));
    return parts;
  }

  private List<String> atBlanks(String value) {
    List<String> parts = new ArrayList<>();
    int at = 0;
    while (true) {
      while (at < value.length() && isBlank(value.charAt(at))) {
        at++;
      }
      if (at == value.length()) {
        return parts;
      }
      if (isFull(parts)) {
        parts.add(value.substring(at));
        return parts;
      }
      int from = at;
      while (at < value.length() && !isBlank(value.charAt(at))) {
        at++;
      }
      parts.add(value.substring(from, at));
    }
  }

  /// {@return whether Python, whose rule the operator has, takes a char for a blank}: there is none beyond 16 bits
  private static boolean isBlank(char one) {
    return Character.isWhitespace(one) || Character.isSpaceChar(one) || one == '\u0085';
  }
}
