package opml.receipt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import opml.core.codec.ShortBuffer;
import opml.kernels.transformer.Tape;
import opml.llm.forward.CheckGraph;
import opml.llm.tape.TextAnswer;
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

  /// What a receipt is about, if it has the form of that.
  private record Told(
      AnswerReceipt receipt, Optional<TextRequest> asked, Optional<TextAnswer> answer) {
    int[] prompt() {
      return asked.map(TextRequest::prompt).orElse(new int[0]);
    }

    int[] tokens() {
      return answer.map(TextAnswer::tokens).orElse(new int[0]);
    }

    /// {@return whether this is no answer of its own, but the rest of the one before, which had no more room}
    boolean goesOn(Told before) {
      if (asked.isEmpty() || before.asked.isEmpty() || before.answer.isEmpty()) {
        return false;
      }
      TextRequest first = before.asked.get();
      int capacity = before.receipt.limits().capacity();
      return before.answer.get().reason() == Tape.FULL
          && before.tokens().length == capacity
          && first.limit() == capacity
          && first.sampling().grammar().isAny()
          && first.sampling().equals(asked.get().sampling())
          && isOfOneHand(before.receipt, receipt)
          && Arrays.equals(joined(first.prompt(), before.tokens()), prompt());
    }
  }

  /// @param marked the answer with control tokens, which tell of calls and are no text
  /// @param hasEnded whether the model ended it; it is as long as was asked for otherwise
  private record Signed(String prompt, String answer, String marked, boolean hasEnded) {
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
    List<Told> parts = new ArrayList<>();
    for (AnswerReceipt receipt : receipts) {
      Told told = new Told(receipt, asked(receipt), new ReceiptCheck(receipt).answer());
      if (!parts.isEmpty() && !told.goesOn(parts.getLast())) {
        answers.add(signed(parts));
        parts.clear();
      }
      parts.add(told);
    }
    if (!parts.isEmpty()) {
      answers.add(signed(parts));
    }
    IntStream.range(1, receipts.size())
        .filter(i -> !isOfOneHand(receipts.getFirst(), receipts.get(i)))
        .mapToObj(
            i ->
                "receipt %d is of another server, hub or model than receipt 1, or for other lengths"
                    .formatted(i + 1))
        .findFirst()
        .ifPresent(flaws::add);
  }

  private static boolean isOfOneHand(AnswerReceipt one, AnswerReceipt other) {
    return one.server().equals(other.server())
        && one.domain().equals(other.domain())
        && one.vouched().model().equals(other.vouched().model())
        && one.limits().equals(other.limits());
  }

  private static int[] joined(int[] first, int... second) {
    int[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private Optional<TextRequest> asked(AnswerReceipt receipt) {
    byte[] whole = ShortBuffer.pad(receipt.request(), CheckGraph.requestBytes(receipt.limits()));
    return TextRequest.read(whole, receipt.limits(), tokenizer.size()).request();
  }

  private Signed signed(List<Told> parts) {
    int[] prompt = parts.getFirst().prompt();
    int[] tokens = parts.stream().map(Told::tokens).flatMapToInt(Arrays::stream).toArray();
    if (prompt.length == 0) {
      return new Signed("", "", "", false);
    }
    boolean hasEnded =
        parts.getLast().answer().filter(last -> last.reason() == Tape.ENDED).isPresent();
    return new Signed(
        tokenizer.decode(prompt, false),
        text(prompt, false, tokens),
        text(prompt, true, tokens),
        hasEnded);
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
    if (count % answers.size() != 0) {
      all.add(
          "it has receipts of %d answers for %d choices, and it is not told which are whose"
              .formatted(answers.size(), count));
      return all;
    }
    for (int i = 0; i < count; i++) {
      all.addAll(flaws(i, found.choices().get(i), answer(i, count)));
    }
    return all;
  }

  private Signed answer(int choice, int count) {
    return answers.get(choice / (count / answers.size()));
  }

  private static List<String> flaws(int index, ShownChoice shown, Signed signed) {
    List<String> flaws = new ArrayList<>();
    if (!signed.covers(shown)) {
      flaws.add("the text of choice %d is not the one that was signed".formatted(index));
    } else if (hasAnotherEnd(shown, signed)) {
      flaws.add("choice %d does not end for the reason '%s'".formatted(index, shown.reason()));
    }
    int written = signed.match(shown).count();
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
      // A text that somebody wanted it to end at is not shown.
      case "stop" -> !signed.hasEnded && signed.isWhole(shown);
      case "tool_calls" -> !calls;
      case "" -> false;
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
