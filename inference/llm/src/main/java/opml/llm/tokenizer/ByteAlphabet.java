package opml.llm.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// How byte-level vocabularies write bytes: each as one character that can be seen. What is printable in Latin-1 stands
/// for itself; the others, in order, are the characters from U+0100 on (so a space is `Ġ` and a line end `Ċ`).
final class ByteAlphabet {
  private static final int BYTES = 256;
  private static final char FIRST_SUBSTITUTE = 0x100;

  private static final char[] CHARACTERS = new char[BYTES];
  private static final int[] VALUES = new int[2 * BYTES];

  static {
    Arrays.fill(VALUES, -1);
    char substitute = FIRST_SUBSTITUTE;
    for (int b = 0; b < BYTES; b++) {
      boolean shown = b > ' ' && b < 0x7f || b > 0xa0 && b != 0xad;
      CHARACTERS[b] = shown ? (char) b : substitute++;
      VALUES[CHARACTERS[b]] = b;
    }
  }

  private ByteAlphabet() {}

  /// {@return the character of a byte}
  static char character(byte b) {
    return CHARACTERS[b & 0xff];
  }

  /// {@return the UTF-8 of a text, a character a byte}
  static String write(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    char[] characters = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      characters[i] = character(bytes[i]);
    }
    return new String(characters);
  }

  /// {@return whether every character is that of a byte}
  static boolean isWritten(String characters) {
    return characters.chars().allMatch(c -> c < VALUES.length && VALUES[c] >= 0);
  }

  /// {@return the bytes that characters stand for}
  static byte[] read(String characters) {
    byte[] bytes = new byte[characters.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) VALUES[characters.charAt(i)];
    }
    return bytes;
  }
}
