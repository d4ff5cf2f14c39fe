package opml.receipt;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.ethereum.key.TypedDomain;
import opml.ethereum.key.Wallet;
import opml.llm.forward.TextLimits;
import opml.llm.tape.Sampling;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;

/// Makes receipts of a model's answers. Safe for many threads.
public final class Voucher {
  private final ReceiptedModel model;
  private final Wallet wallet;
  private final TypedDomain domain;
  private final Duration lifetime;
  private final InstantSource clock;

  /// @param wallet who signs
  /// @param domain what for
  /// @param lifetime how long the server vouches for an answer
  public Voucher(
      ReceiptedModel model,
      Wallet wallet,
      TypedDomain domain,
      Duration lifetime,
      InstantSource clock) {
    this.model = model;
    this.wallet = wallet;
    this.domain = domain;
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /// {@return receipts of an answer}: one, unless the answer is longer than the model's tapes; then each goes on where
  /// the one before ends, with a prompt that has the tokens so far. That is the same answer: what is chosen depends on
  /// the text before it and its length alone, whatever of it was prompt.
  ///
  /// There are none for requests that have no room behind the prompt for their biases and their grammar, nor for
  /// answers in a grammar that are longer than tapes: a grammar's text begins where a prompt ends.
  ///
  /// @param limit tokens that were asked for at most; of an answer that was cut sooner, as many as it has
  /// @param tokens of the answer, with the one that ends it
  public List<AnswerReceipt> receipts(int[] prompt, int limit, Sampling sampling, int... tokens) {
    int capacity = model.limits().capacity();
    List<AnswerReceipt> all = new ArrayList<>();
    int done = 0;
    for (TextRequest request : requests(model.limits(), prompt, limit, sampling, tokens)) {
      byte[] input;
      try {
        input = request.encode(model.limits());
      } catch (IllegalArgumentException e) {
        return List.of();
      }
      int[] part = Arrays.copyOfRange(tokens, done, Math.min(done + capacity, tokens.length));
      all.add(receipt(input, sampling.seed(), part));
      done += part.length;
    }
    return all;
  }

  /// {@return what the receipts of an answer are about}, of any server of the model; nothing if it has none. The
  /// parameters are those of [#receipts].
  public static List<TextRequest> requests(
      TextLimits limits, int[] prompt, int limit, Sampling sampling, int... tokens) {
    int capacity = limits.capacity();
    if (tokens.length > capacity && !sampling.grammar().isAny()) {
      return List.of();
    }
    int[] text = Arrays.copyOf(prompt, prompt.length + tokens.length);
    System.arraycopy(tokens, 0, text, prompt.length, tokens.length);
    List<TextRequest> all = new ArrayList<>();
    int done = 0;
    do {
      int count = Math.min(capacity, tokens.length - done);
      boolean isLast = done + count == tokens.length;
      int most = isLast ? Math.min(capacity, limit - done) : count;
      all.add(new TextRequest(Arrays.copyOf(text, prompt.length + done), most, sampling));
      done += count;
    } while (done < tokens.length);
    return all;
  }

  private AnswerReceipt receipt(byte[] input, long seed, int... tokens) {
    TextAnswer answer =
        TextAnswer.of(
            tokens,
            tokens.length > 0 && model.vocabulary().stops().integer(tokens[tokens.length - 1]) != 0,
            model.vocabulary(),
            model.outputBytes());
    byte[] output = answer.encode(model.outputBytes());
    Bytes32 inputRoot = ReceiptedModel.root(input, model.inputBytes());
    Bytes32 outputRoot = ReceiptedModel.root(output, model.outputBytes());
    Vouched vouched =
        new Vouched(
            model.id(),
            inputRoot,
            outputRoot,
            model.finalState(inputRoot, outputRoot),
            seed,
            clock.instant().plus(lifetime).getEpochSecond());
    return new AnswerReceipt(
        domain,
        vouched,
        wallet.address(),
        wallet.sign(domain.digest(vouched.hash())),
        model.limits(),
        model.outputBytes(),
        ShortBuffer.trim(input),
        ShortBuffer.trim(output));
  }
}
