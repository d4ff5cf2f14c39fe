package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Which tokens may be chosen where a request asks for texts of a grammar: `spec/numerics.md` (Grammars). Nothing
/// happens here where it asks for none.
///
/// A place and its returns are [GrammarTable#BYTES] bytes. In the slot of a tile's places the first is the one behind
/// the last choice so far, and the others are those before each of the tile's choices.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class TokenGrammar {
  private TokenGrammar() {}

  /// Notes the places before each of the tile's choices, and goes on to the one behind them.
  ///
  /// @param tokens the text, from position 0 on
  /// @param ends (vocabulary): where in `pieces` the text of a token ends, which begins where the one before ends
  /// @param places of the tile before, if this is not the first
  /// @param longest bytes of a token's text, at most
  public static void grammarWalk(
      Tile tile,
      MemorySegment request,
      MemorySegment tokens,
      MemorySegment pieces,
      MemorySegment ends,
      MemorySegment places,
      int vocabulary,
      int longest) {
    GrammarTable table = GrammarTable.of(request);
    if (table.words() == 0) {
      return;
    }
    int count = tile.count();
    int at = 4 * (Mem.i32(tile.data(), 4 * Tile.POSITION) + tile.choosing() + 1);
    int place = tile.first() == 0 ? GrammarTable.BEGIN : Mem.i32(places, 0);
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      int before = GrammarTable.BYTES * (i + 1);
      Mem.putI32(places, before, place);
      for (int j = 1; j <= GrammarTable.DEPTH; j++) {
        Mem.putI32(places, before + 4 * j, Mem.i32(places, 4 * j));
      }
      int token = Mem.i32(tokens, at + 4 * i);
      boolean known = token >= 0 && token < vocabulary;
      int from = known && token > 0 ? Mem.i32(ends, 4 * (token - 1)) : 0;
      int length = known ? Mem.i32(ends, 4 * token) - from : 0;
      // What adds nothing is no token of a grammar's text.
      place = length > 0 ? place : GrammarTable.NOWHERE;
      for (int j = 0; j < longest; j++) {
        if (j >= length || place < 0) {
          break;
        }
        place = table.next(places, 4, place, Mem.i8(pieces, from + j) & 255);
      }
    }
    Mem.putI32(places, 0, place);
  }

  /// Says of some tokens whether each may follow: those that end answers where the text may end, and others if the
  /// text with theirs is the beginning of one of the grammar's.
  ///
  /// @param places whose `at + 1`-st is that of the tile's first choice
  /// @param stops (vocabulary) bytes: not 0 for a token that ends answers
  /// @param y (…, vocabulary) bits, each row in whole words, from row `at` on
  /// @param room of [GrammarTable#BYTES] bytes
  /// @param from the first token, a multiple of 32
  /// @param some tokens
  /// @param bytes of their texts
  public static void grammarAllow(
      Tile tile,
      MemorySegment request,
      MemorySegment places,
      MemorySegment pieces,
      MemorySegment ends,
      MemorySegment stops,
      MemorySegment y,
      MemorySegment room,
      int at,
      int from,
      int some,
      int bytes,
      int vocabulary) {
    if (Mem.i32(request, SamplingHeader.GRAMMAR) == 0) {
      return;
    }
    int count = tile.count();
    int row = (vocabulary + 31) / 32;
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      int place = GrammarTable.BYTES * (at + i + 1);
      int to = 4 * (row * (at + i) + from / 32);
      allow(request, places, place, pieces, ends, stops, y, to, room, from, some, bytes);
    }
  }

  private static void allow(
      MemorySegment request,
      MemorySegment places,
      int placeAt,
      MemorySegment pieces,
      MemorySegment ends,
      MemorySegment stops,
      MemorySegment y,
      int to,
      MemorySegment room,
      int from,
      int some,
      int bytes) {
    GrammarTable table = GrammarTable.of(request);
    int before = Mem.i32(places, placeAt);
    int height = before < 0 ? 0 : before & 63;
    copy(places, placeAt + 4, room, height);
    boolean mayEnd = table.next(room, 0, before, GrammarTable.NO_BYTE) >= 0;
    int begin = from == 0 ? 0 : Mem.i32(ends, 4 * (from - 1));
    int read = 0;
    int bits = 0;
    for (int i = 0; i < some; i++) {
      int token = from + i;
      int end = Math.min(Mem.i32(ends, 4 * token) - begin, bytes);
      boolean allowed = mayEnd;
      if (Mem.i8(stops, token) == 0) {
        copy(places, placeAt + 4, room, height);
        int place = read < end ? before : GrammarTable.NOWHERE;
        for (; read < end && place >= 0; read++) {
          Trips.inAll(bytes);
          place = table.next(room, 0, place, Mem.i8(pieces, begin + read) & 255);
        }
        allowed = place >= 0;
      }
      read = Math.max(read, end);
      bits |= allowed ? 1 << (i & 31) : 0;
      if ((i & 31) == 31 || i == some - 1) {
        Mem.putI32(y, to + 4 * (i / 32), bits);
        bits = 0;
      }
    }
  }

  private static void copy(MemorySegment places, int at, MemorySegment room, int height) {
    for (int i = 0; i < height; i++) {
      Trips.atMost(GrammarTable.DEPTH);
      Mem.putI32(room, 4 * i, Mem.i32(places, at + 4 * i));
    }
  }

  /// Has the logits of what may not be chosen be -infinity. Where nothing may be, what ends answers may.
  ///
  /// @param allowed (rows, vocabulary) bits, each row in whole words
  /// @param stops (vocabulary) bytes: not 0 for a token that ends answers
  /// @param y (rows, vocabulary) logits
  public static void grammarMask(
      Tile tile,
      MemorySegment request,
      MemorySegment allowed,
      MemorySegment stops,
      MemorySegment y,
      int vocabulary) {
    if (Mem.i32(request, SamplingHeader.GRAMMAR) == 0) {
      return;
    }
    int count = tile.count();
    int row = (vocabulary + 31) / 32;
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      int any = 0;
      for (int j = 0; j < row; j++) {
        any |= Mem.i32(allowed, 4 * (row * i + j));
      }
      for (int j = 0; j < vocabulary; j++) {
        boolean may =
            any == 0
                ? Mem.i8(stops, j) != 0
                : (Mem.i32(allowed, 4 * (row * i + j / 32)) >> (j & 31) & 1) != 0;
        if (!may) {
          Mem.putF32(y, 4 * (vocabulary * i + j), Float.NEGATIVE_INFINITY);
        }
      }
    }
  }
}
