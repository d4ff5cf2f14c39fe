package opml.llm.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import opml.formats.gguf.GgufFile;
import opml.formats.gguf.GgufValue;
import opml.formats.llama2c.Llama2cFile;
import opml.formats.llama2c.Llama2cHeader;
import opml.formats.llama2c.Llama2cTokenizer;
import opml.llm.tokenizer.Tokenizer;

/// A language model of a llama2.c checkpoint, which has what a file does not say in its program.
final class Llama2cModel {
  private static final float EPSILON = 1e-5f;
  private static final float BASE = 10_000;

  /// Types of tokens as GGUF files have them.
  private static final int NORMAL = 1;

  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int BYTE = 6;

  private Llama2cModel() {}

  static LanguageModel of(Llama2cFile file, Optional<Llama2cTokenizer> tokenizer) {
    ModelOpening opening = new ModelOpening(file.name());
    return opening.model(
        LanguageModels.stem(file.name()),
        opening.attempt(() -> numbers(file.header())),
        file.tensors(),
        tokenizer.flatMap(known -> opening.attempt(() -> Tokenizer.of(described(known)))),
        Optional.empty());
  }

  private static Hyperparameters numbers(Llama2cHeader header) {
    return new Hyperparameters(
        Architecture.LLAMA,
        header.width(),
        header.layers(),
        header.heads(),
        header.kvHeads(),
        header.headWidth(),
        header.feedForward(),
        header.context(),
        header.vocabulary(),
        EPSILON,
        new Rope(header.headWidth(), BASE, Rope.Style.NORMAL, new Rope.Scaling.None()),
        0);
  }

  /// {@return a tokenizer, described as GGUF files do}
  private static GgufFile described(Llama2cTokenizer tokenizer) {
    int[] types = IntStream.range(0, tokenizer.pieces().size()).map(Llama2cModel::type).toArray();
    float[] scores = new float[types.length];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = tokenizer.scores().get(id);
    }
    Map<String, GgufValue> keys = new LinkedHashMap<>();
    keys.put("tokenizer.ggml.model", new GgufValue.Text("llama"));
    keys.put("tokenizer.ggml.tokens", new GgufValue.Texts(tokenizer.pieces()));
    keys.put("tokenizer.ggml.token_type", GgufValue.Scalars.ints(types));
    keys.put("tokenizer.ggml.scores", GgufValue.Scalars.floats(scores));
    return new GgufFile(tokenizer.name(), 3, keys, Map.of());
  }

  private static int type(int id) {
    return switch (id) {
      case Llama2cTokenizer.UNKNOWN -> UNKNOWN;
      case Llama2cTokenizer.BEGIN, Llama2cTokenizer.END -> CONTROL;
      default -> id < Llama2cTokenizer.FIRST_PIECE ? BYTE : NORMAL;
    };
  }
}
