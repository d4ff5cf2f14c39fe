package opml.receipt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import opml.core.codec.ShortBuffer;
import opml.kernels.transformer.Tape;
import opml.llm.forward.CheckGraph;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;

/// An answer that was signed, by one receipt, or by several where it is longer than a model's tapes.
public final class SignedAnswer {
  private final List<Part> parts;

  /// What a receipt is about, if it has the form of that.
  private record Part(
      AnswerReceipt receipt, Optional<TextRequest> asked, Optional<TextAnswer> answer) {
    static Part of(AnswerReceipt receipt, int vocabulary) {
      byte[] whole = ShortBuffer.pad(receipt.request(), CheckGraph.requestBytes(receipt.limits()));
      return new Part(
          receipt,
          TextRequest.read(whole, receipt.limits(), vocabulary).request(),
          new ReceiptCheck(receipt).answer());
    }

    int[] tokens() {
      return answer.map(TextAnswer::tokens).orElse(new int[0]);
    }

    /// {@return whether this is no answer of its own, but the rest of the one before, which had no more room}
    boolean goesOn(Part before) {
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
          && Arrays.equals(joined(first.prompt(), before.tokens()), asked.get().prompt());
    }
  }

  private SignedAnswer(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /// {@return the answers that receipts are of}
  ///
  /// @param receipts in the order of the answers
  /// @param vocabulary number of the model's tokens
  public static List<SignedAnswer> all(List<AnswerReceipt> receipts, int vocabulary) {
    List<SignedAnswer> answers = new ArrayList<>();
    List<Part> parts = new ArrayList<>();
    for (AnswerReceipt receipt : receipts) {
      Part part = Part.of(receipt, vocabulary);
      if (!parts.isEmpty() && !part.goesOn(parts.getLast())) {
        answers.add(new SignedAnswer(parts));
        parts.clear();
      }
      parts.add(part);
    }
    if (!parts.isEmpty()) {
      answers.add(new SignedAnswer(parts));
    }
    return answers;
  }

  /// {@return whether two receipts are of one server, for one place, of one model and for texts of the same lengths}
  static boolean isOfOneHand(AnswerReceipt one, AnswerReceipt other) {
    return one.server().equals(other.server())
        && one.domain().equals(other.domain())
        && one.vouched().model().equals(other.vouched().model())
        && one.limits().equals(other.limits());
  }

  private static int[] joined(int[] first, int... second) {
    return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
  }

  /// {@return the receipts, of which each but the first goes on where the one before ends}
  public List<AnswerReceipt> receipts() {
    return parts.stream().map(Part::receipt).toList();
  }

  /// {@return what each receipt is the answer to}; none if one of them is no request for this vocabulary
  public List<TextRequest> requests() {
    List<TextRequest> all = parts.stream().map(Part::asked).flatMap(Optional::stream).toList();
    return all.size() == parts.size() ? all : List.of();
  }

  /// {@return what all of it is the answer to, but for its length}; that of the first receipt
  Optional<TextRequest> asked() {
    return parts.getFirst().asked();
  }

  /// {@return the tokens, with the one that ends it}
  public int[] tokens() {
    return parts.stream().map(Part::tokens).flatMapToInt(Arrays::stream).toArray();
  }

  /// {@return whether the model ended it}; it is as long as was asked for otherwise
  boolean hasEnded() {
    return parts.getLast().answer().filter(last -> last.reason() == Tape.ENDED).isPresent();
  }
}
