package opml.llm.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Tokens back to text, one by one, as a model says them. A token may end within a character; what is unfinished is
/// kept until the next one. What is no UTF-8 becomes U+FFFD.
public final class StreamDecoder {
  private static final int LONGEST_CHARACTER = 4;

  private final Tokenizer tokenizer;
  private final boolean showSpecial;
  private final CharsetDecoder characters =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);

  /// The first bytes of a character.
  private byte[] unfinished = new byte[0];

  private boolean isFirst = true;

  StreamDecoder(Tokenizer tokenizer, boolean showSpecial) {
    this.tokenizer = tokenizer;
    this.showSpecial = showSpecial;
  }

  /// {@return the text that the next token finishes, often none}
  ///
  /// @throws IllegalArgumentException if there is no such token
  public String next(int id) {
    return characters(bytes(id), false);
  }

  /// {@return what the end finishes; then a new text may begin}
  public String end() {
    String rest = characters(new byte[0], true);
    unfinished = new byte[0];
    isFirst = true;
    return rest;
  }

  /// {@return the bytes of the next token, without the space that encoding had put before a text}
  byte[] bytes(int id) {
    boolean special = tokenizer.isSpecial(id);
    byte[] bytes = tokenizer.bytes(id, showSpecial);
    boolean dropsSpace =
        isFirst && !special && tokenizer.addsSpace() && bytes.length > 0 && bytes[0] == ' ';
    isFirst = special;
    return dropsSpace ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
  }

  private String characters(byte[] more, boolean isEnd) {
    ByteBuffer in = ByteBuffer.allocate(unfinished.length + more.length);
    in.put(unfinished).put(more).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining() + LONGEST_CHARACTER);
    characters.reset();
    characters.decode(in, out, isEnd);
    if (isEnd) {
      characters.flush(out);
    }
    unfinished = new byte[in.remaining()];
    in.get(unfinished);
    return out.flip().toString();
  }
}
