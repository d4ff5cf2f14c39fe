package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Penalties of tokens by which a text would repeat itself, after what llama.cpp calls DRY: `spec/numerics.md`
/// (Repeated sequences). The longest sequence that has stood before is found for every place at once by the Z-algorithm
/// over the text read backwards (Gusfield, *Algorithms on Strings, Trees, and Sequences*, 1997, 1.4), in as many steps
/// as there are tokens.
///
/// Where breakers end is a question of bytes, whatever tokens they lie in, and is asked once a text: all breakers are
/// compared at once, a bit for each of their bytes (Baeza-Yates and Gonnet, CACM 35, 1992).
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class DrySequences {
  /// Bytes for the sets of places at which breakers have a byte.
  public static final int BYTE_SETS = 8 * 256;

  /// The bit of a token in whose text a breaker ends.
  private static final long ENDS = 1L << 62;

  /// The bit of one whose own text has a whole one.
  private static final long WHOLE = 1L << 63;

  /// The beginnings of breakers with which the text ends behind a token.
  private static final long BEGUN = (1L << DryTable.MOST_BREAKERS) - 1;

  private DrySequences() {}

  /// Notes of each of the tile's tokens what its text has of breakers. Nothing happens if nothing is asked for.
  ///
  /// @param tokens the text, from position 0 on
  /// @param ends (vocabulary): where in `pieces` the text of a token ends, which begins where the one before ends
  /// @param y 64 bits for each position, of which those before the tile's are there
  /// @param room of [#BYTE_SETS] bytes
  /// @param longest bytes of a token's text, at most
  public static void dryBreaks(
      Tile tile,
      MemorySegment request,
      MemorySegment tokens,
      MemorySegment pieces,
      MemorySegment ends,
      MemorySegment y,
      MemorySegment room,
      int vocabulary,
      int longest) {
    DryTable table = DryTable.of(request);
    if (table.words() == 0) {
      return;
    }
    for (int i = 0; i < BYTE_SETS; i += 8) {
      Mem.putI64(room, i, 0);
    }
    long bit = 1;
    long firsts = 1;
    long lasts = 0;
    for (int at = table.at() + DryTable.BREAKERS; at < table.end(); at += 4) {
      Trips.atMost(DryTable.MOST_BREAKERS);
      int entry = Mem.i32(request, at);
      int set = 8 * (entry & 255);
      Mem.putI64(room, set, Mem.i64(room, set) | bit);
      lasts |= entry < 0 ? bit : 0;
      bit <<= 1;
      firsts |= entry < 0 ? bit : 0;
    }
    int count = tile.count();
    int position = tile.position();
    long begun = position == 0 ? 0 : Mem.i64(y, 8 * (position - 1)) & BEGUN;
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      int token = Mem.i32(tokens, 4 * (position + i));
      boolean known = token >= 0 && token < vocabulary;
      int from = known && token > 0 ? Mem.i32(ends, 4 * (token - 1)) : 0;
      int length = known ? Mem.i32(ends, 4 * token) - from : 0;
      long ofOwn = 0;
      long ended = 0;
      long whole = 0;
      for (int j = 0; j < longest; j++) {
        if (j >= length) {
          break;
        }
        long set = Mem.i64(room, 8 * (Mem.i8(pieces, from + j) & 255));
        begun = (begun << 1 | firsts) & set;
        ofOwn = (ofOwn << 1 | firsts) & set;
        ended |= begun & lasts;
        whole |= ofOwn & lasts;
      }
      long noted = begun | (ended != 0 ? ENDS : 0) | (whole != 0 ? WHOLE : 0);
      Mem.putI64(y, 8 * (position + i), noted);
    }
  }

  /// Takes off what is asked for of the tokens that would go on with a sequence that has stood before.
  ///
  /// @param all behind which there is room for [DryTable#bytes]
  /// @param breaks what [#dryBreaks] has noted of the text
  /// @param known tokens of it
  static void penalise(
      Candidates all,
      MemorySegment request,
      MemorySegment tokens,
      MemorySegment breaks,
      int known,
      int context) {
    DryTable table = DryTable.of(request);
    if (table.words() == 0) {
      return;
    }
    int allowed = Math.max(0, Mem.i32(request, table.at() + DryTable.ALLOWED_LENGTH));
    int count = Math.min(known, Mem.i32(request, table.at() + DryTable.LAST_N));
    int limit = 0;
    while (limit < count && (Mem.i64(breaks, 8 * (known - 1 - limit)) & ENDS) == 0) {
      Trips.atMost(context);
      limit++;
    }
    if (limit < allowed) {
      return;
    }
    int lengths = all.behind();
    findRepeats(all.data(), lengths, tokens, known, count, context);
    // Keys are no keys yet: they are 1 more than the longest sequence that a token goes on with.
    for (int i = 1; i < count; i++) {
      Trips.atMost(context);
      all.setKey(Mem.i32(tokens, 4 * (known - i)), 0);
    }
    int most = allowed;
    for (int i = 1; i < count; i++) {
      Trips.atMost(context);
      int token = Mem.i32(tokens, 4 * (known - i));
      int length = Math.min(Mem.i32(all.data(), lengths + 4 * i), limit);
      if (length >= allowed && length >= all.key(token)) {
        all.setKey(token, length + 1);
        most = Math.max(most, length);
      }
    }
    int powers = lengths + 4 * context;
    float base = Mem.f32(request, table.at() + DryTable.BASE);
    float power = 1f;
    for (int i = 0; i <= most - allowed; i++) {
      Trips.atMost(context);
      Mem.putF32(all.data(), powers + 4 * i, power);
      float next = power * base;
      power = next < Float.POSITIVE_INFINITY ? next : power;
    }
    float multiplier = Mem.f32(request, table.at() + DryTable.MULTIPLIER);
    for (int i = 1; i < count; i++) {
      Trips.atMost(context);
      int token = Mem.i32(tokens, 4 * (known - i));
      int key = all.key(token);
      if (key > 0) {
        all.setKey(token, 0);
        if ((Mem.i64(breaks, 8 * (known - i)) & WHOLE) == 0) {
          float times = Mem.f32(all.data(), powers + 4 * (key - 1 - allowed));
          all.set(token, all.value(token) - multiplier * times);
        }
      }
    }
  }

  /// Notes for each i from 1 on how many tokens the text and the text without its last i have at their ends in common,
  /// both cut to the last `count` of the text.
  private static void findRepeats(
      MemorySegment data, int at, MemorySegment tokens, int known, int count, int context) {
    int last = 4 * (known - 1);
    // The one that reaches furthest back begins behind the last `begin`, and ends before `end`.
    int begin = 0;
    int end = 0;
    for (int i = 1; i < count; i++) {
      Trips.atMost(context);
      int same = i < end ? Math.min(end - i, Mem.i32(data, at + 4 * (i - begin))) : 0;
      while (i + same < count
          && Mem.i32(tokens, last - 4 * same) == Mem.i32(tokens, last - 4 * (i + same))) {
        // Each but the first of a length reaches further back than any before.
        Trips.inAll(context);
        same++;
      }
      if (i + same > end) {
        begin = i;
        end = i + same;
      }
      Mem.putI32(data, at + 4 * i, same);
    }
  }
}
