package opml.lab.bench.llm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import opml.engine.tensor.ElementType;
import opml.lab.bench.BenchException;
import opml.lab.bench.llm.LlmFigures.Test;

/// The models that are measured and their files: random ones of known shapes, and converted stories, are made once and
/// stay; TinyLlama's is the launcher's business.
final class ModelFiles {
  /// The model that is measured only if it is asked for: its file has 3.8 GB.
  static final String SEVEN = "7b-q4_0";

  private static final String TINY_LLAMA = "tinyllama-1.1b-chat.gguf";
  private static final String TINY_LLAMA_SHA256 =
      "9ee11adf737960ff06123d5c4fba24d12c5b05ba460a7afa88950fbf2b61add0";
  private static final int BLOCK = 1 << 20;
  private static final long SEED = 1;
  private static final double NONE = Double.NaN;

  /// Bytes of a disk that are left alone.
  private static final long SPARE = 1L << 30;

  private final LlmBench.Places places;
  private final Consumer<String> progress;

  ModelFiles(LlmBench.Places places, Consumer<String> progress) {
    this.places = places;
    this.progress = progress;
  }

  /// {@return all models, the smallest first}
  static List<BenchedModel> all() {
    return List.of(
        new BenchedModel(
            "stories260K",
            1_200_000,
            goals(Test.DECODE, NONE, Test.LOAD, NONE, Test.GREEDY, NONE, Test.DISPUTE, 6)),
        new BenchedModel(
            "stories15M",
            61_000_000,
            goals(
                Test.DECODE,
                1,
                Test.LOAD,
                NONE,
                Test.GREEDY,
                NONE,
                Test.PERPLEXITY,
                1e-4,
                Test.CHECK,
                0.35,
                Test.CLAIM,
                0.005,
                Test.DISPUTE,
                12)),
        new BenchedModel(
            "tinyllama-q8_0",
            1_170_000_000,
            goals(
                Test.PROMPT,
                1,
                Test.DECODE,
                0.95,
                Test.LOAD,
                NONE,
                Test.CHECK,
                0.35,
                Test.VECTOR,
                0.8,
                Test.CLAIM,
                0.005,
                Test.DISPUTE,
                60)),
        new BenchedModel(
            "tinyllama-q4_0",
            620_000_000,
            goals(Test.PROMPT, 0.9, Test.DECODE, 0.9, Test.LOAD, NONE, Test.VECTOR, 0.5)),
        new BenchedModel(
            "tinyllama-q4_k",
            620_000_000,
            goals(Test.PROMPT, 0.7, Test.DECODE, 0.8, Test.LOAD, NONE, Test.VECTOR, 0.4)),
        new BenchedModel(
            "TinyLlama",
            322_591_712,
            goals(Test.DECODE, 0.65, Test.LOAD, NONE, Test.GREEDY, NONE, Test.PERPLEXITY, 5e-3)),
        new BenchedModel(
            SEVEN,
            3_800_000_000L,
            goals(
                Test.PROMPT,
                0.9,
                Test.DECODE,
                0.9,
                Test.LOAD,
                NONE,
                Test.CHECK,
                0.35,
                Test.VECTOR,
                0.5,
                Test.DISPUTE,
                120)));
  }

  /// @param goals tests and their goals in turn
  private static Map<Test, Double> goals(Object... goals) {
    Map<Test, Double> map = new EnumMap<>(Test.class);
    for (int i = 0; i < goals.length; i += 2) {
      map.put((Test) goals[i], ((Number) goals[i + 1]).doubleValue());
    }
    return map;
  }

  /// {@return a model's file, which is made if it is not there yet}
  ///
  /// @throws BenchException with the reason if it cannot be had
  Path of(BenchedModel model) throws IOException {
    Path data = places.data();
    return switch (model.name()) {
      case "stories260K" -> stories(model, data.resolve("stories260K.bin"));
      case "stories15M" -> stories(model, places.stories());
      case "tinyllama-q8_0" ->
          synthetic(model, LlamaShape.tinyLlama(model.name()), ElementType.Q8_0);
      case "tinyllama-q4_0" ->
          synthetic(model, LlamaShape.tinyLlama(model.name()), ElementType.Q4_0);
      case "tinyllama-q4_k" ->
          synthetic(model, LlamaShape.tinyLlama(model.name()), ElementType.Q4_K);
      case "TinyLlama" -> tinyLlama();
      case SEVEN -> synthetic(model, LlamaShape.sevenBillion(SEVEN), ElementType.Q4_0);
      default -> throw new IllegalArgumentException(model.name());
    };
  }

  /// The launcher puts it together of two parts: it counts only if it is the one that is known.
  private Path tinyLlama() throws IOException {
    Path file = needed(places.models().resolve(TINY_LLAMA));
    String found = HexFormat.of().formatHex(sha256(file));
    if (!found.equals(TINY_LLAMA_SHA256)) {
      throw new BenchException(
          "%s: expected SHA-256 %s, found %s; remove it, and it is fetched again"
              .formatted(file, TINY_LLAMA_SHA256, found));
    }
    return file;
  }

  private static byte[] sha256(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
    byte[] block = new byte[BLOCK];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(block); count >= 0; count = in.read(block)) {
        digest.update(block, 0, count);
      }
    }
    return digest.digest();
  }

  private static Path needed(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new BenchException(file + " is not there");
    }
    return file;
  }

  private Path synthetic(BenchedModel model, LlamaShape shape, ElementType type)
      throws IOException {
    Path file = places.models().resolve(shape.name() + ".gguf");
    if (!Files.exists(file)) {
      Files.createDirectories(places.models());
      requireSpace(model);
      progress.accept("writes %s (once)".formatted(file));
      SyntheticModel.write(file, shape, type, SEED);
    }
    return file;
  }

  private void requireSpace(BenchedModel model) throws IOException {
    long free = Files.getFileStore(places.models()).getUsableSpace();
    if (free < model.bytes() + SPARE) {
      throw new BenchException(
          "no room for its file: %,d bytes are free in %s, and it takes %,d, with %,d left alone"
              .formatted(free, places.models(), model.bytes(), SPARE));
    }
  }

  private Path stories(BenchedModel model, Path checkpoint) throws IOException {
    needed(checkpoint);
    Path file = places.models().resolve(model.name() + ".gguf");
    if (!Files.exists(file)) {
      Files.createDirectories(places.models());
      StoriesFile.write(file, model.name(), checkpoint, places.data().resolve("tok512.bin"));
    }
    return file;
  }
}
