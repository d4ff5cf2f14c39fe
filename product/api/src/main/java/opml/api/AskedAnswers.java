package opml.api;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import opml.core.codec.MalformedException;
import opml.llm.forward.TextLimits;
import opml.llm.tape.Sampling;
import opml.llm.tape.TextRequest;
import opml.receipt.ReceiptJson;
import opml.receipt.SignedAnswer;
import opml.receipt.Voucher;

/// The answers that a body asks for, as whoever has sent it knows them: read as the server reads it, and compared with
/// what the server has signed. A server might answer another question than it was asked, and sign that truly.
///
/// What ends a text is not signed ([Voucher]): where the body has texts to stop at, an answer may be as short as it is.
public final class AskedAnswers {
  private final CompletionRequest wanted;
  private final AskedModel model;

  private AskedAnswers(CompletionRequest wanted, AskedModel model) {
    this.wanted = wanted;
    this.model = model;
  }

  /// {@return what a body asks for}
  ///
  /// @param bytes of it: as `/v1/chat/completions`, `/v1/completions` or `/v1/responses` take it, which is told by what
  ///     it has
  /// @param answered when it was answered, since templates may tell a model what day it is
  /// @throws MalformedException if it asks for nothing that can be, or goes on from what it does not have
  public static AskedAnswers of(byte[] bytes, AskedModel model, Instant answered) {
    ZonedDateTime now = answered.atZone(ZoneOffset.UTC);
    try {
      ApiBody body = ApiBody.of(bytes);
      String name = body.text("model").orElse("model");
      return new AskedAnswers(wanted(body, name, model, now), model);
    } catch (ApiException e) {
      throw new MalformedException(String.valueOf(e.getMessage()));
    }
  }

  private static CompletionRequest wanted(
      ApiBody body, String name, AskedModel model, ZonedDateTime now) {
    if (body.find("input").isEmpty()) {
      RequestReader reader = new RequestReader(body, name, model);
      return body.find("messages").isPresent() ? reader.chat(now) : reader.completion();
    }
    ResponseBody asked = new ResponseBody(body);
    if (!asked.previous().isEmpty()) {
      throw ApiException.invalid(
          "previous_response_id",
          "It goes on from response '%s', and what was said before is not in it."
              .formatted(asked.previous()));
    }
    return new RequestReader(asked.chat(asked.messages()), name, model).chat(now);
  }

  /// {@return in what answers are to something else than this}
  public List<String> flaws(ReceiptJson.Found found) {
    List<SignedAnswer> signed = SignedAnswer.all(found.receipts(), model.tokenizer().size());
    List<String> flaws = new ArrayList<>();
    if (signed.size() != wanted.answers()) {
      flaws.add(
          "the request asks for %d answers, and there are receipts of %d"
              .formatted(wanted.answers(), signed.size()));
      return flaws;
    }
    int choices = wanted.answers() * wanted.shows();
    if (found.numbers().isPresent() && found.choices().size() != choices) {
      flaws.add(
          "the request asks for %d choices, and %d are shown"
              .formatted(choices, found.choices().size()));
    }
    for (int i = 0; i < signed.size(); i++) {
      String which = signed.size() > 1 ? "answer %d is ".formatted(i) : "it is ";
      List<String> differences = differences(i, signed.get(i));
      if (!differences.isEmpty()) {
        flaws.add(which + "to another request: " + String.join(", ", differences));
      }
    }
    return flaws;
  }

  /// {@return what is another thing than the body asks for}
  private List<String> differences(int answer, SignedAnswer signed) {
    List<TextRequest> requests = signed.requests();
    if (requests.isEmpty()) {
      return List.of("what was signed asks for nothing that can be");
    }
    int[] prompt = wanted.prompt(answer);
    Sampling sampling = wanted.sampling(answer);
    TextLimits limits = signed.receipts().getFirst().limits();
    int[] tokens = signed.tokens();
    int room = Math.min(wanted.most(), model.context() - prompt.length);
    List<TextRequest> whole = Voucher.requests(limits, prompt, room, sampling, tokens);
    boolean isSame = requests.equals(whole);
    boolean isCut =
        !wanted.stops().isEmpty()
            && requests.equals(Voucher.requests(limits, prompt, tokens.length, sampling, tokens));
    if (isSame || isCut) {
      return List.of();
    }
    List<String> all = new ArrayList<>();
    int[] other = requests.getFirst().prompt();
    if (!Arrays.equals(prompt, other)) {
      all.add(
          "its prompt differs from token %d on, of %d and %d"
              .formatted(Arrays.mismatch(prompt, other), prompt.length, other.length));
    }
    all.addAll(differences(sampling, requests.getFirst().sampling()));
    int most = whole.stream().mapToInt(TextRequest::limit).sum();
    int signedMost = requests.stream().mapToInt(TextRequest::limit).sum();
    if (most != signedMost) {
      all.add("at most %,d tokens in place of %,d".formatted(signedMost, most));
    }
    return all;
  }

  private static List<String> differences(Sampling asked, Sampling signed) {
    List<String> all = new ArrayList<>();
    Map<String, Number> here = asked.ways();
    Map<String, Number> there = signed.ways();
    SequencedSet<String> names = new LinkedHashSet<>(here.keySet());
    names.addAll(there.keySet());
    for (String name : names) {
      String wanted = here.containsKey(name) ? String.valueOf(here.get(name)) : "none";
      String found = there.containsKey(name) ? String.valueOf(there.get(name)) : "none";
      if (!wanted.equals(found)) {
        all.add("%s %s in place of %s".formatted(name, found, wanted));
      }
    }
    if (asked.seed() != signed.seed()) {
      all.add(
          "seed %s in place of %s"
              .formatted(
                  Long.toUnsignedString(signed.seed()), Long.toUnsignedString(asked.seed())));
    }
    if (!asked.biases().equals(signed.biases())) {
      all.add("other biases");
    }
    if (!asked.grammar().equals(signed.grammar())) {
      all.add("another grammar");
    }
    if (all.isEmpty() && !asked.equals(signed)) {
      all.add("other texts that no sequence goes over");
    }
    return all;
  }
}
