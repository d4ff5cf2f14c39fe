package opml.llm.session;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;
import opml.kernels.memory.Mem;
import opml.kernels.transformer.GrammarTable;
import opml.llm.forward.VocabularyTable;
import opml.llm.grammar.Grammar;

/// Which tokens may follow in texts of a grammar, as [opml.kernels.transformer.TokenGrammar] says, but each time that a
/// text comes to the same place it is looked up. For one thread.
final class GrammarMasks {
  private static final int BYTE_VALUES = 256;
  private static final long MOST_BYTES = 1L << 26;

  private final byte[] pieces;
  private final int[] ends;
  private final boolean[] stops;
  private final int row;
  private final long[] returns = new long[(GrammarTable.BYTES + 7) / 8];
  private final long[] work = new long[returns.length];
  private final MemorySegment returnBytes = MemorySegment.ofArray(returns);
  private final MemorySegment workBytes = MemorySegment.ofArray(work);
  private final Map<LongBuffer, int[]> known = new HashMap<>();
  private Grammar grammar = Grammar.ANY;
  private GrammarTable table = new GrammarTable(returnBytes, 0, 0);
  private int place;

  GrammarMasks(VocabularyTable vocabulary) {
    this.pieces = vocabulary.pieces().bytes();
    int count = vocabulary.stops().shape().count();
    this.ends = new int[count];
    this.stops = new boolean[count];
    for (int i = 0; i < count; i++) {
      ends[i] = (int) vocabulary.ends().integer(i);
      stops[i] = vocabulary.stops().integer(i) != 0;
    }
    this.row = (count + Integer.SIZE - 1) / Integer.SIZE;
  }

  /// Begins a text of a grammar.
  void begin(Grammar next) {
    if (!next.equals(grammar)) {
      grammar = next;
      known.clear();
      ByteBuffer entries =
          ByteBuffer.allocateDirect(Math.max(8, Integer.BYTES * next.words()))
              .order(ByteOrder.LITTLE_ENDIAN);
      next.write(entries, 0);
      table = new GrammarTable(MemorySegment.ofBuffer(entries), 0, next.words());
    }
    place = GrammarTable.BEGIN;
  }

  /// Goes on with a token's text.
  void take(int token) {
    int from = from(token);
    place =
        from < ends[token] ? walked(returnBytes, place, from, ends[token]) : GrammarTable.NOWHERE;
  }

  private int from(int token) {
    return token == 0 ? 0 : ends[token - 1];
  }

  private int walked(MemorySegment of, int begin, int from, int end) {
    int at = begin;
    for (int i = from; i < end && at >= 0; i++) {
      at = table.next(of, 0, at, pieces[i] & 255);
    }
    return at;
  }

  /// Writes which tokens may follow, a bit each, in whole words.
  void write(MemorySegment to, long offset) {
    int[] bits = bits();
    for (int i = 0; i < bits.length; i++) {
      Mem.putI32(to, offset + 4L * i, bits[i]);
    }
  }

  private int[] bits() {
    int height = place < 0 ? 0 : place & 63;
    long[] key = new long[1 + (height + 1) / 2];
    key[0] = place;
    for (int i = 0; i < height; i++) {
      key[1 + i / 2] |= (Mem.i32(returnBytes, 4L * i) & 0xffffffffL) << 32 * (i & 1);
    }
    int[] found = known.get(LongBuffer.wrap(key));
    if (found == null) {
      if ((long) Integer.BYTES * row * known.size() > MOST_BYTES) {
        known.clear();
      }
      found = computed();
      known.put(LongBuffer.wrap(key), found);
    }
    return found;
  }

  private int[] computed() {
    boolean mayEnd = next(GrammarTable.NO_BYTE) >= 0;
    boolean[] begins = new boolean[BYTE_VALUES];
    for (int b = 0; b < BYTE_VALUES; b++) {
      begins[b] = next(b) >= 0;
    }
    int[] bits = new int[row];
    for (int token = 0; token < ends.length; token++) {
      boolean allowed = mayEnd;
      if (!stops[token]) {
        int from = from(token);
        allowed = from < ends[token] && begins[pieces[from] & 255];
        if (allowed && from + 1 < ends[token]) {
          restore();
          allowed = walked(workBytes, place, from, ends[token]) >= 0;
        }
      }
      bits[token / Integer.SIZE] |= allowed ? 1 << token : 0;
    }
    return bits;
  }

  private int next(int b) {
    restore();
    return table.next(workBytes, 0, place, b);
  }

  private void restore() {
    System.arraycopy(returns, 0, work, 0, place < 0 ? 0 : ((place & 63) + 1) / 2);
  }
}
