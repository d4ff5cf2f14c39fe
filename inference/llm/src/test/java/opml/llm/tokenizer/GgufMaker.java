package opml.llm.tokenizer;

import java.util.ArrayList;
import java.util.List;
import opml.formats.gguf.GgufFile;
import opml.formats.gguf.GgufReader;
import opml.llm.GgufWriter;

/// Small vocabularies as GGUF files, as a converter would write them.
final class GgufMaker {
  private final GgufWriter writer = new GgufWriter();
  private final List<String> tokens = new ArrayList<>();
  private final List<Integer> types = new ArrayList<>();
  private final List<Float> scores = new ArrayList<>();

  static GgufMaker of(String model) {
    return new GgufMaker().text("model", model);
  }

  /// A byte-level vocabulary that has all bytes, and the merges given, each with its token.
  static GgufMaker byteBpe(String pre, String... merges) {
    GgufMaker maker = of("gpt2").text("pre", pre).texts("merges", List.of(merges));
    for (int b = 0; b < 256; b++) {
      maker.token(String.valueOf(ByteAlphabet.character((byte) b)));
    }
    for (String merge : merges) {
      maker.token(merge.replaceFirst("(?<=.) ", ""));
    }
    return maker;
  }

  /// A SentencePiece vocabulary: unknown, begin, end, all bytes, and then pieces, the best first.
  static GgufMaker sentencePiece(String... pieces) {
    GgufMaker maker = of("llama").token("<unk>", TokenKind.UNKNOWN, 0);
    maker.token("<s>", TokenKind.CONTROL, 0).token("</s>", TokenKind.CONTROL, 0);
    for (int b = 0; b < 256; b++) {
      maker.token("<0x%02X>".formatted(b), TokenKind.BYTE, 0);
    }
    for (int i = 0; i < pieces.length; i++) {
      maker.token(pieces[i], TokenKind.NORMAL, -i);
    }
    return maker;
  }

  GgufMaker token(String text) {
    return token(text, TokenKind.NORMAL, 0);
  }

  GgufMaker token(String text, TokenKind kind, float score) {
    tokens.add(text);
    types.add(List.of(TokenKind.values()).indexOf(kind) + 1);
    scores.add(score);
    return this;
  }

  /// The type of the last token, as a number of no known meaning if one likes.
  GgufMaker lastType(int type) {
    types.set(types.size() - 1, type);
    return this;
  }

  GgufMaker dropLastType() {
    types.removeLast();
    return this;
  }

  GgufMaker dropLastScore() {
    scores.removeLast();
    return this;
  }

  GgufMaker text(String key, String value) {
    writer.text(full(key), value);
    return this;
  }

  GgufMaker flag(String key, boolean value) {
    writer.flag(full(key), value);
    return this;
  }

  GgufMaker number(String key, int value) {
    writer.number(full(key), value);
    return this;
  }

  GgufMaker texts(String key, List<String> values) {
    writer.texts(full(key), values);
    return this;
  }

  GgufFile file() {
    writer.texts(full("tokens"), tokens).ints(full("token_type"), types);
    writer.floats(full("scores"), scores);
    return GgufReader.read("tiny.gguf", writer.bytes());
  }

  Tokenizer tokenizer() {
    return Tokenizer.of(file());
  }

  private static String full(String key) {
    return key.startsWith("general.") ? key : "tokenizer.ggml." + key;
  }
}
