package opml.llm.tape;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import opml.kernels.transformer.Tape;
import opml.llm.forward.VocabularyTable;

/// What a language model answers: tokens, why there are no more, and the text that they make.
///
/// @param reason one of those of [Tape]
/// @param text as many bytes of it as the tape has room for
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record TextAnswer(int[] tokens, int reason, byte[] text) {
  public TextAnswer {
    tokens = tokens.clone();
    text = text.clone();
  }

  @Override
  public int[] tokens() {
    return tokens.clone();
  }

  @Override
  public byte[] text() {
    return text.clone();
  }

  /// {@return the answer to a request that is none}
  public static TextAnswer refusal(int reason) {
    return new TextAnswer(new int[0], reason, new byte[0]);
  }

  /// {@return the answer of these tokens}
  ///
  /// @param room bytes of the tape
  public static TextAnswer of(int[] tokens, boolean ended, VocabularyTable vocabulary, int room) {
    byte[] text = new byte[room - Tape.ANSWER - Integer.BYTES * tokens.length];
    int length = 0;
    byte[] pieces = vocabulary.pieces().bytes();
    for (int token : tokens) {
      int from = token == 0 ? 0 : (int) vocabulary.ends().integer(token - 1);
      int end = (int) vocabulary.ends().integer(token);
      int count = Math.min(end - from, text.length - length);
      System.arraycopy(pieces, from, text, length, count);
      length += count;
    }
    return new TextAnswer(tokens, ended ? Tape.ENDED : Tape.FULL, Arrays.copyOf(text, length));
  }

  /// {@return the bytes of the answer's slot}
  public byte[] encode(int room) {
    byte[] bytes = new byte[room];
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(Tape.COUNT, tokens.length)
        .putInt(Tape.REASON, reason)
        .putInt(Tape.TEXT, text.length);
    for (int i = 0; i < tokens.length; i++) {
      out.putInt(Tape.ANSWER + Integer.BYTES * i, tokens[i]);
    }
    out.put(Tape.ANSWER + Integer.BYTES * tokens.length, text);
    return bytes;
  }

  /// {@return what stands on a tape, if it has the form of an answer}
  ///
  /// @param bytes of the slot, or fewer where the others are zeros
  public static Optional<TextAnswer> read(byte[] bytes) {
    byte[] whole = Arrays.copyOf(bytes, Math.max(bytes.length, Tape.ANSWER));
    ByteBuffer in = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    int count = in.getInt(Tape.COUNT);
    int length = in.getInt(Tape.TEXT);
    if (count < 0 || length < 0 || count > (whole.length - Tape.ANSWER) / Integer.BYTES) {
      return Optional.empty();
    }
    int textAt = Tape.ANSWER + Integer.BYTES * count;
    if (length > whole.length - textAt) {
      return Optional.empty();
    }
    int[] tokens = new int[count];
    for (int i = 0; i < count; i++) {
      tokens[i] = in.getInt(Tape.ANSWER + Integer.BYTES * i);
    }
    byte[] text = Arrays.copyOfRange(whole, textAt, textAt + length);
    return Optional.of(new TextAnswer(tokens, in.getInt(Tape.REASON), text));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TextAnswer that
        && reason == that.reason
        && Arrays.equals(tokens, that.tokens)
        && Arrays.equals(text, that.text);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(tokens) + reason;
  }

  @Override
  public String toString() {
    return "%d tokens, reason %d".formatted(tokens.length, reason);
  }
}
