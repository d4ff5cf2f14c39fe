package opml.cli.command.receipt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import opml.cli.console.Amounts;
import opml.cli.console.Json;
import opml.core.codec.ShortBuffer;
import opml.llm.forward.CheckGraph;
import opml.llm.tape.DrySampling;
import opml.llm.tape.Sampling;
import opml.llm.tape.TextRequest;
import opml.receipt.AnswerReceipt;
import org.jspecify.annotations.Nullable;

/// What a receipt's answer is the answer to. A server might put another question than its client, or put it in another
/// way: behind a grammar, the one right answer of any model is the text that the grammar has.
record AskedText(TextRequest request) {
  /// Biases that are told one by one.
  private static final int MOST_BIASES = 10;

  /// {@return what was asked, if it has the form of that}; whether the model has such tokens is not looked at
  static Optional<AskedText> of(AnswerReceipt receipt) {
    byte[] slot = ShortBuffer.pad(receipt.request(), CheckGraph.requestBytes(receipt.limits()));
    return TextRequest.read(slot, receipt.limits(), Integer.MAX_VALUE)
        .request()
        .map(AskedText::new);
  }

  /// {@return all that makes the choice of a token another one than of the likeliest}, by llama.cpp's names
  private Map<String, @Nullable Object> ways() {
    Map<String, @Nullable Object> ways = new LinkedHashMap<>();
    Sampling asked = request.sampling();
    Sampling greedy = Sampling.GREEDY;
    put(ways, "temperature", asked.temperature(), greedy.temperature());
    put(ways, "top-k", asked.topK(), greedy.topK());
    put(ways, "top-p", asked.topP(), greedy.topP());
    put(ways, "min-p", asked.minP(), greedy.minP());
    put(ways, "typical", asked.typical(), greedy.typical());
    put(ways, "repeat-last-n", asked.repeatLastN(), greedy.repeatLastN());
    put(ways, "repeat-penalty", asked.repeatPenalty(), greedy.repeatPenalty());
    put(ways, "frequency-penalty", asked.frequencyPenalty(), greedy.frequencyPenalty());
    put(ways, "presence-penalty", asked.presencePenalty(), greedy.presencePenalty());
    DrySampling dry = asked.dry();
    DrySampling none = greedy.dry();
    put(ways, "dry-multiplier", dry.multiplier(), none.multiplier());
    put(ways, "dry-base", dry.base(), none.base());
    put(ways, "dry-allowed-length", dry.allowedLength(), none.allowedLength());
    put(ways, "dry-penalty-last-n", dry.lastN(), none.lastN());
    put(ways, "dry-sequence-breaker-bytes", dry.breakers().length, none.breakers().length);
    return ways;
  }

  private static void put(
      Map<String, @Nullable Object> ways, String name, Number asked, Number greedy) {
    if (!asked.equals(greedy)) {
      ways.put(name, asked);
    }
  }

  /// {@return what takes the choice from the model, which who reads the answer should know}
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    Map<Integer, Float> biases = request.sampling().biases();
    if (!biases.isEmpty()) {
      String first =
          biases.entrySet().stream()
              .limit(MOST_BIASES)
              .map(bias -> "token %d %+.1f".formatted(bias.getKey(), bias.getValue()))
              .collect(Collectors.joining(", "));
      notes.add(
          "what the model would choose is not all that counts: the request has %s: %s%s"
              .formatted(
                  biases.size() == 1 ? "a bias" : "%,d biases".formatted(biases.size()),
                  first,
                  biases.size() > MOST_BIASES ? ", …" : ""));
    }
    if (!request.sampling().grammar().isAny()) {
      notes.add(
          "the model could write nothing else than texts of the request's grammar, which has %s"
              .formatted(Amounts.count(request.sampling().grammar().words(), "integer")));
    }
    return notes;
  }

  /// {@return the fields that programs get of it}
  Map<String, @Nullable Object> fields() {
    Map<String, @Nullable Object> biases = new LinkedHashMap<>();
    request.sampling().biases().forEach((token, bias) -> biases.put(String.valueOf(token), bias));
    return Json.object(
        "limit",
        request.limit(),
        "sampling",
        ways(),
        "seed",
        Long.toUnsignedString(request.sampling().seed()),
        "biases",
        biases,
        "grammar",
        Arrays.stream(request.sampling().grammar().table()).boxed().toList(),
        "promptTokens",
        Arrays.stream(request.prompt()).boxed().toList());
  }

  @Override
  public String toString() {
    String ways =
        ways().entrySet().stream()
            .map(way -> way.getKey() + " " + way.getValue())
            .collect(Collectors.joining(", "));
    return "asked for at most %s behind %s, %s"
        .formatted(
            Amounts.count(request.limit(), "token"),
            Amounts.count(request.prompt().length, "token"),
            ways.isEmpty() ? "the likeliest each time" : "chosen with " + ways);
  }
}
