package opml.llm.session;

import java.lang.foreign.MemorySegment;
import java.util.List;
import opml.llm.tape.Sampling;

/// A text and a model that reads and continues it: keys and values of all of its tokens are kept, so that each token is
/// worked on once.
///
/// The bits do not depend on how many tokens are taken at once, by how many threads, or whether the text was cut back
/// before. For one thread at a time. Nothing is allocated while it works, once its kernels are all up to speed.
public final class Session implements AutoCloseable {
  private final TextBatch batch;
  private final BatchText text;
  private final int[] one = new int[1];

  /// @param batch which has no other texts, and is closed with this
  Session(TextBatch batch) {
    this.batch = batch;
    this.text = batch.open();
  }

  /// {@return how many tokens the text has}
  public int length() {
    return text.length();
  }

  /// {@return how many tokens it may have}
  public int context() {
    return text.context();
  }

  /// {@return how many tokens are taken at once, at most}
  public int rows() {
    return batch.rows();
  }

  /// Has tokens be chosen in this way from now on; before that, they are the most likely ones.
  ///
  /// @throws IllegalArgumentException if there are biases of other tokens, or more than half as many as the context
  ///     has, or there is a grammar, of which must be said where its text begins
  public void choose(Sampling sampling) {
    text.choose(sampling);
  }

  /// Has tokens be chosen in this way from now on.
  ///
  /// @param prompt how many tokens the text has before the answer; the grammar is the answer's
  /// @throws IllegalArgumentException if there are biases of other tokens, or more than half as many as the context has
  public void choose(Sampling sampling, int prompt) {
    text.choose(sampling, prompt);
  }

  /// Cuts the text to its first tokens; what they have left behind is still good.
  public void cut(int tokensKept) {
    text.cut(tokensKept);
  }

  /// Cuts the text to what it has in common with another, but so that a token of that is left to be taken.
  ///
  /// @return how many tokens that are
  public int cutTo(int... other) {
    return text.cutTo(other);
  }

  /// Takes one token, as [#take(int...)] does.
  public int take(int token) {
    one[0] = token;
    return take(one);
  }

  /// Takes tokens, as many at once as it can.
  ///
  /// @return the token that is chosen behind them
  /// @throws IllegalArgumentException if there are none, one is not in the vocabulary, or they are too many
  public int take(int... more) {
    text.require(more);
    int rows = batch.rows();
    for (int from = 0; from < more.length; from += rows) {
      int count = Math.min(rows, more.length - from);
      boolean last = from + count == more.length;
      pass(more, from, count, count - 1, last ? 1 : 0);
    }
    return chosen(0);
  }

  void require(int... more) {
    text.require(more);
  }

  /// Takes some tokens at once.
  ///
  /// @param first row of the first token behind which something is chosen
  /// @param choices how many are chosen, one behind each token from there on
  void pass(int[] more, int from, int count, int first, int choices) {
    batch.add(text, more, from, count, first, choices);
    batch.step();
  }

  /// Goes on with a continuation of this session's text by a step.
  public void step(Continuation continuation) {
    continuation.add(batch, batch.rows());
    batch.step();
    continuation.settle();
  }

  /// {@return the text, for a [Continuation] of it}
  public BatchText text() {
    return text;
  }

  /// {@return the tokens of the text}
  int[] tokens() {
    return text.tokens();
  }

  /// {@return the keys and values of the text's first tokens, a segment for all of a layer's}
  List<MemorySegment> caches(int tokensOfEach) {
    return text.caches(tokensOfEach);
  }

  /// Has the text be the first tokens of another one, whose keys and values stand in [#caches].
  void restore(int tokensOfIt, int... other) {
    text.restore(tokensOfIt, other);
  }

  /// {@return what the last layer has made of the tokens that were taken last, a row of floats for each}
  MemorySegment hidden() {
    return batch.hidden();
  }

  /// {@return the numbers of the last tile, as [opml.kernels.layout.Tile] reads them}
  MemorySegment control() {
    return batch.control();
  }

  /// {@return what was chosen, of the choices of the last tokens that were taken}
  int chosen(int choice) {
    return text.chosen(choice);
  }

  /// {@return the logits of the last choice, one for each token of the vocabulary; until more is taken}
  public MemorySegment logits() {
    return logits(0);
  }

  /// {@return the logits of a choice}
  MemorySegment logits(int choice) {
    return text.logits(choice);
  }

  @Override
  public void close() {
    text.close();
    batch.close();
  }
}
