package opml.receipt;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import opml.llm.tape.Sampling;
import opml.llm.tape.TextRequest;
import opml.llm.tokenizer.StreamDecoder;
import opml.llm.tokenizer.Tokenizer;

/// Compares the texts that a client was shown with the receipts that came with them: a server might show one text, and
/// sign another.
///
/// A text that was cut where the client had said is a begin of the one that is signed; one that repeats the prompt has
/// that first. Receipts are in the order of answers, of which each is shown as often as any other, so it is known which
/// are a choice's.
public final class ShownTexts {
  private final Tokenizer tokenizer;
  private final List<String> flaws = new ArrayList<>();

  /// What receipts vouch for, answer after answer.
  private final List<Signed> answers = new ArrayList<>();

  /// @param marked the answer with control tokens, which tell of calls and are no text
  /// @param hasEnded whether the model ended it; it is as long as was asked for otherwise
  /// @param promptTokens how many the prompt has
  /// @param tokens how many the answer has
  private record Signed(
      String prompt,
      String answer,
      String marked,
      boolean hasEnded,
      int promptTokens,
      int tokens,
      Sampling sampling) {
    boolean covers(ShownChoice shown) {
      return answer.startsWith(shown.text())
          || repeats(shown)
          || !shown.calls().isEmpty() && match(shown).covers(shown.text());
    }

    /// Where texts go on, a client may have asked for the prompt, too.
    boolean repeats(ShownChoice shown) {
      String said = shown.text();
      return shown.place().equals("text")
          && said.startsWith(prompt)
          && answer.startsWith(said.substring(prompt.length()));
    }

    boolean isWhole(ShownChoice shown) {
      return shown.text().equals(answer) || repeats(shown) && shown.text().equals(prompt + answer);
    }

    WrittenCalls.Match match(ShownChoice shown) {
      return Stream.of(answer, marked)
          .map(text -> WrittenCalls.of(text).match(shown.calls()))
          .max(Comparator.comparingInt(WrittenCalls.Match::count))
          .orElseThrow();
    }
  }

  /// @param receipts at least one, in the order of the answers that they are of
  public ShownTexts(Tokenizer tokenizer, List<AnswerReceipt> receipts) {
    this.tokenizer = tokenizer;
    SignedAnswer.all(receipts, tokenizer.size()).forEach(answer -> answers.add(signed(answer)));
    IntStream.range(1, receipts.size())
        .filter(i -> !SignedAnswer.isOfOneHand(receipts.getFirst(), receipts.get(i)))
        .mapToObj(
            i ->
                "receipt %d is of another server, hub or model than receipt 1, or for other lengths"
                    .formatted(i + 1))
        .findFirst()
        .ifPresent(flaws::add);
  }

  private Signed signed(SignedAnswer signed) {
    int[] tokens = signed.tokens();
    Optional<TextRequest> asked = signed.asked();
    if (asked.isEmpty()) {
      return new Signed("", "", "", false, 0, tokens.length, Sampling.GREEDY);
    }
    int[] prompt = asked.get().prompt();
    return new Signed(
        tokenizer.decode(prompt, false),
        text(prompt, false, tokens),
        text(prompt, true, tokens),
        signed.hasEnded(),
        prompt.length,
        tokens.length,
        asked.get().sampling());
  }

  private String text(int[] prompt, boolean isMarked, int... tokens) {
    StreamDecoder decoder = tokenizer.decoder(isMarked);
    // What comes is the middle of a text, whose first space is its own.
    decoder.next(prompt[prompt.length - 1]);
    StringBuilder text = new StringBuilder();
    for (int token : tokens) {
      if (token < 0 || token >= tokenizer.size()) {
        break;
      }
      if (!tokenizer.endsOfGeneration().contains(token)) {
        text.append(decoder.next(token));
      }
    }
    return text.append(decoder.end()).toString();
  }

  /// {@return what is wrong with all that was shown: texts, why they end, and calls of tools}
  public List<String> flaws(ReceiptJson.Found found) {
    List<String> all = new ArrayList<>(found.faults());
    all.addAll(flaws);
    int count = found.choices().size();
    if (count == 0 && found.numbers().isPresent()) {
      all.add("it shows none of the %d answers that it has receipts of".formatted(answers.size()));
      return all;
    }
    if (count % answers.size() != 0) {
      all.add(
          "it has receipts of %d answers for %d choices, and it is not told which are whose"
              .formatted(answers.size(), count));
      return all;
    }
    for (int i = 0; i < count; i++) {
      all.addAll(flaws(i, found.choices().get(i), answer(i, count)));
    }
    int shows = count / answers.size();
    if (shows > 1 && answers.stream().anyMatch(answer -> answer.sampling.temperature() > 0)) {
      all.add("it shows each answer %d times, and those by chance are shown once".formatted(shows));
    }
    found.numbers().ifPresent(numbers -> all.addAll(flaws(numbers, shows)));
    return all;
  }

  /// {@return how many answers there are to a prompt}, each of which has the seed behind that of the one before
  private int draws() {
    Sampling first = answers.getFirst().sampling;
    return first.temperature() > 0
        ? IntStream.range(1, answers.size())
            .filter(i -> answers.get(i).sampling.seed() == first.seed())
            .findFirst()
            .orElse(answers.size())
        : 1;
  }

  private List<String> flaws(ShownNumbers shown, int shows) {
    int draws = draws();
    long prompts = 0;
    long tokens = 0;
    for (int i = 0; i < answers.size(); i++) {
      prompts += i % draws == 0 ? answers.get(i).promptTokens : 0;
      tokens += (long) shows * answers.get(i).tokens;
    }
    Sampling how = answers.getFirst().sampling;
    List<Optional<String>> flaws = new ArrayList<>();
    flaws.add(whole(shown, ShownNumbers.PROMPT, prompts));
    flaws.add(whole(shown, ShownNumbers.COMPLETION, tokens));
    flaws.add(whole(shown, ShownNumbers.TOTAL, prompts + tokens));
    ShownNumbers.NONE.forEach(name -> flaws.add(whole(shown, name, 0)));
    flaws.add(real(shown, ShownNumbers.TEMPERATURE, how.temperature()));
    flaws.add(real(shown, ShownNumbers.TOP_P, how.topP()));
    if (how.temperature() > 0) {
      // Without chance nothing depends on it, and it is not signed.
      flaws.add(whole(shown, ShownNumbers.SEED, how.seed()));
    }
    return flaws.stream().flatMap(Optional::stream).toList();
  }

  private static Optional<String> whole(ShownNumbers shown, String name, long signed) {
    return shown.flaw(name, told -> told.compareTo(BigDecimal.valueOf(signed)) == 0, signed);
  }

  private static Optional<String> real(ShownNumbers shown, String name, float signed) {
    return shown.flaw(name, told -> told.floatValue() == signed, signed);
  }

  private Signed answer(int choice, int count) {
    return answers.get(choice / (count / answers.size()));
  }

  private static List<String> flaws(int index, ShownChoice shown, Signed signed) {
    List<String> flaws = new ArrayList<>();
    int written = signed.match(shown).count();
    if (!signed.covers(shown)) {
      flaws.add("the text of choice %d is not the one that was signed".formatted(index));
    } else if (shown.reason().isEmpty()) {
      flaws.add("choice %d does not tell why it ends".formatted(index));
    } else if (written == shown.calls().size() && hasAnotherEnd(shown, signed)) {
      flaws.add("choice %d does not end for the reason '%s'".formatted(index, shown.reason()));
    }
    if (written < shown.calls().size()) {
      flaws.add("call %d of choice %d is none that was signed".formatted(written, index));
    }
    return flaws;
  }

  private static boolean hasAnotherEnd(ShownChoice shown, Signed signed) {
    boolean calls = !shown.calls().isEmpty();
    return switch (shown.reason()) {
      // Cut off where no more was asked for: all of it is shown, but for what calls are made of.
      case "length" -> signed.hasEnded || !calls && !signed.isWhole(shown);
      // A text that somebody wanted it to end at is not shown. A response has no end of its own for
      // calls.
      case "stop" ->
          calls && !shown.place().equals("output") || !signed.hasEnded && signed.isWhole(shown);
      case "tool_calls" -> !calls;
      default -> true;
    };
  }

  /// {@return what who reads the texts should know, though nothing is wrong with it}
  public List<String> notes(ReceiptJson.Found found) {
    List<String> notes = new ArrayList<>();
    int count = found.choices().size();
    for (int i = 0; i < count && count % answers.size() == 0; i++) {
      ShownChoice shown = found.choices().get(i);
      Signed signed = answer(i, count);
      if (!shown.calls().isEmpty() && !signed.match(shown).isAll(shown.text())) {
        notes.add(
            "beside its calls, choice %d does not show all that the model has written"
                .formatted(i));
      } else if (shown.calls().isEmpty() && !signed.isWhole(shown)) {
        notes.add(
            ("the text of choice %d is only the begin of the signed one, as if the request had a"
                    + " text to stop at; what was asked to stop at is not signed")
                .formatted(i));
      }
      if (!signed.answer.startsWith(shown.text()) && signed.repeats(shown)) {
        notes.add("choice %d begins with the prompt, which the model did not say".formatted(i));
      }
    }
    return notes;
  }
}
