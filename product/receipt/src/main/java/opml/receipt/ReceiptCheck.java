package opml.receipt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.kernels.transformer.SamplingHeader;
import opml.kernels.transformer.Tape;
import opml.llm.forward.CheckGraph;
import opml.llm.session.Session;
import opml.llm.session.Writer;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;

/// Says what is wrong with a receipt: what anybody can tell, what somebody can tell who has the model's file, and what
/// only shows when the answer is computed again. That is done as a verifier does it, with all tokens at once, at the
/// speed at which prompts are read.
public final class ReceiptCheck {
  private final AnswerReceipt receipt;

  public ReceiptCheck(AnswerReceipt receipt) {
    this.receipt = receipt;
  }

  /// {@return what is wrong without a look at the model: who has signed, the roots, the form of the answer}
  public List<String> flaws() {
    List<String> flaws = new ArrayList<>();
    Vouched vouched = receipt.vouched();
    Optional<Address> signer = receipt.signature().signer(receipt.digest());
    if (signer.isEmpty()) {
      flaws.add("the signature is nobody's");
    } else if (!signer.get().equals(receipt.server())) {
      flaws.add(
          "the signature is of %s, not of %s, or what was signed is something else"
              .formatted(signer.get(), receipt.server()));
    }
    int inputBytes = CheckGraph.requestBytes(receipt.limits());
    root(flaws, "request", receipt.request(), inputBytes, vouched.inputRoot());
    root(flaws, "answer", receipt.answer(), receipt.outputBytes(), vouched.outputRoot());
    long seed = seed();
    if (seed != vouched.seed()) {
      flaws.add(
          "the request's seed is %s, signed is %s"
              .formatted(Long.toUnsignedString(seed), Long.toUnsignedString(vouched.seed())));
    }
    if (answer().isEmpty()) {
      flaws.add("the answer has not the form of one");
    }
    return flaws;
  }

  private static void root(
      List<String> flaws, String what, byte[] bytes, int slotBytes, Bytes32 signed) {
    Bytes32 root = ReceiptedModel.root(bytes, slotBytes);
    if (!root.equals(signed)) {
      flaws.add("the %s has root %s, signed is %s".formatted(what, root, signed));
    }
  }

  private long seed() {
    byte[] header = Arrays.copyOf(receipt.request(), Tape.HEADER);
    return ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getLong(SamplingHeader.SEED);
  }

  /// {@return what stands on the answer's tape, if it has the form of an answer}
  public Optional<TextAnswer> answer() {
    // A receipt leaves out the tape's zeros at its end, which may be bytes of the text.
    return receipt.answer().length > receipt.outputBytes()
        ? Optional.empty()
        : TextAnswer.read(ShortBuffer.pad(receipt.answer(), receipt.outputBytes()));
  }

  /// {@return what is wrong with what it says of a model: which it is, and the state that a claim would give}
  public List<String> flaws(ReceiptedModel model) {
    List<String> flaws = new ArrayList<>();
    Vouched vouched = receipt.vouched();
    if (!model.id().equals(vouched.model())) {
      flaws.add(
          "it is about model %s, and this is model %s".formatted(vouched.model(), model.id()));
      return flaws;
    }
    if (model.outputBytes() != receipt.outputBytes()) {
      flaws.add(
          "an answer's slot has %d bytes, it says %d"
              .formatted(model.outputBytes(), receipt.outputBytes()));
    }
    Bytes32 end = model.finalState(vouched.inputRoot(), vouched.outputRoot());
    if (!end.equals(vouched.finalState())) {
      flaws.add(
          "a run that finds the answer right ends in state %s, signed is %s"
              .formatted(end, vouched.finalState()));
    }
    return flaws;
  }

  /// {@return why the answer is not the model's, if it is not}
  ///
  /// @param session of this model, of at least its context, and of its cache type
  public Optional<String> wrongAnswer(ReceiptedModel model, Session session) {
    byte[] request = ShortBuffer.pad(receipt.request(), model.inputBytes());
    byte[] tape = ShortBuffer.pad(receipt.answer(), model.outputBytes());
    Writer writer = new Writer(model.limits(), model.vocabulary(), model.outputBytes());
    return writer.isRight(session, request, tape)
        ? Optional.empty()
        : Optional.of(why(model, session, request));
  }

  private String why(ReceiptedModel model, Session session, byte[] request) {
    int words = model.vocabulary().stops().shape().count();
    Optional<TextRequest> asked = TextRequest.read(request, model.limits(), words).request();
    if (asked.isEmpty()) {
      return "the request is none for this model, and the answer is not the one that says so";
    }
    int[] tokens = answer().map(TextAnswer::tokens).orElse(new int[0]);
    int[] prompt = asked.get().prompt();
    int limit = asked.get().limit();
    session.choose(asked.get().sampling(), prompt.length);
    int at = 0;
    while (at < limit) {
      int next = at == 0 ? begin(session, prompt) : session.take(tokens[at - 1]);
      if (at == tokens.length) {
        return "it ends after %d tokens, the model goes on with token %d".formatted(at, next);
      }
      if (next != tokens[at]) {
        return "token %d of the answer is %d, the model says %d"
            .formatted(at + 1, tokens[at], next);
      }
      at++;
      if (model.vocabulary().stops().integer(next) != 0) {
        break;
      }
    }
    return at < tokens.length
        ? "it goes on after %d tokens, behind which there is nothing".formatted(at)
        : "its text, or why it ends, does not follow from its tokens";
  }

  private static int begin(Session session, int... prompt) {
    int kept = session.cutTo(prompt);
    return session.take(Arrays.copyOfRange(prompt, kept, prompt.length));
  }
}
