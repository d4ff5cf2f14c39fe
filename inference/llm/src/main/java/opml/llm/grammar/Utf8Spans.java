package opml.llm.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Spans of characters as spans of the bytes that UTF-8 writes them in.
final class Utf8Spans {
  private static final int[] LAST_OF_LENGTH = {0x7f, 0x7ff, 0xffff, Character.MAX_CODE_POINT};
  private static final int TRAIL_BITS = 6;

  private Utf8Spans() {}

  /// Bytes from one to another one, which is among them.
  record ByteSpan(int low, int high) {}

  /// {@return sequences of bytes that are together those of all characters of a span; surrogates are none}
  static List<List<ByteSpan>> of(Phrase.Span span) {
    List<List<ByteSpan>> all = new ArrayList<>();
    part(span.from(), Math.min(span.to(), Character.MIN_SURROGATE - 1), all);
    part(Math.max(span.from(), Character.MAX_SURROGATE + 1), span.to(), all);
    return all;
  }

  private static void part(int from, int to, List<List<ByteSpan>> all) {
    int first = from;
    for (int last : LAST_OF_LENGTH) {
      if (first <= Math.min(to, last)) {
        split(first, Math.min(to, last), all);
        first = last + 1;
      }
    }
  }

  /// Splits a span of characters with equally many bytes where a byte before the last ones changes.
  private static void split(int from, int to, List<List<ByteSpan>> all) {
    byte[] low = Character.toString(from).getBytes(StandardCharsets.UTF_8);
    byte[] high = Character.toString(to).getBytes(StandardCharsets.UTF_8);
    for (int i = 1; i < low.length; i++) {
      int mask = (1 << TRAIL_BITS * i) - 1;
      if ((from & ~mask) != (to & ~mask)) {
        if ((from & mask) != 0) {
          split(from, from | mask, all);
          split((from | mask) + 1, to, all);
          return;
        }
        if ((to & mask) != mask) {
          split(from, (to & ~mask) - 1, all);
          split(to & ~mask, to, all);
          return;
        }
      }
    }
    List<ByteSpan> sequence = new ArrayList<>();
    for (int i = 0; i < low.length; i++) {
      sequence.add(new ByteSpan(low[i] & 255, high[i] & 255));
    }
    all.add(sequence);
  }
}
