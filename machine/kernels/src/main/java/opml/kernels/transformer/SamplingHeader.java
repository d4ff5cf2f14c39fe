package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Where a request's header says how tokens are chosen, and which bytes say it: `spec/graph.md` (Language models).
///
/// A field that is 0 asks for nothing, so that a header of zeros is greedy. All are 32 bits, the seed is two of them.
/// Biases stand behind the prompt: each is a token and a float, by rising tokens.
public final class SamplingHeader {
  /// What divides the logits before one is drawn; 0 for the greatest.
  public static final int TEMPERATURE = 8;

  /// How many of the greatest logits are kept.
  public static final int TOP_K = 12;

  /// The probability that is kept, from the greatest on.
  public static final int TOP_P = 16;

  /// The least probability that is kept, in those of the greatest.
  public static final int MIN_P = 20;

  /// The probability that is kept, from what surprises as much as it is expected to on.
  public static final int TYPICAL = 24;

  /// How many of the last tokens are penalised.
  public static final int REPEAT_LAST_N = 28;

  /// What divides the positive logits of penalised tokens, and multiplies the others.
  public static final int REPEAT_PENALTY = 32;

  /// What is taken off for each time that a penalised token is there.
  public static final int FREQUENCY_PENALTY = 36;

  /// What is taken off if it is there.
  public static final int PRESENCE_PENALTY = 40;

  /// How many biases there are.
  public static final int BIASES = 44;

  /// Bytes of a bias.
  public static final int BIAS = 8;

  /// 64 bits that draws depend on.
  public static final int SEED = 48;

  /// How many integers the table of a grammar has, which stands behind the biases ([GrammarTable]); 0 for none.
  public static final int GRAMMAR = 56;

  /// How many integers the table of repeated sequences has, which stands behind the grammar's ([DryTable]); 0 for none.
  public static final int DRY = 60;

  private static final int INFINITY = 0x7f800000;
  private static final int ONE = 0x3f800000;

  private SamplingHeader() {}

  /// {@return where a request with a prompt of a good length has its biases}
  static int biases(MemorySegment request) {
    return Tape.HEADER + 4 * Mem.i32(request, Tape.PROMPT);
  }

  /// {@return whether each field is in its range, what is no field is 0, and biases are of tokens, each at most once}
  ///
  /// @param words of the request, 32 bits each
  static boolean isWellFormed(MemorySegment request, int words, int vocabulary) {
    return areFields(request) && areBiases(request, words, vocabulary);
  }

  /// {@return how many integers there are behind prompt, biases and grammar, or -1 if there is no room for these}
  ///
  /// @param words of the request, 32 bits each
  static int left(MemorySegment request, int words) {
    int room = words - Tape.HEADER / 4;
    int prompt = Mem.i32(request, Tape.PROMPT);
    int count = Mem.i32(request, BIASES);
    int table = Mem.i32(request, GRAMMAR);
    boolean fits =
        prompt >= 0
            && prompt <= room
            && count >= 0
            && count <= (room - prompt) / 2
            && table >= 0
            && table <= room - prompt - 2 * count;
    return fits ? room - prompt - 2 * count - table : -1;
  }

  private static boolean areBiases(MemorySegment request, int words, int vocabulary) {
    int count = Mem.i32(request, BIASES);
    int room = words - Tape.HEADER / 4;
    int prompt = Mem.i32(request, Tape.PROMPT);
    if (prompt < 0 || prompt > room || count < 0 || count > (room - prompt) / 2) {
      return false;
    }
    int at = biases(request);
    int before = -1;
    for (int i = 0; i < count; i++) {
      Trips.atMost(words);
      int token = Mem.i32(request, at);
      if (token <= before || token >= vocabulary || !isFinite(request, at + 4)) {
        return false;
      }
      before = token;
      at += BIAS;
    }
    return true;
  }

  private static boolean areFields(MemorySegment request) {
    return isNumber(request, TEMPERATURE)
        && Mem.i32(request, TOP_K) >= 0
        && isShare(request, TOP_P)
        && isShare(request, MIN_P)
        && isShare(request, TYPICAL)
        && Mem.i32(request, REPEAT_LAST_N) >= 0
        && isNumber(request, REPEAT_PENALTY)
        && isFinite(request, FREQUENCY_PENALTY)
        && isFinite(request, PRESENCE_PENALTY)
        && Mem.i32(request, SEED + 8) == 0
        && Mem.i32(request, SEED + 12) == 0;
  }

  /// {@return whether nothing but a seed is asked for}
  static boolean isGreedy(MemorySegment request) {
    int any = Mem.i32(request, DRY);
    for (int at = TEMPERATURE; at < SEED; at += 4) {
      any |= Mem.i32(request, at);
    }
    return any == 0;
  }

  /// {@return whether there is a finite float from +0 on}
  private static boolean isNumber(MemorySegment request, int at) {
    int bits = Mem.i32(request, at);
    return bits >= 0 && bits < INFINITY;
  }

  /// {@return whether there is a float from +0 to 1}
  private static boolean isShare(MemorySegment request, int at) {
    int bits = Mem.i32(request, at);
    return bits >= 0 && bits <= ONE;
  }

  private static boolean isFinite(MemorySegment request, int at) {
    return (Mem.i32(request, at) & Integer.MAX_VALUE) < INFINITY;
  }
}
