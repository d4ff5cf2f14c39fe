package opml.llm.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
import opml.llm.forward.SessionGraph;
import opml.llm.forward.VocabularyTable;
import org.jspecify.annotations.Nullable;

/// Texts that a model reads and continues together: a step takes some tokens of each, and goes over the weights once
/// for all of them. So many texts cost little more than one, whose time goes by waiting for weights (Yu et al., *Orca*,
/// OSDI 2022, who call it selective batching).
///
/// The bits of a text do not depend on who else is there: nodes that work on rows work on each by itself, and those
/// that look at a text look at its own memory alone ([SlotPlaces]). Texts come and go between steps.
///
/// For one thread at a time, and so are its texts. Nothing is allocated while it works, once its kernels are all up to
/// speed.
public final class TextBatch implements AutoCloseable {
  /// Less work than this is done sooner than it is handed over: bytes that one thread goes over in 2 to 3 µs.
  private static final long WORTH_HELP = 1 << 16;

  /// What a row of a node counts that is neither a product nor attention: a few KiB, whatever the model's width.
  private static final long ROW = 1 << 12;

  /// In how many pieces each thread gets the work for several texts, which is not the same for all.
  private static final int PIECES = 4;

  /// So many rows are worked on sooner by the reference alone than beside the compiler.
  private static final int FEW = 32;

  private static final MemorySegment[] NO_ROWS = {};

  private final Arena arena = Arena.ofShared();
  private final Passes passes;
  private final Supplier<VocabularyTable> vocabularyTable;
  private final Supplier<TokenTexts> tokenTexts;
  private final SessionGraph session;
  private final SlotPlaces places;
  private final Team team;
  private final Step[] steps;
  private final MemorySegment control;
  private final MemorySegment tokens;
  private final MemorySegment hidden;
  private final MemorySegment logits;
  private final MemorySegment allowed;
  private final MemorySegment chosen;
  private final MemorySegment[] scratch;
  private final int context;
  private final int rows;
  private final int vocabulary;

  /// Made when there is a grammar for the first time.
  private @Nullable KnownGrammars grammars;

  /// Exchanges of kernels that have been heard of.
  private int seen;

  // The next step.
  private final BatchText[] texts;
  private int count;
  private int tokenRows;
  private int choiceRows;

  /// @param vocabulary asked for when there are breakers
  /// @param tokenTexts asked for when there is a grammar
  TextBatch(
      Passes passes,
      int context,
      Team team,
      Supplier<VocabularyTable> vocabulary,
      Supplier<TokenTexts> tokenTexts) {
    this.vocabularyTable = vocabulary;
    this.tokenTexts = tokenTexts;
    this.passes = passes;
    this.team = team;
    this.context = context;
    this.session = passes.session();
    List<Slot> all = session.graph().slots();
    this.rows = all.get(session.tokens()).shape().dim(0);
    this.places = new SlotPlaces(session, rows);
    MemorySegment[] slots = passes.slots(slot -> places.of(slot) == SlotPlaces.Place.ROWS, arena);
    this.control = Passes.allocate(arena, all.get(session.control()).bytes());
    slots[session.control()] = control;
    this.tokens = slots[session.tokens()];
    this.hidden = slots[session.hidden()];
    this.logits = slots[session.logits()];
    this.allowed = slots[session.allowed()];
    this.chosen = slots[session.chosen()];
    this.vocabulary = (int) (logits.byteSize() / Float.BYTES / rows);
    this.texts = new BatchText[rows];
    this.scratch = new MemorySegment[team.threads()];
    MemorySegment[][] ofThreads = new MemorySegment[team.threads()][];
    for (int i = 0; i < scratch.length; i++) {
      ofThreads[i] = threadSlots(all);
    }
    this.seen = passes.exchanges();
    lendScratch();
    MemorySegment[][] fromRow = new MemorySegment[slots.length][];
    List<GraphNode> nodes = session.graph().nodes();
    this.steps = new Step[nodes.size()];
    for (int i = 0; i < steps.length; i++) {
      GraphNode node = nodes.get(i);
      steps[i] =
          SlotPlaces.isForTexts(node)
              ? new TextStep(node, passes.kernel(i), slots, ofThreads, fromRow)
              : new RowStep(node, passes.kernel(i), slots);
    }
  }

  private void lendScratch() {
    long bytes = passes.scratchBytes();
    for (int i = 0; i < scratch.length; i++) {
      scratch[i] = arena.allocate(bytes + 1, Passes.ALIGNMENT);
    }
  }

  private void exchange() {
    seen = passes.exchanges();
    for (int i = 0; i < steps.length; i++) {
      steps[i].exchange(passes.kernel(i));
    }
    lendScratch();
  }

  private MemorySegment[] threadSlots(List<Slot> all) {
    MemorySegment[] own = new MemorySegment[all.size()];
    for (int i = 0; i < own.length; i++) {
      own[i] =
          places.of(i) == SlotPlaces.Place.THREAD
              ? Passes.allocate(arena, all.get(i).bytes())
              : MemorySegment.NULL;
    }
    return own;
  }

  /// One node, over the parts of which threads may be spread.
  private abstract class Step implements Team.Job {
    PreparedKernel kernel;
    int units;

    /// Bytes that are gone over for each row.
    private final long work;

    Step(GraphNode node, PreparedKernel kernel) {
      this.kernel = kernel;
      this.units = kernel.units();
      this.work = work(node);
    }

    void exchange(PreparedKernel other) {
      kernel = other;
      units = other.units();
    }

    private long work(GraphNode node) {
      String name = node.kernel().name();
      if (name.startsWith("choose.")) {
        return (long) Float.BYTES * vocabulary;
      }
      boolean isProduct = name.startsWith("linear.");
      if (!isProduct && !name.equals("attention")) {
        return ROW;
      }
      return Arrays.stream(node.inputs())
          .mapToLong(slot -> session.graph().slots().get(slot).bytes())
          .max()
          .orElse(0);
    }

    abstract int parts();

    void run(boolean helped) {
      int parts = parts();
      if (helped && parts > 1 && work * tokenRows >= WORTH_HELP) {
        team.run(this, parts, count > 1 && parts != units ? PIECES : 1);
      } else {
        run(0, 0, parts);
      }
    }
  }

  /// A node that does not know of texts, over all rows.
  private final class RowStep extends Step {
    private final MemorySegment[] segments;

    RowStep(GraphNode node, PreparedKernel kernel, MemorySegment[] slots) {
      super(node, kernel);
      this.segments = new MemorySegment[node.operands().size()];
      for (int i = 0; i < segments.length; i++) {
        Operand operand = node.operands().get(i);
        int slot = SlotPlaces.slot(operand);
        if (operand instanceof Operand.Absent(long bytes)) {
          segments[i] = arena.allocate(bytes, Passes.ALIGNMENT);
        } else if (slot == session.control() || isForAll(slot)) {
          segments[i] = slots[slot];
        } else {
          throw new IllegalStateException(
              "%s works on rows, and has an operand of a text".formatted(node.kernel().name()));
        }
      }
    }

    private boolean isForAll(int slot) {
      return switch (places.of(slot)) {
        case CONSTANT, ROWS -> true;
        case TEXT, THREAD -> false;
      };
    }

    @Override
    int parts() {
      return units;
    }

    @Override
    public void run(int thread, int from, int to) {
      kernel.run(segments, scratch[thread], from, to);
    }
  }

  /// A node that looks at a text, for each text with its rows.
  private final class TextStep extends Step {
    /// Segments, by thread: those that are not the text's stay.
    private final MemorySegment[][] segments;

    /// Slots of operands that are the text's, by operand; -1 for others.
    private final int[] slotOfText;

    /// Rows from each row on, by operand; none for operands that are no rows.
    private final @Nullable MemorySegment[][] fromRow;

    /// All rows, by operand.
    private final MemorySegment[] all;

    private final boolean[] byChoice;

    TextStep(
        GraphNode node,
        PreparedKernel kernel,
        MemorySegment[] slots,
        MemorySegment[][] ofThreads,
        MemorySegment[][] known) {
      super(node, kernel);
      int operands = node.operands().size();
      this.segments = new MemorySegment[ofThreads.length][operands];
      this.slotOfText = new int[operands];
      this.fromRow = new MemorySegment[operands][];
      this.all = new MemorySegment[operands];
      this.byChoice = new boolean[operands];
      for (int i = 0; i < operands; i++) {
        Operand operand = node.operands().get(i);
        int slot = SlotPlaces.slot(operand);
        slotOfText[i] = -1;
        fromRow[i] = NO_ROWS;
        all[i] = MemorySegment.NULL;
        if (operand instanceof Operand.Absent(long bytes)) {
          give(i, arena.allocate(bytes, Passes.ALIGNMENT));
          continue;
        }
        switch (places.of(slot)) {
          case CONSTANT -> give(i, slots[slot]);
          case TEXT -> slotOfText[i] = slot;
          case ROWS -> {
            if (known[slot] == null) {
              known[slot] = new MemorySegment[rows];
            }
            all[i] = slots[slot];
            fromRow[i] = known[slot];
            byChoice[i] = places.isByChoice(node, slot);
          }
          case THREAD -> {
            for (int thread = 0; thread < segments.length; thread++) {
              segments[thread][i] = ofThreads[thread][slot];
            }
          }
        }
      }
    }

    private void give(int operand, MemorySegment segment) {
      for (MemorySegment[] ofThread : segments) {
        ofThread[operand] = segment;
      }
    }

    /// {@return the rows of an operand from one on, which are made once}
    private MemorySegment rows(int operand, int first) {
      MemorySegment from = fromRow[operand][first];
      if (from == null) {
        from = all[operand].asSlice(all[operand].byteSize() / rows * first);
        fromRow[operand][first] = from;
      }
      return from;
    }

    @Override
    int parts() {
      return units * count;
    }

    @Override
    public void run(int thread, int from, int to) {
      int part = from;
      while (part < to) {
        int number = part / units;
        int unit = part - number * units;
        int some = Math.min(units - unit, to - part);
        kernel.run(of(texts[number], thread), scratch[thread], unit, unit + some);
        part += some;
      }
    }

    private MemorySegment[] of(BatchText text, int thread) {
      MemorySegment[] own = segments[thread];
      for (int i = 0; i < own.length; i++) {
        if (slotOfText[i] >= 0) {
          own[i] = text.slot(slotOfText[i]);
        } else if (fromRow[i].length > 0) {
          own[i] = rows(i, byChoice[i] ? text.choiceRow() : text.row());
        }
      }
      return own;
    }
  }

  /// {@return an empty text; to be closed, before the batch is}
  public BatchText open() {
    return new BatchText(this, session, places, context, vocabulary);
  }

  /// {@return how many tokens a step takes, at most}
  public int rows() {
    return rows;
  }

  /// {@return how many tokens more the next step takes}
  public int room() {
    return rows - tokenRows;
  }

  /// Has the next step take some tokens of a text.
  ///
  /// @param more of which the `tokens` from `from` on are taken
  /// @param first number of the first token behind which something is chosen
  /// @param choices how many are chosen, one behind each token from there on
  /// @throws IllegalArgumentException if there are none or too many, one is not in the vocabulary, or there are some of
  ///     this text already
  public void add(BatchText text, int[] more, int from, int tokens, int first, int choices) {
    if (text.isTaken() || tokens > room()) {
      throw new IllegalArgumentException(
          "a step takes tokens of a text once, and here %d at most".formatted(room()));
    }
    if (choices < 0 || first < 0 || first + choices > tokens) {
      throw new IllegalArgumentException(
          "%d choices from token %d on, of %d".formatted(choices, first, tokens));
    }
    text.require(more, from, tokens);
    for (int i = 0; i < tokens; i++) {
      Mem.putI32(this.tokens, 4L * (tokenRows + i), more[from + i]);
    }
    text.enter(more, from, tokens, first, choices, tokenRows, choiceRows);
    texts[count] = text;
    count++;
    tokenRows += tokens;
    choiceRows += choices;
  }

  /// Takes the tokens that were added. Nothing happens if there are none. If it throws, texts are what they were.
  public void step() {
    if (count == 0) {
      return;
    }
    Mem.putI32(control, 4L * Tile.TOKENS, tokenRows);
    Mem.putI32(control, 4L * Tile.CHOICES, choiceRows);
    if (tokenRows > FEW) {
      passes.work(true);
    }
    boolean isDone = false;
    boolean helped = team.enter();
    try {
      for (Step step : steps) {
        if (seen != passes.exchanges()) {
          exchange();
        }
        step.run(helped);
      }
      isDone = true;
      passes.work(false);
    } finally {
      if (helped) {
        team.leave();
      }
      for (int i = 0; i < count; i++) {
        texts[i].leave(isDone);
      }
      count = 0;
      tokenRows = 0;
      choiceRows = 0;
    }
  }

  /// {@return what is known of the texts' grammars}
  KnownGrammars grammars() {
    KnownGrammars known = grammars;
    if (known == null) {
      known = new KnownGrammars(tokenTexts.get());
      grammars = known;
    }
    return known;
  }

  /// {@return the texts of tokens, as breakers see them}
  VocabularyTable tokenTexts() {
    return vocabularyTable.get();
  }

  /// Says which tokens may be chosen in a row of choices of the next step.
  void allow(GrammarMasks masks, int row) {
    masks.write(allowed, allowed.byteSize() / rows * row);
  }

  /// {@return what the last layer has made of the last step's tokens, a row of floats for each}
  MemorySegment hidden() {
    return hidden.asReadOnly();
  }

  /// {@return the numbers of the last step, as [Tile] reads them}
  MemorySegment control() {
    return control.asReadOnly();
  }

  /// {@return the token of a row of choices of the last step}
  int chosen(int row) {
    return Mem.i32(chosen, 4L * row);
  }

  /// {@return the logits of a row of choices}
  MemorySegment logits(int row) {
    long bytes = (long) Float.BYTES * vocabulary;
    return logits.asSlice(bytes * row, bytes).asReadOnly();
  }

  @Override
  public void close() {
    arena.close();
  }
}
