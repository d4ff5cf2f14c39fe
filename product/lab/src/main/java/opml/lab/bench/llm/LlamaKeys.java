package opml.lab.bench.llm;

import java.util.List;
import java.util.stream.IntStream;

/// The keys that a GGUF file with the architecture of LLaMA has.
final class LlamaKeys {
  /// Types of tokens as GGUF files have them.
  private static final int NORMAL = 1;

  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int BYTE = 6;

  /// The first tokens: unknown, begin, end, and the 256 bytes.
  private static final int BEGIN = 1;

  static final int END = 2;
  static final int FIRST_BYTE = 3;
  static final int FIRST_PIECE = FIRST_BYTE + 256;

  private static final int LETTERS = 26;

  private LlamaKeys() {}

  /// Writes down a model's numbers.
  static void numbers(GgufOutput out, LlamaShape shape) {
    out.text("general.architecture", "llama")
        .text("general.name", shape.name())
        .whole("llama.vocab_size", shape.vocabulary())
        .whole("llama.context_length", shape.context())
        .whole("llama.embedding_length", shape.width())
        .whole("llama.block_count", shape.layers())
        .whole("llama.feed_forward_length", shape.feedForward())
        .whole("llama.rope.dimension_count", shape.width() / shape.heads())
        .whole("llama.attention.head_count", shape.heads())
        .whole("llama.attention.head_count_kv", shape.kvHeads())
        .real("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .real("llama.rope.freq_base", 10_000);
  }

  /// Writes down a vocabulary of SentencePiece's kind, whose tokens have their kinds by their numbers.
  static void vocabulary(GgufOutput out, List<String> pieces, List<Float> scores) {
    out.text("tokenizer.ggml.model", "llama")
        .texts("tokenizer.ggml.tokens", pieces)
        .reals("tokenizer.ggml.scores", scores)
        .wholes(
            "tokenizer.ggml.token_type",
            IntStream.range(0, pieces.size()).map(LlamaKeys::kind).toArray())
        .whole("tokenizer.ggml.bos_token_id", BEGIN)
        .whole("tokenizer.ggml.eos_token_id", END)
        .whole("tokenizer.ggml.unknown_token_id", 0);
  }

  /// {@return a text for a token: the first have theirs, and the others a word without a meaning, each another one}
  static String piece(int id) {
    return switch (id) {
      case 0 -> "<unk>";
      case BEGIN -> "<s>";
      case END -> "</s>";
      default -> id < FIRST_PIECE ? "<0x%02X>".formatted(id - FIRST_BYTE) : word(id - FIRST_PIECE);
    };
  }

  private static String word(int number) {
    StringBuilder word = new StringBuilder();
    for (int rest = number; rest >= 0; rest = rest / LETTERS - 1) {
      word.append((char) ('a' + rest % LETTERS));
    }
    return "▁" + word;
  }

  private static int kind(int id) {
    return switch (id) {
      case 0 -> UNKNOWN;
      case BEGIN, END -> CONTROL;
      default -> id < FIRST_PIECE ? BYTE : NORMAL;
    };
  }
}
