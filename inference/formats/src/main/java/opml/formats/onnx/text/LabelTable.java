package opml.formats.onnx.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.node.Attributes;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;

/// LabelEncoder and CategoryMapper of `ai.onnx.ml`: for each element what a table has for it, or else a default.
///
/// @param places of the keys among the values: strings, or the bits of numbers of the keys' type; of two alike keys
///     the first counts
/// @param keys nothing, or the type of the input
/// @param values what is given, the default behind all others
record LabelTable(Map<Object, Integer> places, Optional<ElementType> keys, ModelValue values) {
  private static final String NO_STRING = "_Unused";

  /// {@return whether the outputs are strings}
  boolean givesStrings() {
    return values instanceof StringTensor;
  }

  /// {@return the table of a LabelEncoder}
  ///
  /// @param takesStrings whether its input are strings: the first edition goes both ways
  static LabelTable ofEncoder(Attributes attributes, boolean takesStrings) {
    if (attributes.has("classes_strings")) {
      return ofClasses(attributes, "classes_strings", takesStrings);
    }
    ModelValue keys = list(attributes, "keys");
    ModelValue values = list(attributes, "values");
    Optional<ModelValue> whole = tensor(attributes, "default_tensor");
    long number = attributes.any("default_int64").map(LabelTable::integer).orElse(-1L);
    float real = attributes.real("default_float", -0f);
    String text = attributes.text("default_string", NO_STRING);
    attributes.end();
    ModelValue otherwise =
        whole.orElseGet(
            () ->
                switch (values) {
                  case StringTensor _ -> StringTensor.of(Shape.of(1), text);
                  case NumberTensor(Tensor all) ->
                      new NumberTensor(
                          switch (all.type()) {
                            case I64 -> Tensor.ofLongs(Shape.of(1), number);
                            case F32 -> Tensor.ofFloats(Shape.of(1), real);
                            case F64 -> minusOne(ElementType.F64);
                            default -> minusOne(all.type());
                          });
                });
    return of(keys, values, otherwise);
  }

  /// {@return the table of a CategoryMapper}
  static LabelTable ofMapper(Attributes attributes, boolean takesStrings) {
    ModelValue strings = texts(attributes.texts("cats_strings"));
    long[] numbers = attributes.longs("cats_int64s").orElseGet(() -> new long[0]);
    ModelValue integers = new NumberTensor(Tensor.ofLongs(Shape.of(numbers.length), numbers));
    long number = attributes.any("default_int64").map(LabelTable::integer).orElse(-1L);
    String text = attributes.text("default_string", NO_STRING);
    attributes.end();
    return takesStrings
        ? of(strings, integers, new NumberTensor(Tensor.ofLongs(Shape.of(1), number)))
        : of(integers, strings, StringTensor.of(Shape.of(1), text));
  }

  private static LabelTable ofClasses(Attributes attributes, String name, boolean takesStrings) {
    List<String> classes = attributes.texts(name);
    long number = attributes.any("default_int64").map(LabelTable::integer).orElse(-1L);
    String text = attributes.text("default_string", NO_STRING);
    attributes.end();
    long[] numbers = new long[classes.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
    }
    ModelValue integers = new NumberTensor(Tensor.ofLongs(Shape.of(numbers.length), numbers));
    return takesStrings
        ? of(texts(classes), integers, new NumberTensor(Tensor.ofLongs(Shape.of(1), number)))
        : of(integers, texts(classes), StringTensor.of(Shape.of(1), text));
  }

  private static LabelTable of(ModelValue keys, ModelValue values, ModelValue otherwise) {
    List<Object> all = elements(keys);
    if (all.size() != count(values)) {
      throw new RefusedNode(
          "keys and values are not as many", all.size() + " and " + count(values));
    }
    Map<Object, Integer> places = new HashMap<>();
    for (int i = 0; i < all.size(); i++) {
      places.putIfAbsent(all.get(i), i);
    }
    return new LabelTable(
        places,
        keys instanceof NumberTensor(Tensor numbers)
            ? Optional.of(numbers.type())
            : Optional.empty(),
        joined(values, otherwise));
  }

  /// {@return the one attribute of a name and any type that is there}
  private static ModelValue list(Attributes attributes, String name) {
    List<ModelValue> found = new ArrayList<>();
    tensor(attributes, name + "_tensor").ifPresent(found::add);
    if (attributes.has(name + "_strings")) {
      found.add(texts(attributes.texts(name + "_strings")));
    }
    attributes
        .longs(name + "_int64s")
        .ifPresent(all -> found.add(new NumberTensor(Tensor.ofLongs(Shape.of(all.length), all))));
    if (attributes.has(name + "_floats")) {
      float[] all = attributes.reals(name + "_floats");
      found.add(new NumberTensor(Tensor.ofFloats(Shape.of(all.length), all)));
    }
    if (found.size() != 1) {
      throw new RefusedNode("%s are given in %d forms, not one".formatted(name, found.size()), "");
    }
    return found.getFirst();
  }

  private static Optional<ModelValue> tensor(Attributes attributes, String name) {
    return attributes
        .any(name)
        .map(
            attribute -> {
              if (attribute instanceof OnnxAttribute.TensorValue(_, OnnxTensor tensor)) {
                return tensor.hasStrings() ? tensor.strings() : new NumberTensor(tensor.value());
              }
              throw new RefusedNode("attribute " + name + " is not a tensor", "");
            });
  }

  private static ModelValue texts(List<String> texts) {
    return new StringTensor(Shape.of(texts.size()), texts);
  }

  private static long integer(OnnxAttribute attribute) {
    if (attribute instanceof OnnxAttribute.IntValue(_, long value)) {
      return value;
    }
    throw new RefusedNode("attribute " + attribute.name() + " is not an int", "");
  }

  private static Tensor minusOne(ElementType type) {
    return NumberText.read(StringTensor.of(Shape.of(1), type.isFloat() ? "-0.0" : "-1"), type);
  }

  private static int count(ModelValue value) {
    return switch (value) {
      case StringTensor strings -> strings.values().size();
      case NumberTensor(Tensor tensor) -> tensor.shape().count();
    };
  }

  /// {@return values with a default behind them}
  private static ModelValue joined(ModelValue values, ModelValue otherwise) {
    if (count(otherwise) != 1) {
      throw new RefusedNode("the default is not one value", otherwise.describe());
    }
    if (values instanceof StringTensor strings && otherwise instanceof StringTensor last) {
      List<String> all = new ArrayList<>(strings.values());
      all.add(last.values().getFirst());
      return texts(all);
    }
    if (values instanceof NumberTensor(Tensor numbers)
        && otherwise instanceof NumberTensor(Tensor last)
        && numbers.type() == last.type()) {
      Shape shape = Shape.of(numbers.shape().count() + 1);
      Tensor all = Tensor.zero(numbers.type(), shape);
      long bytes = numbers.data().byteSize();
      all.data().asSlice(0, bytes).copyFrom(numbers.data());
      all.data().asSlice(bytes).copyFrom(last.data());
      return new NumberTensor(all);
    }
    throw new RefusedNode(
        "the default is of another type", otherwise.describe() + " for " + values.describe());
  }

  /// {@return what is compared: all NaN are one, and so are the zeros}
  private static List<Object> elements(ModelValue value) {
    return switch (value) {
      case StringTensor strings -> List.copyOf(strings.values());
      case NumberTensor(Tensor tensor) -> {
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < tensor.shape().count(); i++) {
          all.add(element(tensor, i));
        }
        yield all;
      }
    };
  }

  private static Object element(Tensor tensor, int index) {
    return tensor.type().isFloat()
        ? (Object) (tensor.real(index) + 0.0)
        : (Object) tensor.integer(index);
  }

  ModelValue of(ModelValue x) {
    Optional<ElementType> type =
        x instanceof NumberTensor(Tensor numbers) ? Optional.of(numbers.type()) : Optional.empty();
    if (!type.equals(keys)) {
      throw new IllegalArgumentException(
          "the input is %s, the keys are %s"
              .formatted(x.describe(), keys.map(ElementType::label).orElse("string")));
    }
    List<Object> elements = elements(x);
    int[] found = new int[elements.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = places.getOrDefault(elements.get(i), count(values) - 1);
    }
    Shape shape =
        switch (x) {
          case StringTensor strings -> strings.shape();
          case NumberTensor(Tensor tensor) -> tensor.shape();
        };
    return taken(values, found, shape);
  }

  private static ModelValue taken(ModelValue values, int[] places, Shape shape) {
    return switch (values) {
      case StringTensor strings -> {
        List<String> some = new ArrayList<>();
        for (int place : places) {
          some.add(strings.values().get(place));
        }
        yield new StringTensor(shape, some);
      }
      case NumberTensor(Tensor tensor) -> {
        Tensor some = Tensor.zero(tensor.type(), shape);
        int bytes = tensor.type().bytes();
        for (int i = 0; i < places.length; i++) {
          some.data()
              .asSlice((long) i * bytes, bytes)
              .copyFrom(tensor.data().asSlice((long) places[i] * bytes, bytes));
        }
        yield new NumberTensor(some);
      }
    };
  }
}
