package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// What a language model is asked and what it answers, as bytes, and the check of an answer but for its choices:
/// `spec/graph.md` (Language models).
///
/// A request is a header of [#HEADER] bytes, 32-bit integers of which the first are [#PROMPT] and the following, and
/// the prompt's tokens. An answer is [#COUNT], [#REASON] and [#TEXT], its tokens, and then its text; all behind it is
/// zero.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Tape {
  /// Bytes before the prompt's tokens.
  public static final int HEADER = 64;

  /// Where a request has the number of its prompt's tokens.
  public static final int PROMPT = 0;

  /// Where it has the greatest number of tokens of an answer.
  public static final int LIMIT = 4;

  /// Bytes of a header that are read here; the others say how tokens are chosen ([SamplingHeader]), and are 0 once
  /// [TokenSampling#tapePlain] has seen them.
  public static final int HEADER_USED = 8;

  /// Bytes before an answer's tokens.
  public static final int ANSWER = 12;

  /// Where an answer has the number of its tokens.
  public static final int COUNT = 0;

  /// Where it says why there are no more.
  public static final int REASON = 4;

  /// Where it has the number of bytes of its text.
  public static final int TEXT = 8;

  /// The last token is one that ends answers.
  public static final int ENDED = 1;

  /// There are as many tokens as were asked for.
  public static final int FULL = 2;

  /// The request's header is not one: nothing is answered.
  public static final int BAD_HEADER = 3;

  /// A token of the prompt is not in the vocabulary: nothing is answered.
  public static final int BAD_TOKEN = 4;

  private static final int FAILS = 2;
  private static final int STOPS = 1;

  private Tape() {}

  /// Checks all of an answer but which tokens were chosen, and has what follows know the tokens.
  ///
  /// To a bad request there is one right answer, whose tape has nothing but the reason; it ends the run.
  ///
  /// @param ends (vocabulary): where in `pieces` the text of a token ends, which begins where the one before ends
  /// @param stops (vocabulary) bytes: not 0 for a token that ends answers
  /// @param tokens written: the prompt's tokens, and behind them the answer's
  /// @param control written: what [Tile] reads
  /// @param context tokens of prompt and answer, at most
  /// @param capacity tokens of an answer, at most
  /// @param room bytes of an answer's slot
  /// @param longest bytes of a token's text, at most
  public static int tapeBegin(
      MemorySegment request,
      MemorySegment answer,
      MemorySegment pieces,
      MemorySegment ends,
      MemorySegment stops,
      MemorySegment tokens,
      MemorySegment control,
      int context,
      int capacity,
      int vocabulary,
      int room,
      int longest) {
    int prompt = Mem.i32(request, PROMPT);
    int limit = Mem.i32(request, LIMIT);
    int reason = flaw(request, prompt, limit, context, capacity, vocabulary);
    int count = Mem.i32(answer, COUNT);
    int text = Mem.i32(answer, TEXT);
    if (reason != 0) {
      boolean right = count == 0 && text == 0 && Mem.i32(answer, REASON) == reason;
      return right && zeros(answer, ANSWER, room) ? STOPS : FAILS;
    }
    if (count < 0 || count > limit || text < 0 || text > room - ANSWER - 4 * count) {
      return FAILS;
    }
    boolean ended = false;
    int textAt = ANSWER + 4 * count;
    for (int i = 0; i < count; i++) {
      Trips.atMost(capacity);
      int token = Mem.i32(answer, ANSWER + 4 * i);
      if (ended || token < 0 || token >= vocabulary) {
        return FAILS;
      }
      ended = Mem.i8(stops, token) != 0;
      int from = token == 0 ? 0 : Mem.i32(ends, 4 * (token - 1));
      int end = Mem.i32(ends, 4 * token);
      for (; from < end && textAt < room; from++) {
        Trips.atMost(longest);
        if (Mem.i8(answer, textAt) != Mem.i8(pieces, from)) {
          return FAILS;
        }
        textAt++;
      }
    }
    boolean over = ended || count == limit;
    boolean told = Mem.i32(answer, REASON) == (ended ? ENDED : FULL);
    if (!over || !told || textAt != ANSWER + 4 * count + text || !zeros(answer, textAt, room)) {
      return FAILS;
    }
    for (int i = 0; i < prompt; i++) {
      Trips.atMost(context);
      Mem.putI32(tokens, 4 * i, Mem.i32(request, HEADER + 4 * i));
    }
    for (int i = 0; i < count; i++) {
      Trips.atMost(capacity);
      Mem.putI32(tokens, 4 * (prompt + i), Mem.i32(answer, ANSWER + 4 * i));
    }
    // Nothing is chosen behind the last token.
    Mem.putI32(control, 4 * Tile.TOKENS, count == 0 ? 0 : prompt + count - 1);
    Mem.putI32(control, 4 * Tile.CHOICES, count);
    Mem.putI32(control, 4 * Tile.POSITION, 0);
    Mem.putI32(control, 4 * Tile.CHOOSING, prompt - 1);
    return 0;
  }

  /// {@return what is wrong with a request, or 0}
  private static int flaw(
      MemorySegment request, int prompt, int limit, int context, int capacity, int vocabulary) {
    if (prompt < 1 || prompt > context || limit < 0 || limit > capacity) {
      return BAD_HEADER;
    }
    if (limit > context - prompt || !zeros(request, HEADER_USED, HEADER)) {
      return BAD_HEADER;
    }
    for (int i = 0; i < prompt; i++) {
      Trips.atMost(context);
      int token = Mem.i32(request, HEADER + 4 * i);
      if (token < 0 || token >= vocabulary) {
        return BAD_TOKEN;
      }
    }
    return 0;
  }

  /// {@return whether there is nothing but zeros}
  private static boolean zeros(MemorySegment bytes, int from, int to) {
    for (int at = from; at < to; at++) {
      Trips.atMost(to);
      if (Mem.i8(bytes, at) != 0) {
        return false;
      }
    }
    return true;
  }

  /// Ends the run of a check in which nothing was wrong, and empties the control slot, which it finds zeroed.
  public static int tapeEnd(MemorySegment control) {
    return STOPS;
  }

  /// Takes the rows of the tokens behind which the tile's choices are.
  ///
  /// @param x (…, width)
  /// @param y (rows, width)
  public static void choosingRows(Tile tile, MemorySegment x, MemorySegment y, int width) {
    int count = tile.count();
    int from = 4 * tile.choosing() * width;
    int to = 0;
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      for (int j = 0; j < width; j++) {
        Mem.putI32(y, to, Mem.i32(x, from));
        from += 4;
        to += 4;
      }
    }
  }

  /// Chooses the greatest logit, the first of equals; NaN is never the greatest, and where nothing compares above
  /// -infinity, token 0 is chosen.
  ///
  /// @param logits (rows, vocabulary)
  /// @param y (rows) tokens
  public static void chooseGreedy(
      Tile tile, MemorySegment logits, MemorySegment y, int vocabulary) {
    int count = tile.count();
    int at = 0;
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      float most = Float.NEGATIVE_INFINITY;
      int best = 0;
      for (int j = 0; j < vocabulary; j++) {
        float logit = Mem.f32(logits, at);
        if (logit > most) {
          most = logit;
          best = j;
        }
        at += 4;
      }
      Mem.putI32(y, 4 * i, best);
    }
  }

  /// Fails unless the tile's choices are the tokens of the answer.
  ///
  /// @param chosen (rows)
  /// @param tokens of prompt and answer
  /// @param seen written, and left as it is: a node writes something
  public static int checkChoices(
      Tile tile, MemorySegment chosen, MemorySegment tokens, MemorySegment seen) {
    int count = tile.count();
    int at = 4 * (tile.choosing() + 1);
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      if (Mem.i32(chosen, 4 * i) != Mem.i32(tokens, at + 4 * i)) {
        return FAILS;
      }
    }
    return 0;
  }
}
