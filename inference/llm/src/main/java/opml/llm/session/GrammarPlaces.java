package opml.llm.session;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import opml.kernels.transformer.GrammarTable;
import opml.llm.grammar.Grammar;

/// The places to which texts of a grammar come, and which tokens may follow at each: what
/// [opml.kernels.transformer.TokenGrammar] says, bit for bit, but each step from a place with a byte is found once.
///
/// A place with its returns gets a number, and so do its returns: the last one, and the number of those below it. So a
/// table that keeps returns becomes an automaton without any, of which there are as many places as texts have come to;
/// bytes that no entry tells apart are one. Tokens that may follow are found along the tree of their texts
/// ([TokenTexts]): what begins alike is walked along once, and what lies behind a text that leads nowhere is passed
/// over (Willard & Louf, 2307.09702, index a vocabulary by states without returns; Dong et al., *XGrammar*, 2411.15100,
/// keep returns in a tree).
///
/// The table is anybody's, so what is kept is bounded: where there are too many places, all are forgotten but those on
/// the way to the one at hand. For one thread.
final class GrammarPlaces {
  /// Bounds of what is kept.
  ///
  /// @param steps from places, 4 bytes each
  /// @param returns some 100 bytes each
  /// @param masks in bytes
  record Room(int steps, int returns, int masks) {
    static final Room USUAL = new Room(1 << 19, 1 << 14, 1 << 22);
  }

  private static final int BYTE_VALUES = 256;
  private static final int NOWHERE = -1;
  private static final int UNKNOWN = -2;

  /// The number of no returns.
  private static final int NONE = 0;

  private final TokenTexts texts;
  private final Room room;
  private final int[] table;

  /// Bytes that no entry tells apart have a number together.
  private final int[] kinds = new int[BYTE_VALUES];

  /// A byte of each kind, and behind them what stands for none.
  private final int[] bytes;

  private final Map<Long, Integer> returns = new HashMap<>();
  private int[] lasts = new int[64];
  private int[] belows = new int[64];
  private int[] heights = new int[64];
  private int returnCount;

  private final Map<Long, Integer> places = new HashMap<>();
  private int[] entries = new int[64];
  private int[] kept = new int[64];
  private int placeCount;
  private final int mostPlaces;
  private final int mostReturns;

  /// Where a place leads with a byte, by place and kind.
  private int[] steps;

  private final Map<Integer, int[]> masks = new HashMap<>();

  /// Places behind the bytes of the node at hand.
  private final int[] way;

  GrammarPlaces(TokenTexts texts, Grammar grammar, Room room) {
    this.texts = texts;
    this.room = room;
    this.table = grammar.table();
    this.way = new int[texts.longest() + 1];
    BitSet begins = new BitSet();
    begins.set(0);
    for (int word : table) {
      // A return may be anything, so each integer may be looked at as an entry.
      begins.set(word & 255);
      begins.set((word >> 8 & 255) + 1);
    }
    begins.clear(BYTE_VALUES);
    this.bytes = Arrays.copyOf(begins.stream().toArray(), begins.cardinality() + 1);
    bytes[bytes.length - 1] = GrammarTable.NO_BYTE;
    for (int b = 0, kind = -1; b < BYTE_VALUES; b++) {
      kind += begins.get(b) ? 1 : 0;
      kinds[b] = kind;
    }
    // The way has room, and so much is left that forgetting is seldom.
    this.mostPlaces = Math.max(room.steps / bytes.length, 2 * way.length);
    this.mostReturns = Math.max(room.returns, 2 * GrammarTable.DEPTH * way.length);
    this.steps = new int[64 * bytes.length];
    forget();
  }

  private void forget() {
    returns.clear();
    returnCount = 1;
    places.clear();
    placeCount = 0;
    masks.clear();
  }

  /// {@return which tokens may follow, a bit each}
  ///
  /// @param place as [GrammarTable] has it
  /// @param returnsOfIt of which its height counts
  int[] mask(int place, int... returnsOfIt) {
    if (isFull()) {
      forget();
    }
    int number = place < 0 ? NOWHERE : number(place, returnsOfIt);
    int[] known = masks.get(number);
    if (known == null) {
      known = new int[(texts.count() + Integer.SIZE - 1) / Integer.SIZE];
      if (number >= 0) {
        number = find(number, known);
      }
      if ((masks.size() + 1L) * Integer.BYTES * known.length > room.masks) {
        masks.clear();
      }
      masks.put(number, known);
    }
    return known;
  }

  private int number(int place, int... returnsOfIt) {
    int below = NONE;
    for (int i = 0; i < (place & 63); i++) {
      below = returns(returnsOfIt[i], below);
    }
    return place(place >> 6, below);
  }

  /// @return the place's number then
  private int find(int place, int... mask) {
    way[0] = place;
    int node = 0;
    while (node < texts.nodes()) {
      int depth = texts.depth(node);
      if (isFull()) {
        keepWay(depth);
      }
      int next = step(way[depth - 1], kinds[texts.last(node)]);
      if (next < 0) {
        node = texts.behind(node);
      } else {
        way[depth] = next;
        int end = texts.first(node + 1);
        for (int i = texts.first(node); i < end; i++) {
          allow(mask, texts.token(i));
        }
        node++;
      }
    }
    if (step(way[0], bytes.length - 1) >= 0) {
      for (int i = 0; i < texts.stops(); i++) {
        allow(mask, texts.stop(i));
      }
    }
    return way[0];
  }

  private static void allow(int[] mask, int token) {
    mask[token / Integer.SIZE] |= 1 << token;
  }

  /// Forgets all places but the first ones of the way.
  private void keepWay(int count) {
    int[] at = new int[count];
    int[][] below = new int[count][];
    for (int i = 0; i < count; i++) {
      at[i] = entries[way[i]];
      int of = kept[way[i]];
      below[i] = new int[heights[of]];
      for (int j = below[i].length - 1; j >= 0; j--) {
        below[i][j] = lasts[of];
        of = belows[of];
      }
    }
    forget();
    for (int i = 0; i < count; i++) {
      way[i] = number(at[i] << 6 | below[i].length, below[i]);
    }
  }

  private boolean isFull() {
    return placeCount >= mostPlaces || returnCount >= mostReturns;
  }

  private int step(int place, int kind) {
    int at = place * bytes.length + kind;
    int next = steps[at];
    if (next == UNKNOWN) {
      next = next(entries[place], kept[place], bytes[kind]);
      steps[at] = next;
    }
    return next;
  }

  /// As [GrammarTable#next] goes.
  private int next(int from, int with, int b) {
    int entry = from;
    int stack = with;
    for (int i = 0; i < GrammarTable.MOST_ENTRIES; i++) {
      if (entry < 0 || entry >= table.length) {
        return NOWHERE;
      }
      int word = table[entry];
      int low = word & 255;
      int high = word >> 8 & 255;
      int target = word >> GrammarTable.TARGET & GrammarTable.MOST_WORDS - 1;
      boolean calls = (word & GrammarTable.CALL) != 0;
      if (low <= b && b <= high) {
        if (!calls) {
          return place(target, stack);
        }
        if (heights[stack] == GrammarTable.DEPTH || entry + 1 >= table.length) {
          return NOWHERE;
        }
        stack = returns(table[entry + 1], stack);
        entry = target;
      } else if (word >= 0) {
        entry += calls ? 2 : 1;
      } else if (low <= high) {
        return NOWHERE;
      } else if (stack != NONE) {
        entry = lasts[stack];
        stack = belows[stack];
      } else {
        return b == GrammarTable.NO_BYTE ? GrammarTable.BEGIN : NOWHERE;
      }
    }
    return NOWHERE;
  }

  private int returns(int last, int below) {
    long key = pair(last, below);
    Integer known = returns.get(key);
    if (known != null) {
      return known;
    }
    int made = returnCount;
    if (made == lasts.length) {
      lasts = Arrays.copyOf(lasts, 2 * made);
      belows = Arrays.copyOf(belows, 2 * made);
      heights = Arrays.copyOf(heights, 2 * made);
    }
    lasts[made] = last;
    belows[made] = below;
    heights[made] = heights[below] + 1;
    returnCount++;
    returns.put(key, made);
    return made;
  }

  private int place(int entry, int with) {
    long key = pair(entry, with);
    Integer known = places.get(key);
    if (known != null) {
      return known;
    }
    int made = placeCount;
    if (made == entries.length) {
      entries = Arrays.copyOf(entries, 2 * made);
      kept = Arrays.copyOf(kept, 2 * made);
      steps = Arrays.copyOf(steps, 2 * steps.length);
    }
    entries[made] = entry;
    kept[made] = with;
    Arrays.fill(steps, made * bytes.length, (made + 1) * bytes.length, UNKNOWN);
    placeCount++;
    places.put(key, made);
    return made;
  }

  private static long pair(int high, int low) {
    return (long) high << Integer.SIZE | low;
  }
}
