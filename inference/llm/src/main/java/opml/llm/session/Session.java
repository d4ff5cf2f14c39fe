package opml.llm.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Slot;
import opml.engine.plan.Team;
import opml.engine.run.PreparedKernel;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import opml.kernels.transformer.SamplingHeader;
import opml.llm.forward.VocabularyTable;
import opml.llm.grammar.Grammar;
import opml.llm.tape.Sampling;
import org.jspecify.annotations.Nullable;

/// A text and a model that reads and continues it: keys and values of all of its tokens are kept, so that each token is
/// worked on once.
///
/// The bits do not depend on how many tokens are taken at once, by how many threads, or whether the text was cut back
/// before. For one thread at a time. Nothing is allocated while it works.
public final class Session implements AutoCloseable {
  /// Less work than this is done sooner than it is handed over: bytes that one thread goes over in 2 to 3 µs.
  private static final long WORTH_HELP = 1 << 16;

  /// What a row of a node counts that is neither a product nor attention: a few KiB, whatever the model's width.
  private static final long ROW = 1 << 12;

  private final Arena arena = Arena.ofShared();
  private final Team team;
  private final Step[] steps;
  private final MemorySegment control;
  private final MemorySegment request;
  private final MemorySegment history;
  private final MemorySegment tokens;
  private final MemorySegment hidden;
  private final MemorySegment logits;
  private final MemorySegment allowed;
  private final MemorySegment chosen;
  private final MemorySegment[] caches;
  private final MemorySegment[] scratch;
  private final int context;
  private final int rows;
  private final int vocabulary;
  private final Supplier<VocabularyTable> tokenTexts;

  private final int[] text;
  private final int[] one = new int[1];
  private int length;

  private Grammar grammar = Grammar.ANY;

  /// Made when there is a grammar for the first time.
  private @Nullable GrammarMasks masks;

  /// Where the text of the grammar begins, and how far it was walked along; -1 if it was not.
  private int answerAt;

  private int walked = -1;

  /// One node, over the parts of which threads may be spread.
  private final class Step implements Team.Job {
    private final PreparedKernel kernel;
    private final MemorySegment[] segments;
    private final int units;

    /// Bytes that are gone over for each row of the tile.
    private final long work;

    Step(GraphNode node, PreparedKernel kernel, MemorySegment[] segments, List<Slot> slots) {
      this.kernel = kernel;
      this.segments = segments;
      this.units = kernel.units();
      this.work = work(node, slots);
    }

    private static long work(GraphNode node, List<Slot> slots) {
      String name = node.kernel().name();
      boolean isProduct = name.startsWith("linear.");
      if (!isProduct && !name.equals("attention")) {
        return ROW;
      }
      return Arrays.stream(node.inputs())
          .mapToLong(slot -> slots.get(slot).bytes())
          .max()
          .orElse(0);
    }

    boolean isWorthHelp(int rowsOfTile) {
      return units > 1 && work * rowsOfTile >= WORTH_HELP;
    }

    @Override
    public void run(int thread, int from, int to) {
      kernel.run(segments, scratch[thread], from, to);
    }
  }

  /// @param tokenTexts asked for when there is a grammar
  Session(Passes passes, int context, Team team, Supplier<VocabularyTable> tokenTexts) {
    this.tokenTexts = tokenTexts;
    this.team = team;
    this.context = context;
    this.text = new int[context];
    var session = passes.session();
    MemorySegment[] slots = passes.slots(arena);
    this.control = slots[session.control()];
    this.request = slots[session.request()];
    this.history = slots[session.history()];
    this.tokens = slots[session.tokens()];
    this.hidden = slots[session.hidden()];
    this.logits = slots[session.logits()];
    this.allowed = slots[session.allowed()];
    this.chosen = slots[session.chosen()];
    this.caches = session.caches().stream().map(slot -> slots[slot]).toArray(MemorySegment[]::new);
    this.rows = (int) (tokens.byteSize() / Integer.BYTES);
    this.vocabulary = (int) (logits.byteSize() / Float.BYTES / rows);
    this.scratch = new MemorySegment[team.threads()];
    for (int i = 0; i < scratch.length; i++) {
      scratch[i] = arena.allocate(passes.scratchBytes() + 1, Passes.ALIGNMENT);
    }
    var nodes = session.graph().nodes();
    this.steps = new Step[nodes.size()];
    for (int i = 0; i < steps.length; i++) {
      steps[i] =
          new Step(
              nodes.get(i),
              passes.kernel(i),
              segments(nodes.get(i), slots),
              session.graph().slots());
    }
  }

  private MemorySegment[] segments(GraphNode node, MemorySegment[] slots) {
    return node.operands().stream()
        .map(
            operand ->
                switch (operand) {
                  case Operand.Read(int slot) -> slots[slot];
                  case Operand.Write(int slot) -> slots[slot];
                  case Operand.Update(int slot) -> slots[slot];
                  case Operand.Absent(long bytes) -> arena.allocate(bytes, Passes.ALIGNMENT);
                })
        .toArray(MemorySegment[]::new);
  }

  /// {@return how many tokens the text has}
  public int length() {
    return length;
  }

  /// {@return how many tokens it may have}
  public int context() {
    return context;
  }

  /// {@return how many tokens are taken at once, at most}
  public int rows() {
    return rows;
  }

  /// Has tokens be chosen in this way from now on; before that, they are the most likely ones.
  ///
  /// @throws IllegalArgumentException if there are biases of other tokens, or more than half as many as the context
  ///     has, or there is a grammar, of which must be said where its text begins
  public void choose(Sampling sampling) {
    if (!sampling.grammar().isAny()) {
      throw new IllegalArgumentException("grammar: expected is a place where its text begins");
    }
    choose(sampling, 0);
  }

  /// Has tokens be chosen in this way from now on.
  ///
  /// @param prompt how many tokens the text has before the answer; the grammar is the answer's
  /// @throws IllegalArgumentException if there are biases of other tokens, or more than half as many as the context has
  public void choose(Sampling sampling, int prompt) {
    sampling.requireTokens(vocabulary);
    ByteBuffer asked = ByteBuffer.allocate((int) request.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    // The table itself is read by the masks alone.
    sampling.withGrammar(Grammar.ANY).write(asked);
    asked.putInt(SamplingHeader.GRAMMAR, sampling.grammar().words());
    request.copyFrom(MemorySegment.ofBuffer(asked));
    grammar = sampling.grammar();
    answerAt = prompt;
    walked = -1;
    if (!grammar.isAny() && masks == null) {
      masks = new GrammarMasks(tokenTexts.get());
    }
  }

  /// Cuts the text to its first tokens; what they have left behind is still good.
  public void cut(int tokensKept) {
    if (tokensKept < 0 || tokensKept > length) {
      throw new IllegalArgumentException(
          "a text of %d tokens is not cut to %d".formatted(length, tokensKept));
    }
    length = tokensKept;
    forget();
  }

  private void forget() {
    if (walked > length) {
      walked = -1;
    }
  }

  /// Cuts the text to what it has in common with another, but so that a token of that is left to be taken.
  ///
  /// @return how many tokens that are
  public int cutTo(int... other) {
    int common = Arrays.mismatch(text, 0, length, other, 0, other.length);
    length = Math.min(common < 0 ? length : common, Math.max(0, other.length - 1));
    forget();
    return length;
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
    require(more);
    for (int from = 0; from < more.length; from += rows) {
      int count = Math.min(rows, more.length - from);
      boolean last = from + count == more.length;
      pass(more, from, count, count - 1, last ? 1 : 0);
    }
    return chosen(0);
  }

  void require(int... more) {
    if (more.length == 0 || more.length > context - length) {
      throw new IllegalArgumentException(
          "%d tokens more: a text of %d takes 1 to %d"
              .formatted(more.length, length, context - length));
    }
    for (int token : more) {
      if (token < 0 || token >= vocabulary) {
        throw new IllegalArgumentException(
            "token %d is not in a vocabulary of %d".formatted(token, vocabulary));
      }
    }
  }

  /// Takes some tokens at once.
  ///
  /// @param first row of the first token behind which something is chosen
  /// @param choices how many are chosen, one behind each token from there on
  void pass(int[] more, int from, int count, int first, int choices) {
    for (int i = 0; i < count; i++) {
      Mem.putI32(tokens, 4L * i, more[from + i]);
      note(length + i, more[from + i]);
    }
    GrammarMasks all = masks;
    if (all != null && !grammar.isAny()) {
      for (int i = 0; i < choices; i++) {
        allow(all, i, length + first + i + 1);
      }
    }
    Mem.putI32(control, 4L * Tile.TOKENS, count);
    Mem.putI32(control, 4L * Tile.CHOICES, choices);
    Mem.putI32(control, 4L * Tile.POSITION, length);
    Mem.putI32(control, 4L * Tile.CHOOSING, first);
    boolean helped = team.enter();
    try {
      for (Step step : steps) {
        if (helped && step.isWorthHelp(count)) {
          team.run(step, step.units, 1);
        } else {
          step.run(0, 0, step.units);
        }
      }
    } finally {
      if (helped) {
        team.leave();
      }
    }
    length += count;
  }

  /// Says which tokens may follow in the grammar.
  ///
  /// @param known tokens before them
  private void allow(GrammarMasks all, int choice, int known) {
    if (walked < answerAt || walked > known) {
      all.begin(grammar);
      walked = answerAt;
    }
    for (; walked < known; walked++) {
      all.take(text[walked]);
    }
    all.write(allowed, allowed.byteSize() / rows * choice);
  }

  /// {@return the tokens of the text}
  int[] text() {
    return Arrays.copyOf(text, length);
  }

  /// {@return the keys and values of the text's first tokens, a segment for all of a layer's}
  List<MemorySegment> caches(int tokensOfEach) {
    return Arrays.stream(caches)
        .map(cache -> cache.asSlice(0, cache.byteSize() / context * tokensOfEach))
        .toList();
  }

  /// Has the text be the first tokens of another one, whose keys and values stand in [#caches].
  void restore(int tokensOfIt, int... other) {
    for (int i = 0; i < tokensOfIt; i++) {
      note(i, other[i]);
    }
    length = tokensOfIt;
    walked = -1;
  }

  private void note(int position, int token) {
    text[position] = token;
    Mem.putI32(history, 4L * position, token);
  }

  /// {@return what the last layer has made of the tokens that were taken last, a row of floats for each}
  MemorySegment hidden() {
    return hidden.asReadOnly();
  }

  /// {@return the numbers of the last tile, as [Tile] reads them}
  MemorySegment control() {
    return control.asReadOnly();
  }

  /// {@return what was chosen, of the choices of the last tokens that were taken}
  int chosen(int choice) {
    return Mem.i32(chosen, 4L * choice);
  }

  /// {@return the logits of the last choice, one for each token of the vocabulary; until more is taken}
  public MemorySegment logits() {
    return logits(0);
  }

  /// {@return the logits of a choice}
  MemorySegment logits(int choice) {
    long row = (long) Float.BYTES * vocabulary;
    return logits.asSlice(row * choice, row).asReadOnly();
  }

  @Override
  public void close() {
    arena.close();
  }
}
