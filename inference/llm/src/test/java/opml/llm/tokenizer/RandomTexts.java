package opml.llm.tokenizer;

import java.util.Random;

/// Texts of chance: letters that vocabularies have, white space, punctuation, and characters of all planes.
final class RandomTexts {
  private static final String COMMON = "aabbccddeelnorstu  \n\t.,'!-019AZ";
  private static final int[] RARE = {
    0, 0x85, 0xa0, 0xad, 0x3a9, 0x301, 0x5d0, 0x2028, 0x4e00, 0xac00, 0xfffd, 0x1f600, 0x10ffff
  };

  private RandomTexts() {}

  static String next(Random random, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      switch (random.nextInt(12)) {
        case 0 -> text.appendCodePoint(RARE[random.nextInt(RARE.length)]);
        case 1 -> {
          int c = random.nextInt(Character.MAX_CODE_POINT + 1);
          // SentencePiece writes a space as U+2581, and half a pair of surrogates is no text.
          text.appendCodePoint(
              c == 0x2581 || Character.getType(c) == Character.SURROGATE ? 'x' : c);
        }
        default -> text.append(COMMON.charAt(random.nextInt(COMMON.length())));
      }
    }
    return text.toString();
  }
}
