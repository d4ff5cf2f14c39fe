package opml.llm.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import opml.formats.gguf.GgufFile;
import opml.formats.gguf.GgufReader;

/// Small vocabularies as GGUF files, as a converter would write them.
final class GgufMaker {
  private static final int U32 = 4;
  private static final int I32 = 5;
  private static final int F32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private final ByteArrayOutputStream pairs = new ByteArrayOutputStream();
  private int count;

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
    key(key, STRING);
    string(value);
    return this;
  }

  GgufMaker flag(String key, boolean value) {
    key(key, BOOL);
    pairs.write(value ? 1 : 0);
    return this;
  }

  GgufMaker number(String key, int value) {
    key(key, U32);
    little(value, Integer.BYTES);
    return this;
  }

  GgufMaker texts(String key, List<String> values) {
    array(key, STRING, values.size());
    values.forEach(this::string);
    return this;
  }

  GgufFile file() {
    texts("tokens", tokens);
    array("token_type", I32, types.size());
    types.forEach(type -> little(type, Integer.BYTES));
    array("scores", F32, scores.size());
    scores.forEach(score -> little(Float.floatToIntBits(score), Integer.BYTES));
    byte[] body = pairs.toByteArray();
    pairs.reset();
    little(0x4655_4747, Integer.BYTES);
    little(3, Integer.BYTES);
    little(0, Long.BYTES);
    little(count, Long.BYTES);
    pairs.writeBytes(body);
    return GgufReader.read("tiny.gguf", pairs.toByteArray());
  }

  Tokenizer tokenizer() {
    return Tokenizer.of(file());
  }

  private void array(String key, int element, int size) {
    key(key, ARRAY);
    little(element, Integer.BYTES);
    little(size, Long.BYTES);
  }

  private void key(String key, int type) {
    string(key.startsWith("general.") ? key : "tokenizer.ggml." + key);
    little(type, Integer.BYTES);
    count++;
  }

  private void string(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    little(bytes.length, Long.BYTES);
    pairs.writeBytes(bytes);
  }

  private void little(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      pairs.write((int) (value >>> (8 * i)));
    }
  }
}
