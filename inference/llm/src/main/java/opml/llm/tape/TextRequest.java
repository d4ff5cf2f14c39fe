package opml.llm.tape;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import opml.kernels.transformer.Tape;
import opml.llm.forward.TextLimits;

/// What a language model is asked: to continue a prompt by at most so many tokens.
///
/// @param limit tokens of the answer, at most
/// @param sampling how they are chosen
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record TextRequest(int[] prompt, int limit, Sampling sampling) {
  public TextRequest {
    prompt = prompt.clone();
  }

  /// A request for the most likely token each time.
  public TextRequest(int[] prompt, int limit) {
    this(prompt, limit, Sampling.GREEDY);
  }

  @Override
  public int[] prompt() {
    return prompt.clone();
  }

  /// {@return the bytes that go on chain}
  ///
  /// @throws IllegalArgumentException if the prompt, or it with its answer or with biases, is too long
  public byte[] encode(TextLimits limits) {
    if (prompt.length < 1 || limit < 0 || limit > limits.capacity()) {
      throw new IllegalArgumentException(
          "expected a prompt of at least a token, and an answer of at most %,d; found %,d and %,d"
              .formatted(limits.capacity(), prompt.length, limit));
    }
    if (limit > limits.context() - prompt.length) {
      throw new IllegalArgumentException(
          "a prompt of %,d tokens and an answer of %,d are more than the context of %,d"
              .formatted(prompt.length, limit, limits.context()));
    }
    ByteBuffer out =
        ByteBuffer.allocate(Tape.HEADER + Integer.BYTES * limits.context())
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(Tape.PROMPT, prompt.length)
            .putInt(Tape.LIMIT, limit);
    sampling.write(out);
    for (int i = 0; i < prompt.length; i++) {
      out.putInt(Tape.HEADER + Integer.BYTES * i, prompt[i]);
    }
    return out.array();
  }

  /// Reads what anybody may have asked on chain, as kernels do ([Tape]).
  ///
  /// @param bytes of a request's slot
  /// @param vocabulary number of tokens
  public static Read read(byte[] bytes, TextLimits limits, int vocabulary) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int count = in.getInt(Tape.PROMPT);
    int limit = in.getInt(Tape.LIMIT);
    boolean sized =
        count >= 1 && count <= limits.context() && limit >= 0 && limit <= limits.capacity();
    Optional<Sampling> sampling = Sampling.read(in, vocabulary);
    if (!sized || limit > limits.context() - count || sampling.isEmpty()) {
      return new Read(Optional.empty(), Tape.BAD_HEADER);
    }
    int[] prompt = new int[count];
    for (int i = 0; i < count; i++) {
      prompt[i] = in.getInt(Tape.HEADER + Integer.BYTES * i);
      if (prompt[i] < 0 || prompt[i] >= vocabulary) {
        return new Read(Optional.empty(), Tape.BAD_TOKEN);
      }
    }
    return new Read(Optional.of(new TextRequest(prompt, limit, sampling.get())), 0);
  }

  /// What was found.
  ///
  /// @param flaw why there is none, as an answer's reason has it
  public record Read(Optional<TextRequest> request, int flaw) {}

  @Override
  public boolean equals(Object other) {
    return other instanceof TextRequest that
        && limit == that.limit
        && sampling.equals(that.sampling)
        && Arrays.equals(prompt, that.prompt);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(prompt) + limit) + sampling.hashCode();
  }

  @Override
  public String toString() {
    return "a prompt of %d tokens, an answer of at most %d, %s"
        .formatted(prompt.length, limit, sampling);
  }
}
