package opml.receipt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
/// that first.
public final class ShownTexts {
  private final Tokenizer tokenizer;

  /// Texts that receipts vouch for, and those of their prompts.
  private final List<Signed> texts = new ArrayList<>();

  /// @param marked the answer with control tokens, which tell of calls and are no text
  /// @param hasEnded whether the model ended it; it is as long as was asked for otherwise
  private record Signed(String prompt, String answer, String marked, boolean hasEnded) {
    boolean covers(String said) {
      return answer.startsWith(said)
          || said.startsWith(prompt) && answer.startsWith(said.substring(prompt.length()));
    }

    boolean isWhole(String said) {
      return said.equals(answer) || said.equals(prompt + answer);
    }
  }

  public ShownTexts(Tokenizer tokenizer, List<AnswerReceipt> receipts) {
    this.tokenizer = tokenizer;
    int[] prompt = new int[0];
    int[] text = new int[0];
    for (AnswerReceipt receipt : receipts) {
      Optional<int[]> asked = prompt(receipt);
      Optional<TextAnswer> answer = new ReceiptCheck(receipt).answer();
      if (asked.isEmpty() || answer.isEmpty()) {
        continue;
      }
      boolean goesOn = text.length > prompt.length && Arrays.equals(asked.get(), text);
      if (goesOn) {
        texts.removeLast();
      } else {
        prompt = asked.get();
        text = prompt;
      }
      int[] tokens = answer.get().tokens();
      int before = text.length;
      text = Arrays.copyOf(text, before + tokens.length);
      System.arraycopy(tokens, 0, text, before, tokens.length);
      boolean hasEnded = answer.get().reason() == Tape.ENDED;
      texts.add(signed(prompt, hasEnded, Arrays.copyOfRange(text, prompt.length, text.length)));
    }
  }

  private Optional<int[]> prompt(AnswerReceipt receipt) {
    byte[] whole = ShortBuffer.pad(receipt.request(), CheckGraph.requestBytes(receipt.limits()));
    return TextRequest.read(whole, receipt.limits(), tokenizer.size())
        .request()
        .map(TextRequest::prompt);
  }

  private Signed signed(int[] prompt, boolean hasEnded, int... tokens) {
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

  /// {@return what is wrong with the texts that were shown}
  public List<String> flaws(List<String> said) {
    List<String> flaws = new ArrayList<>();
    for (int i = 0; i < said.size(); i++) {
      String shown = said.get(i);
      if (texts.stream().noneMatch(text -> text.covers(shown))) {
        flaws.add("the text of choice %d is not the one that was signed".formatted(i));
      }
    }
    return flaws;
  }

  /// {@return what is wrong with all that was shown: texts, why they end, and calls of tools}
  public List<String> flaws(ReceiptJson.Found found) {
    List<String> flaws = new ArrayList<>(found.faults());
    flaws.addAll(flaws(found.said()));
    for (int i = 0; i < found.reasons().size(); i++) {
      String shown = found.said().get(i);
      String reason = found.reasons().get(i);
      List<Signed> covering = texts.stream().filter(text -> text.covers(shown)).toList();
      List<Signed> whole = covering.stream().filter(text -> text.isWhole(shown)).toList();
      boolean isWrong =
          switch (reason) {
            // Cut off where no more was asked for: all of it is shown.
            case "length" -> !covering.isEmpty() && whole.stream().allMatch(Signed::hasEnded);
            // A text that somebody wanted it to end at is not shown.
            case "stop" ->
                !whole.isEmpty() && covering.stream().noneMatch(text -> ends(text, shown));
            default -> false;
          };
      if (isWrong) {
        flaws.add("choice %d does not end for the reason '%s'".formatted(i, reason));
      }
    }
    List<WrittenCalls> written =
        texts.stream()
            .flatMap(text -> Stream.of(text.answer, text.marked))
            .distinct()
            .map(WrittenCalls::of)
            .toList();
    for (int i = 0; i < found.calls().size(); i++) {
      ShownCall shown = found.calls().get(i);
      if (written.stream().noneMatch(text -> text.have(shown))) {
        flaws.add("call %d of a tool is none that was signed".formatted(i));
      }
    }
    return flaws;
  }

  private static boolean ends(Signed text, String shown) {
    return text.hasEnded || !text.isWhole(shown);
  }

  /// {@return what who reads the texts should know, though nothing is wrong with it}
  public List<String> notes(ReceiptJson.Found found) {
    List<String> notes = new ArrayList<>();
    for (int i = 0; i < found.reasons().size() && found.calls().isEmpty(); i++) {
      String shown = found.said().get(i);
      if (texts.stream().noneMatch(text -> text.isWhole(shown))) {
        notes.add(
            ("the text of choice %d is only the begin of the signed one, as if the request had a"
                    + " text to stop at; what was asked to stop at is not signed")
                .formatted(i));
      }
    }
    return notes;
  }
}
