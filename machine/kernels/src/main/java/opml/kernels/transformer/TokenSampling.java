package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;
import opml.kernels.operators.Philox;

/// Choices of tokens by chance: `spec/numerics.md` (Sampling). They are a function of logits, of what the request asks
/// for ([SamplingHeader]) and of the text so far, so that each can be checked by itself.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class TokenSampling {
  private TokenSampling() {}

  /// Takes a request for one without tables, a grammar's and one of repeated sequences, if there is room for them
  /// behind prompt and biases, and what the second says is well formed; what is not stays, so that what follows finds
  /// bytes there that are no header's.
  ///
  /// @param y as request
  /// @param words of it, 32 bits each
  public static void tablesPlain(MemorySegment request, MemorySegment y, int words) {
    int left = SamplingHeader.left(request, words);
    boolean fits = left >= 0;
    boolean formed = fits && DryTable.of(request).isWellFormed(left);
    for (int i = 0; i < words; i++) {
      boolean taken =
          fits && i == SamplingHeader.GRAMMAR / 4 || formed && i == SamplingHeader.DRY / 4;
      Mem.putI32(y, 4 * i, taken ? 0 : Mem.i32(request, 4 * i));
    }
  }

  /// Takes a request for one without sampling, if what it says about that is well formed; what is not stays, so that
  /// [Tape#tapeBegin] finds bytes there that are no header's.
  ///
  /// @param y as request
  /// @param words of it, 32 bits each
  public static void tapePlain(MemorySegment request, MemorySegment y, int words, int vocabulary) {
    boolean formed = SamplingHeader.isWellFormed(request, words, vocabulary);
    for (int i = 0; i < words; i++) {
      boolean stays = i < Tape.HEADER_USED / 4 || i >= Tape.HEADER / 4 || !formed;
      Mem.putI32(y, 4 * i, stays ? Mem.i32(request, 4 * i) : 0);
    }
  }

  /// Chooses as a well-formed request asks, unless that is as [Tape#chooseGreedy] does, whose choices then stay.
  ///
  /// @param logits (…, vocabulary), whose row `at` is the tile's first
  /// @param tokens the text, from position 0 on
  /// @param breaks what [DrySequences#dryBreaks] has noted of the text
  /// @param y (…) tokens, as the logits' rows
  /// @param room of as many bytes as [Candidates#bytes] says, and behind them [DryTable#bytes]
  /// @param vocabulary at most 2^22
  /// @param context tokens of the text, at most
  public static void chooseSampled(
      Tile tile,
      MemorySegment logits,
      MemorySegment request,
      MemorySegment tokens,
      MemorySegment breaks,
      MemorySegment y,
      MemorySegment room,
      int at,
      int vocabulary,
      int context) {
    if (SamplingHeader.isGreedy(request)) {
      return;
    }
    int count = tile.count();
    // How many tokens there are before the first choice.
    int known = Mem.i32(tile.data(), 4 * Tile.POSITION) + tile.choosing() + 1;
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      Candidates all = new Candidates(room, vocabulary);
      all.read(logits, 4 * (at + i) * vocabulary);
      bias(all, request, context);
      penalise(all, request, tokens, known + i, context);
      DrySequences.penalise(all, request, tokens, breaks, known + i, context);
      cut(all, request);
      Mem.putI32(y, 4 * (at + i), choice(all, request, known + i));
    }
  }

  /// Adds what is asked for to some tokens.
  private static void bias(Candidates all, MemorySegment request, int context) {
    int count = Mem.i32(request, SamplingHeader.BIASES);
    int at = SamplingHeader.biases(request);
    for (int i = 0; i < count; i++) {
      Trips.atMost(context);
      int token = Mem.i32(request, at);
      all.set(token, all.value(token) + Mem.f32(request, at + 4));
      at += SamplingHeader.BIAS;
    }
  }

  /// Takes off what is asked for of the tokens that the last ones are.
  private static void penalise(
      Candidates all, MemorySegment request, MemorySegment tokens, int known, int context) {
    int from = Math.max(0, known - Mem.i32(request, SamplingHeader.REPEAT_LAST_N));
    float repeat = Mem.f32(request, SamplingHeader.REPEAT_PENALTY);
    float often = Mem.f32(request, SamplingHeader.FREQUENCY_PENALTY);
    float once = Mem.f32(request, SamplingHeader.PRESENCE_PENALTY);
    // Keys are no keys yet: they count.
    for (int i = from; i < known; i++) {
      Trips.atMost(context);
      all.setKey(Mem.i32(tokens, 4 * i), 0);
    }
    for (int i = from; i < known; i++) {
      Trips.atMost(context);
      int token = Mem.i32(tokens, 4 * i);
      all.setKey(token, all.key(token) + 1);
    }
    for (int i = from; i < known; i++) {
      Trips.atMost(context);
      int token = Mem.i32(tokens, 4 * i);
      int times = all.key(token);
      if (times > 0) {
        float value = all.value(token);
        if (repeat > 0f) {
          value = value > 0f ? value / repeat : value * repeat;
        }
        all.set(token, value - ((float) times * often + once));
        all.setKey(token, 0);
      }
    }
  }

  /// Leaves out what is cut off, in llama.cpp's order.
  private static void cut(Candidates all, MemorySegment request) {
    int topK = Mem.i32(request, SamplingHeader.TOP_K);
    float typical = Mem.f32(request, SamplingHeader.TYPICAL);
    float topP = Mem.f32(request, SamplingHeader.TOP_P);
    float minP = Mem.f32(request, SamplingHeader.MIN_P);
    if (topK > 0) {
      all.keepGreatest(topK);
    }
    if (isCut(typical)) {
      float most = all.greatest();
      long sum = all.weigh(most, 1f);
      all.keepTypical(most, sum, typical);
    }
    if (isCut(topP) || minP > 0f) {
      long sum = all.weigh(all.greatest(), 1f);
      if (isCut(topP)) {
        all.keepMass(sum, topP);
      }
      all.keepLikely(minP);
    }
  }

  /// {@return whether a share is one that cuts something off}
  private static boolean isCut(float share) {
    return share > 0f && share < 1f;
  }

  /// {@return the greatest of what is left, or one of it by chance}
  private static int choice(Candidates all, MemorySegment request, int position) {
    float temperature = Mem.f32(request, SamplingHeader.TEMPERATURE);
    float most = all.greatest();
    if (!(temperature > 0f) || most == Float.NEGATIVE_INFINITY) {
      return most > Float.NEGATIVE_INFINITY ? all.first(most) : 0;
    }
    int low = Mem.i32(request, SamplingHeader.SEED);
    int high = Mem.i32(request, SamplingHeader.SEED + 4);
    long random = Philox.of(position, 0, 0, 0, low, high).first();
    return all.drawn(all.weigh(most, temperature), random);
  }
}
