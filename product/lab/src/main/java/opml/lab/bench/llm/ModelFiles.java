package opml.lab.bench.llm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import opml.engine.tensor.ElementType;

/// The files of the models that are measured: random ones of known shapes, and converted stories, are made once and
/// stay; TinyLlama's is the launcher's business.
final class ModelFiles {
  private static final long SEED = 1;
  private static final double NONE = Double.NaN;

  private final LlmBench.Places places;
  private final Consumer<String> progress;
  private final Consumer<String> notes;

  ModelFiles(LlmBench.Places places, Consumer<String> progress, Consumer<String> notes) {
    this.places = places;
    this.progress = progress;
    this.notes = notes;
  }

  /// {@return the chosen models, the smallest first}
  List<BenchedModel> all(LlmBench.Choice choice) throws IOException {
    List<BenchedModel> all = new ArrayList<>();
    Path tokens = places.data().resolve("tok512.bin");
    if (choice.has("stories260K")) {
      Path checkpoint = places.data().resolve("stories260K.bin");
      stories("stories260K", checkpoint, tokens, NONE).ifPresent(all::add);
    }
    if (choice.has("stories15M")) {
      stories("stories15M", places.stories(), tokens, 1).ifPresent(all::add);
    }
    if (choice.has("tinyllama-q8_0")) {
      all.add(tiny(ElementType.Q8_0, 0.95, 1, 0.8, true));
    }
    if (choice.has("tinyllama-q4_0")) {
      all.add(tiny(ElementType.Q4_0, 0.9, 0.9, 0.5, false));
    }
    if (choice.has("tinyllama-q4_k")) {
      all.add(tiny(ElementType.Q4_K, 0.8, 0.7, 0.4, false));
    }
    if (choice.has("TinyLlama")) {
      real().ifPresent(all::add);
    }
    if (choice.has(LlmBench.SEVEN)) {
      Path file = synthetic(LlamaShape.sevenBillion(LlmBench.SEVEN), ElementType.Q4_0);
      all.add(new BenchedModel(LlmBench.SEVEN, file, 0.9, 0.9, 0.5, true));
    }
    return all;
  }

  private Optional<BenchedModel> real() {
    Path file = places.models().resolve(LlmBench.TINY_LLAMA);
    if (!Files.isRegularFile(file)) {
      notes.accept("TinyLlama: not measured, %s is not there".formatted(file));
      return Optional.empty();
    }
    return Optional.of(new BenchedModel("TinyLlama", file, 0.65, NONE, NONE, false));
  }

  private BenchedModel tiny(
      ElementType type, double decode, double prompt, double vector, boolean checks)
      throws IOException {
    String name = "tinyllama-" + type.label();
    Path file = synthetic(LlamaShape.tinyLlama(name), type);
    return new BenchedModel(name, file, decode, prompt, vector, checks);
  }

  private Path synthetic(LlamaShape shape, ElementType type) throws IOException {
    Path file = places.models().resolve(shape.name() + ".gguf");
    if (!Files.exists(file)) {
      progress.accept("writes %s (once)".formatted(file));
      Files.createDirectories(places.models());
      SyntheticModel.write(file, shape, type, SEED);
    }
    return file;
  }

  private Optional<BenchedModel> stories(
      String name, Path checkpoint, Path tokenizer, double decode) throws IOException {
    if (!Files.isRegularFile(checkpoint)) {
      notes.accept("%s: not measured, %s is not there".formatted(name, checkpoint));
      return Optional.empty();
    }
    Path file = places.models().resolve(name + ".gguf");
    if (!Files.exists(file)) {
      Files.createDirectories(places.models());
      StoriesFile.write(file, name, checkpoint, tokenizer);
    }
    return Optional.of(new BenchedModel(name, file, decode, NONE, NONE, false));
  }
}
