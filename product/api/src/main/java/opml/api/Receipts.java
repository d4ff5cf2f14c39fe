package opml.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.llm.tape.Sampling;
import opml.receipt.AnswerReceipt;
import opml.receipt.ReceiptJson;
import opml.receipt.Voucher;

/// The receipts of the answers to a request. They are made by whoever passes the answers on: signing takes a
/// millisecond, which a model is not to wait for.
final class Receipts {
  private final Optional<Voucher> voucher;
  private final CompletionRequest request;
  private final List<AnswerReceipt> made = new ArrayList<>();

  Receipts(Optional<Voucher> voucher, CompletionRequest request) {
    this.voucher = voucher;
    this.request = request;
  }

  void add(Heard.Made answer) {
    int[] prompt = request.prompt(answer.answer());
    Sampling sampling = request.sampling(answer.answer());
    voucher.ifPresent(
        known -> made.addAll(known.receipts(prompt, answer.limit(), sampling, answer.tokens())));
  }

  /// Puts the receipts that have been made so far into an answer, or a chunk of one.
  ObjectNode moveTo(ObjectNode answer) {
    ReceiptJson.put(answer, made);
    made.clear();
    return answer;
  }
}
