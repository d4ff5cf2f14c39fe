package opml.llm.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import opml.engine.graph.Slot;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import opml.llm.forward.SessionGraph;
import opml.llm.grammar.Grammar;
import opml.llm.tape.Sampling;
import org.jspecify.annotations.Nullable;

/// One of the texts that a [TextBatch] reads and continues: its tokens, their keys and values, and how it is to go on.
public final class BatchText implements AutoCloseable {
  /// Any grammar at all, for kernels that ask whether there is one.
  private static final Grammar STANDS_FOR_ONE = new Grammar(new int[1]);

  private final Arena arena = Arena.ofShared();
  private final TextBatch batch;
  private final MemorySegment[] slots;
  private final MemorySegment control;
  private final MemorySegment request;
  private final MemorySegment history;
  private final Breaks breaks;
  private final MemorySegment[] caches;
  private final int context;
  private final int vocabulary;
  private final int[] text;
  private int length;
  private Grammar grammar = Grammar.ANY;

  /// Made when there is a grammar for the first time.
  private @Nullable GrammarMasks masks;

  /// Where the text of the grammar begins, and how far it was walked along; -1 if it was not.
  private int answerAt;

  private int walked = -1;

  // Its part of a step.
  private int row;
  private int count;
  private int choice;
  private int choices;

  /// @param places tells the slots that a text has for itself
  BatchText(TextBatch batch, SessionGraph session, SlotPlaces places, int context, int vocabulary) {
    this.batch = batch;
    this.context = context;
    this.vocabulary = vocabulary;
    this.text = new int[context];
    List<Slot> all = session.graph().slots();
    this.slots = new MemorySegment[all.size()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] =
          places.of(i) == SlotPlaces.Place.TEXT
              ? Passes.allocate(arena, all.get(i).bytes())
              : MemorySegment.NULL;
    }
    this.control = slots[session.control()];
    this.request = slots[session.request()];
    this.history = slots[session.history()];
    this.breaks = new Breaks(batch, request, history, slots[session.breaks()], vocabulary);
    this.caches = session.caches().stream().map(slot -> slots[slot]).toArray(MemorySegment[]::new);
  }

  /// {@return how many tokens the text has}
  public int length() {
    return length;
  }

  /// {@return how many tokens it may have}
  public int context() {
    return context;
  }

  /// {@return its token at a position}
  int token(int position) {
    return text[position];
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
  /// @throws IllegalArgumentException if there are biases of other tokens, or the context is too small for what is
  ///     asked; its message begins with the option's name
  public void choose(Sampling sampling, int prompt) {
    sampling.requireTokens(vocabulary);
    ByteBuffer asked = ByteBuffer.allocate((int) request.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    // The grammar's table is read by the masks alone, and has more room than a request.
    Grammar next = sampling.grammar();
    sampling.withGrammar(next.isAny() ? next : STANDS_FOR_ONE).write(asked);
    request.copyFrom(MemorySegment.ofBuffer(asked));
    grammar = next;
    breaks.begin(!sampling.dry().isNone());
    answerAt = prompt;
    walked = -1;
    if (!grammar.isAny() && masks == null) {
      masks = new GrammarMasks(batch.grammars());
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
    length = Math.min(common(other), Math.max(0, other.length - 1));
    forget();
    return length;
  }

  /// {@return how many tokens this text and another begin with both}
  public int common(int... other) {
    int first = Arrays.mismatch(text, 0, length, other, 0, other.length);
    return first < 0 ? length : first;
  }

  /// {@return how many tokens this text and another begin with both}
  int common(BatchText other) {
    int first = Arrays.mismatch(text, 0, length, other.text, 0, other.length);
    return first < 0 ? length : first;
  }

  /// Copies some of its tokens.
  void copyTo(int[] into, int from, int to) {
    System.arraycopy(text, from, into, 0, to - from);
  }

  /// Has the text begin as another one of the same engine, whose keys and values are copied: they are a function of the
  /// tokens up to theirs, so no bit tells that they were not computed here.
  ///
  /// @param tokens of the other one; nothing is copied of those that both have already
  public void begin(BatchText other, int tokens) {
    if (tokens < 0 || tokens > other.length || tokens > context) {
      throw new IllegalArgumentException(
          "%d tokens of a text that has %d, into one of %d at most"
              .formatted(tokens, other.length, context));
    }
    int known = Arrays.mismatch(text, 0, length, other.text, 0, tokens);
    int from = known < 0 ? Math.min(length, tokens) : known;
    for (int i = 0; i < caches.length; i++) {
      long rowBytes = caches[i].byteSize() / context;
      long at = rowBytes * from;
      MemorySegment.copy(other.caches[i], at, caches[i], at, rowBytes * tokens - at);
    }
    for (int i = from; i < tokens; i++) {
      note(i, other.text[i]);
    }
    length = tokens;
    walked = -1;
    breaks.cut(from);
  }

  /// {@return the tokens of the text}
  int[] tokens() {
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
    breaks.cut(0);
  }

  private void note(int position, int token) {
    text[position] = token;
    Mem.putI32(history, 4L * position, token);
  }

  // --- A step ---

  /// @throws IllegalArgumentException if there are none, one is not in the vocabulary, or they are too many
  void require(int... more) {
    if (more.length == 0) {
      throw refused(0);
    }
    require(more, 0, more.length);
  }

  void require(int[] more, int from, int tokens) {
    if (tokens < 1 || tokens > context - length) {
      throw refused(tokens);
    }
    for (int i = from; i < from + tokens; i++) {
      if (more[i] < 0 || more[i] >= vocabulary) {
        throw new IllegalArgumentException(
            "token %d is not in a vocabulary of %d".formatted(more[i], vocabulary));
      }
    }
  }

  private IllegalArgumentException refused(int tokens) {
    return new IllegalArgumentException(
        "%d tokens more: a text of %d takes 1 to %d".formatted(tokens, length, context - length));
  }

  /// Has its rows of the next step from `atRow` on, and its choices' rows from `atChoice`.
  void enter(int[] more, int from, int tokens, int first, int chosen, int atRow, int atChoice) {
    for (int i = 0; i < tokens; i++) {
      note(length + i, more[from + i]);
    }
    GrammarMasks all = masks;
    if (all != null && !grammar.isAny()) {
      for (int i = 0; i < chosen; i++) {
        allow(all, atChoice + i, length + first + i + 1);
      }
    }
    breaks.cut(length);
    breaks.note(length + tokens);
    Mem.putI32(control, 4L * Tile.TOKENS, tokens);
    Mem.putI32(control, 4L * Tile.CHOICES, chosen);
    Mem.putI32(control, 4L * Tile.POSITION, length);
    Mem.putI32(control, 4L * Tile.CHOOSING, first);
    row = atRow;
    count = tokens;
    choice = atChoice;
    choices = chosen;
  }

  /// Says which tokens may follow in the grammar.
  ///
  /// @param known tokens before them
  private void allow(GrammarMasks all, int row, int known) {
    if (walked < answerAt || walked > known) {
      all.begin(grammar);
      walked = answerAt;
    }
    for (; walked < known; walked++) {
      all.take(text[walked]);
    }
    batch.allow(all, row);
  }

  /// The step is over.
  ///
  /// @param isDone whether its tokens were taken
  void leave(boolean isDone) {
    length += isDone ? count : 0;
    count = 0;
    forget();
  }

  MemorySegment slot(int slot) {
    return slots[slot];
  }

  int row() {
    return row;
  }

  /// {@return whether the next step takes tokens of this text}
  boolean isTaken() {
    return count > 0;
  }

  int choiceRow() {
    return choice;
  }

  // --- What a step has left ---

  /// {@return the token that was chosen, of the choices of its last step, until the batch's next}
  public int chosen(int number) {
    return batch.chosen(row(number));
  }

  /// {@return the logits of a choice, one for each token of the vocabulary; until the batch's next step}
  public MemorySegment logits(int number) {
    return batch.logits(row(number));
  }

  private int row(int number) {
    if (number < 0 || number >= choices) {
      throw new IndexOutOfBoundsException("choice %d of %d".formatted(number, choices));
    }
    return choice + number;
  }

  @Override
  public void close() {
    arena.close();
  }
}
