package opml.cli.command.receipt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import opml.cli.console.Amounts;
import opml.cli.console.Json;
import opml.cli.console.SamplingText;
import opml.core.codec.ShortBuffer;
import opml.llm.forward.CheckGraph;
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
    Map<String, @Nullable Object> fields = Json.object("limit", request.limit());
    fields.putAll(new SamplingText(request.sampling()).fields());
    fields.put("promptTokens", Arrays.stream(request.prompt()).boxed().toList());
    return fields;
  }

  @Override
  public String toString() {
    return "asked for at most %s behind %s, %s"
        .formatted(
            Amounts.count(request.limit(), "token"),
            Amounts.count(request.prompt().length, "token"),
            new SamplingText(request.sampling()));
  }
}
