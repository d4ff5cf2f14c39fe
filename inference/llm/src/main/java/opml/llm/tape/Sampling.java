package opml.llm.tape;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import opml.kernels.transformer.SamplingHeader;
import opml.kernels.transformer.Tape;
import opml.llm.grammar.Grammar;

/// How the tokens of an answer are chosen: llama.cpp's samplers, applied in its order (penalties, DRY, top-k, typical,
/// top-p, min-p, temperature), with its names and meanings. The same seed, request and model give the same answer.
///
/// What has no effect is taken away, so that all that means the same is equal: without temperature there are no draws,
/// and no seed.
///
/// @param seed which draws there are, any number
/// @param temperature finite, at least 0; 0 chooses the greatest logit
/// @param topK keeps so many of the greatest logits; 0 or less keeps all
/// @param topP keeps the least number of the most probable tokens that have this probability together, 0 to 1; 1 keeps
///     all
/// @param minP keeps tokens that are at least this times as probable as the most probable one, 0 to 1; 0 keeps all
/// @param typical locally typical sampling with this probability, above 0 and at most 1; 1 keeps all
/// @param repeatLastN how many of the last tokens, those of the prompt too, are penalised; -1 for all
/// @param repeatPenalty what divides the positive logits of these, and multiplies others; above 0; 1 for none
/// @param frequencyPenalty finite, taken off for each time that a token is there; 0 for none
/// @param presencePenalty finite, taken off once; 0 for none
/// @param biases what is added to the logits of some tokens before all else, finite, by tokens
/// @param dry what is taken off tokens by which the text would repeat a sequence of its own
/// @param grammar what the answer's text may be; tokens that lead out of it are not chosen, whatever else is asked
///     for, unless penalties take all others to -infinity
public record Sampling(
    long seed,
    float temperature,
    int topK,
    float topP,
    float minP,
    float typical,
    int repeatLastN,
    float repeatPenalty,
    float frequencyPenalty,
    float presencePenalty,
    DrySampling dry,
    SortedMap<Integer, Float> biases,
    Grammar grammar) {
  /// The most likely token each time.
  public static final Sampling GREEDY = new Builder().build();

  /// @throws IllegalArgumentException if a number is out of its range
  public Sampling {
    biases = new TreeMap<>(biases);
    biases.forEach(
        (token, bias) -> {
          Ranges.require(token >= 0, "logit-bias of a token", token, "0 on");
          Ranges.require(Float.isFinite(bias), "logit-bias", bias, "any");
        });
    biases.values().removeIf(bias -> bias == 0);
    biases = Collections.unmodifiableSortedMap(biases);
    Ranges.require(
        temperature >= 0 && temperature <= Float.MAX_VALUE, "temperature", temperature, "0 on");
    Ranges.require(topP >= 0 && topP <= 1, "top-p", topP, "0 to 1");
    Ranges.require(minP >= 0 && minP <= 1, "min-p", minP, "0 to 1");
    Ranges.require(typical > 0 && typical <= 1, "typical", typical, "above 0, and at most 1");
    Ranges.require(repeatLastN >= -1, "repeat-last-n", repeatLastN, "-1 on");
    Ranges.require(
        repeatPenalty > 0 && repeatPenalty <= Float.MAX_VALUE,
        "repeat-penalty",
        repeatPenalty,
        "above 0");
    Ranges.require(Float.isFinite(frequencyPenalty), "frequency-penalty", frequencyPenalty, "any");
    Ranges.require(Float.isFinite(presencePenalty), "presence-penalty", presencePenalty, "any");
    boolean penalises = repeatPenalty != 1 || frequencyPenalty != 0 || presencePenalty != 0;
    if (!penalises) {
      repeatLastN = 0;
    } else if (repeatLastN == -1) {
      repeatLastN = Integer.MAX_VALUE;
    }
    if (repeatLastN == 0) {
      repeatPenalty = 1;
      frequencyPenalty = 0;
      presencePenalty = 0;
    }
    if (temperature == 0) {
      seed = 0;
      topP = 1;
      minP = 0;
      topK = typical == 1 ? 0 : topK;
    }
    topK = Math.max(topK, 0);
    // 0 and -0 are one number, and as a share of probability the least one: one token is always
    // kept.
    temperature += 0f;
    topP = topP == 0 ? Float.MIN_VALUE : topP;
    minP += 0f;
    frequencyPenalty += 0f;
    presencePenalty += 0f;
  }

  /// {@return draws with a seed from the tokens' own probabilities}
  public static Sampling drawn(long seed) {
    return builder().seed(seed).temperature(1).build();
  }

  /// {@return the most likely token each time, until something else is said}
  public static Builder builder() {
    return new Builder();
  }

  /// {@return all that makes the choice another one than of the likeliest token, but for biases and a grammar}, by
  /// llama.cpp's names
  public Map<String, Number> ways() {
    Map<String, Number> ways = new LinkedHashMap<>();
    put(ways, "temperature", temperature, GREEDY.temperature);
    put(ways, "top-k", topK, GREEDY.topK);
    put(ways, "top-p", topP, GREEDY.topP);
    put(ways, "min-p", minP, GREEDY.minP);
    put(ways, "typical", typical, GREEDY.typical);
    put(ways, "repeat-last-n", repeatLastN, GREEDY.repeatLastN);
    put(ways, "repeat-penalty", repeatPenalty, GREEDY.repeatPenalty);
    put(ways, "frequency-penalty", frequencyPenalty, GREEDY.frequencyPenalty);
    put(ways, "presence-penalty", presencePenalty, GREEDY.presencePenalty);
    DrySampling none = GREEDY.dry;
    put(ways, "dry-multiplier", dry.multiplier(), none.multiplier());
    put(ways, "dry-base", dry.base(), none.base());
    put(ways, "dry-allowed-length", dry.allowedLength(), none.allowedLength());
    put(ways, "dry-penalty-last-n", dry.lastN(), none.lastN());
    put(ways, "dry-sequence-breaker-bytes", dry.breakers().length, none.breakers().length);
    return ways;
  }

  private static void put(Map<String, Number> ways, String name, Number said, Number greedy) {
    if (!said.equals(greedy)) {
      ways.put(name, said);
    }
  }

  private Builder changed() {
    Builder all = new Builder();
    all.seed = seed;
    all.temperature = temperature;
    all.topK = topK;
    all.topP = topP;
    all.minP = minP;
    all.typical = typical;
    all.repeatLastN = repeatLastN;
    all.repeatPenalty = repeatPenalty;
    all.frequencyPenalty = frequencyPenalty;
    all.presencePenalty = presencePenalty;
    all.dry = dry;
    all.biases = biases;
    all.grammar = grammar;
    return all;
  }

  /// {@return the same with other draws}
  public Sampling withSeed(long other) {
    return changed().seed(other).build();
  }

  /// {@return the same with other biases}
  public Sampling withBiases(Map<Integer, Float> others) {
    return changed().biases(others).build();
  }

  /// {@return the same with something else taken off of repeated sequences}
  public Sampling withDry(DrySampling other) {
    return changed().dry(other).build();
  }

  /// {@return the same for texts of a grammar}
  public Sampling withGrammar(Grammar other) {
    return changed().grammar(other).build();
  }

  /// A way to choose, said one thing after the other; what each means stands at [Sampling].
  public static final class Builder {
    private long seed;
    private float temperature;
    private int topK;
    private float topP = 1;
    private float minP;
    private float typical = 1;
    private int repeatLastN;
    private float repeatPenalty = 1;
    private float frequencyPenalty;
    private float presencePenalty;
    private DrySampling dry = DrySampling.NONE;
    private SortedMap<Integer, Float> biases = new TreeMap<>();
    private Grammar grammar = Grammar.ANY;

    private Builder() {}

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public Builder temperature(float value) {
      temperature = value;
      return this;
    }

    public Builder topK(int value) {
      topK = value;
      return this;
    }

    public Builder topP(float value) {
      topP = value;
      return this;
    }

    public Builder minP(float value) {
      minP = value;
      return this;
    }

    public Builder typical(float value) {
      typical = value;
      return this;
    }

    public Builder repeatLastN(int value) {
      repeatLastN = value;
      return this;
    }

    public Builder repeatPenalty(float value) {
      repeatPenalty = value;
      return this;
    }

    public Builder frequencyPenalty(float value) {
      frequencyPenalty = value;
      return this;
    }

    public Builder presencePenalty(float value) {
      presencePenalty = value;
      return this;
    }

    public Builder dry(DrySampling value) {
      dry = value;
      return this;
    }

    public Builder biases(Map<Integer, Float> value) {
      biases = new TreeMap<>(value);
      return this;
    }

    public Builder grammar(Grammar value) {
      grammar = value;
      return this;
    }

    /// @throws IllegalArgumentException if a number is out of its range
    public Sampling build() {
      return new Sampling(
          seed,
          temperature,
          topK,
          topP,
          minP,
          typical,
          repeatLastN,
          repeatPenalty,
          frequencyPenalty,
          presencePenalty,
          dry,
          biases,
          grammar);
    }
  }

  /// @throws IllegalArgumentException if there is a bias of a token that there is not
  public void requireTokens(int vocabulary) {
    if (!biases.isEmpty() && biases.lastKey() >= vocabulary) {
      throw new IllegalArgumentException(
          "logit-bias: there is no token %d in a vocabulary of %d"
              .formatted(biases.lastKey(), vocabulary));
    }
  }

  /// Writes the header's fields, and behind the prompt biases, the grammar's table and that of repeated sequences.
  ///
  /// @param request little-endian, zeroed but for its prompt, of whose length its header tells
  /// @throws IllegalArgumentException if there is no room for them
  public void write(ByteBuffer request) {
    int at = Tape.HEADER + Integer.BYTES * request.getInt(Tape.PROMPT);
    if (SamplingHeader.BIAS * biases.size() > request.capacity() - at) {
      throw new IllegalArgumentException(
          "logit-bias: there is no room for %d of them behind the prompt".formatted(biases.size()));
    }
    for (Map.Entry<Integer, Float> bias : biases.entrySet()) {
      request.putInt(at, bias.getKey()).putFloat(at + Integer.BYTES, bias.getValue());
      at += SamplingHeader.BIAS;
    }
    int room = (request.capacity() - at) / Integer.BYTES;
    if (grammar.words() > room) {
      throw new IllegalArgumentException(
          "grammar: its table has %,d integers, and behind the prompt there is room for %,d"
              .formatted(grammar.words(), room));
    }
    if (dry.words() > room - grammar.words()) {
      throw new IllegalArgumentException(
          "dry-multiplier: its table has %,d integers, and behind the prompt there is room for %,d"
              .formatted(dry.words(), room - grammar.words()));
    }
    grammar.write(request, at);
    dry.write(request, at + Integer.BYTES * grammar.words());
    request
        .putFloat(SamplingHeader.TEMPERATURE, temperature)
        .putInt(SamplingHeader.TOP_K, topK)
        .putFloat(SamplingHeader.TOP_P, topP == 1 ? 0 : topP)
        .putFloat(SamplingHeader.MIN_P, minP)
        .putFloat(SamplingHeader.TYPICAL, typical == 1 ? 0 : typical)
        .putInt(SamplingHeader.REPEAT_LAST_N, repeatLastN)
        .putFloat(SamplingHeader.REPEAT_PENALTY, repeatPenalty == 1 ? 0 : repeatPenalty)
        .putFloat(SamplingHeader.FREQUENCY_PENALTY, frequencyPenalty)
        .putFloat(SamplingHeader.PRESENCE_PENALTY, presencePenalty)
        .putInt(SamplingHeader.BIASES, biases.size())
        .putLong(SamplingHeader.SEED, seed)
        .putInt(SamplingHeader.GRAMMAR, grammar.words());
  }

  /// {@return what a request asks for, if that is well formed}
  ///
  /// @param header of it and what follows, little-endian
  /// @param vocabulary number of tokens
  static Optional<Sampling> read(ByteBuffer header, int vocabulary) {
    Optional<SortedMap<Integer, Float>> biases = biases(header, vocabulary);
    Optional<Grammar> grammar = biases.flatMap(_ -> grammar(header));
    Optional<DrySampling> dry =
        grammar.flatMap(
            held -> DrySampling.read(header, tables(header) + Integer.BYTES * held.words()));
    boolean formed =
        isFrom0(header, SamplingHeader.TEMPERATURE, Float.MAX_VALUE)
            && header.getInt(SamplingHeader.TOP_K) >= 0
            && isFrom0(header, SamplingHeader.TOP_P, 1)
            && isFrom0(header, SamplingHeader.MIN_P, 1)
            && isFrom0(header, SamplingHeader.TYPICAL, 1)
            && header.getInt(SamplingHeader.REPEAT_LAST_N) >= 0
            && isFrom0(header, SamplingHeader.REPEAT_PENALTY, Float.MAX_VALUE)
            && Float.isFinite(header.getFloat(SamplingHeader.FREQUENCY_PENALTY))
            && Float.isFinite(header.getFloat(SamplingHeader.PRESENCE_PENALTY))
            && biases.isPresent()
            && grammar.isPresent()
            && dry.isPresent();
    return formed
        ? Optional.of(
            new Sampling(
                header.getLong(SamplingHeader.SEED),
                header.getFloat(SamplingHeader.TEMPERATURE),
                header.getInt(SamplingHeader.TOP_K),
                oneIf0(header.getFloat(SamplingHeader.TOP_P)),
                header.getFloat(SamplingHeader.MIN_P),
                oneIf0(header.getFloat(SamplingHeader.TYPICAL)),
                header.getInt(SamplingHeader.REPEAT_LAST_N),
                oneIf0(header.getFloat(SamplingHeader.REPEAT_PENALTY)),
                header.getFloat(SamplingHeader.FREQUENCY_PENALTY),
                header.getFloat(SamplingHeader.PRESENCE_PENALTY),
                dry.get(),
                biases.get(),
                grammar.get()))
        : Optional.empty();
  }

  private static Optional<SortedMap<Integer, Float>> biases(ByteBuffer request, int vocabulary) {
    int prompt = request.getInt(Tape.PROMPT);
    int count = request.getInt(SamplingHeader.BIASES);
    int room = (request.capacity() - Tape.HEADER) / Integer.BYTES;
    if (prompt < 0 || prompt > room || count < 0 || count > (room - prompt) / 2) {
      return Optional.empty();
    }
    SortedMap<Integer, Float> biases = new TreeMap<>();
    int before = -1;
    for (int i = 0; i < count; i++) {
      int at = Tape.HEADER + Integer.BYTES * prompt + SamplingHeader.BIAS * i;
      int token = request.getInt(at);
      float bias = request.getFloat(at + Integer.BYTES);
      if (token <= before || token >= vocabulary || !Float.isFinite(bias)) {
        return Optional.empty();
      }
      biases.put(token, bias);
      before = token;
    }
    return Optional.of(biases);
  }

  /// {@return where tables begin behind a prompt and biases that there is room for}
  private static int tables(ByteBuffer request) {
    return Tape.HEADER
        + Integer.BYTES * request.getInt(Tape.PROMPT)
        + SamplingHeader.BIAS * request.getInt(SamplingHeader.BIASES);
  }

  private static Optional<Grammar> grammar(ByteBuffer request) {
    int at = tables(request);
    int count = request.getInt(SamplingHeader.GRAMMAR);
    if (count < 0 || count > (request.capacity() - at) / Integer.BYTES) {
      return Optional.empty();
    }
    int[] table = new int[count];
    for (int i = 0; i < count; i++) {
      table[i] = request.getInt(at + Integer.BYTES * i);
    }
    return Optional.of(new Grammar(table));
  }

  /// -0 is no field's 0: it would be a second way to write the same.
  private static boolean isFrom0(ByteBuffer header, int at, float most) {
    float value = header.getFloat(at);
    return header.getInt(at) >= 0 && value <= most;
  }

  private static float oneIf0(float value) {
    return value == 0 ? 1 : value;
  }
}
