package opml.lab.conformance.bits;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.Bindings;

/// What a model is asked in every JVM. It goes there as words of a command line, since a name may have any letters.
///
/// @param seed of all inputs
/// @param threads the numbers of them that it is run over
/// @param batches how many inputs there are at once
/// @param bindings what the model's file leaves open
/// @param below by the names of inputs of whole numbers, what these are less than
record BitsQuestion(
    long seed,
    List<Integer> threads,
    List<Integer> batches,
    Bindings bindings,
    SortedMap<String, Integer> below) {
  private static final String SEED = "seed";
  private static final String THREADS = "threads";
  private static final String BATCH = "batch";
  private static final String DIM = "dim";
  private static final String SHAPE = "shape";
  private static final String CONSTANT = "constant";
  private static final String BELOW = "below";

  BitsQuestion {
    threads = List.copyOf(threads);
    batches = List.copyOf(batches);
    below = Collections.unmodifiableSortedMap(new TreeMap<>(below));
  }

  /// {@return the same question, its inputs of whole numbers less than these}
  BitsQuestion below(SortedMap<String, Integer> other) {
    return new BitsQuestion(seed, threads, batches, bindings, other);
  }

  /// {@return the question as words}
  ///
  /// @param folder where the bytes of constants are put
  List<String> words(Path folder) throws IOException {
    List<String> words = new ArrayList<>(List.of(SEED, Long.toString(seed)));
    threads.forEach(one -> words.addAll(List.of(THREADS, one.toString())));
    batches.forEach(one -> words.addAll(List.of(BATCH, one.toString())));
    bindings.dims().forEach((name, size) -> words.addAll(List.of(DIM, name, size.toString())));
    bindings.shapes().forEach((name, shape) -> words.addAll(List.of(SHAPE, name, text(shape))));
    for (Map.Entry<String, Tensor> one : bindings.inputs().entrySet()) {
      Tensor value = one.getValue();
      Path file = Files.createTempFile(folder, CONSTANT, ".bin");
      Files.write(file, value.bytes());
      words.addAll(
          List.of(
              CONSTANT, one.getKey(), value.type().name(), text(value.shape()), file.toString()));
    }
    below.forEach((name, limit) -> words.addAll(List.of(BELOW, name, limit.toString())));
    return words;
  }

  /// {@return the question that these words are}
  static BitsQuestion of(List<String> words) throws IOException {
    long seed = 0;
    List<Integer> threads = new ArrayList<>();
    List<Integer> batches = new ArrayList<>();
    Map<String, Integer> dims = new HashMap<>();
    Map<String, Shape> shapes = new HashMap<>();
    Map<String, Tensor> constants = new HashMap<>();
    SortedMap<String, Integer> below = new TreeMap<>();
    Iterator<String> rest = words.iterator();
    while (rest.hasNext()) {
      String kind = rest.next();
      switch (kind) {
        case SEED -> seed = Long.parseLong(rest.next());
        case THREADS -> threads.add(Integer.valueOf(rest.next()));
        case BATCH -> batches.add(Integer.valueOf(rest.next()));
        case DIM -> dims.put(rest.next(), Integer.valueOf(rest.next()));
        case SHAPE -> shapes.put(rest.next(), shape(rest.next()));
        case CONSTANT -> constants.put(rest.next(), constant(rest));
        case BELOW -> below.put(rest.next(), Integer.valueOf(rest.next()));
        default -> throw new IllegalArgumentException("no word of a question: " + kind);
      }
    }
    return new BitsQuestion(seed, threads, batches, new Bindings(dims, shapes, constants), below);
  }

  private static Tensor constant(Iterator<String> words) throws IOException {
    ElementType type = ElementType.valueOf(words.next());
    Shape shape = shape(words.next());
    return Tensor.ofBytes(type, shape, Files.readAllBytes(Path.of(words.next())));
  }

  private static String text(Shape shape) {
    return shape.dims().stream().map(dim -> dim + "x").collect(Collectors.joining());
  }

  private static Shape shape(String text) {
    return new Shape(
        Stream.of(text.split("x", -1))
            .filter(dim -> !dim.isEmpty())
            .map(Integer::valueOf)
            .toList());
  }
}
