package opml.llm.forward;

import opml.engine.commit.ModelDescriptor;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphBuilder;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.layout.Tile;
import opml.kernels.transformer.DrySequences;
import opml.kernels.transformer.Tape;
import opml.llm.model.LanguageModel;
import opml.llm.model.RopeTable;

/// The graph that checks an answer (`spec/graph.md`, Language models): the tape first, then the embedding, layer after
/// layer, and each choice, every one of these units over tiles of [#TILE] tokens.
///
/// At the end of a unit only the rows that go from layer to layer are left, and the tokens.
public final class CheckGraph {
  /// Tokens of a tile.
  public static final int TILE = 32;

  /// How large a graph may become that strangers have said the numbers of.
  ///
  /// @param nodes that there may be, and slots
  /// @param tableBytes of the table of rotations, which is made for the graph
  public record Bounds(int nodes, long tableBytes) {
    /// As large as it comes.
    public static final Bounds NONE = new Bounds(Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  private final LanguageModel model;
  private final TextLimits limits;
  private final GraphBuilder graph;
  private final ModelSlots slots;
  private final VocabularyTable vocabulary;
  private final Text text;

  /// Where the graph has what belongs to the text: one place for the keys and values of whatever layer it is at.
  private record Text(
      int control,
      int tokens,
      int angles,
      int hidden,
      int allKeys,
      int allValues,
      CacheType cacheType,
      int positions)
      implements TextSlots {
    @Override
    public int request() {
      return 0;
    }

    @Override
    public int history() {
      return tokens;
    }

    @Override
    public int hiddenAt(int token) {
      return token;
    }

    @Override
    public int keys(int layer) {
      return allKeys;
    }

    @Override
    public int values(int layer) {
      return allValues;
    }

    @Override
    public int rows() {
      return TILE;
    }
  }

  private CheckGraph(LanguageModel model, TextLimits limits, Bounds bounds) {
    this.model = model;
    this.limits = limits;
    requireTable(model, limits, bounds.tableBytes());
    this.graph = new GraphBuilder(bounds.nodes());
    this.slots = new ModelSlots(graph, model);
    this.vocabulary = VocabularyTable.of(model);
    int context = limits.context();
    var numbers = model.hyperparameters();
    // The input is slot 0, and the output slot 1.
    graph.slot("request", ElementType.U8, Shape.of(requestBytes(limits)));
    graph.slot("answer", ElementType.U8, Shape.of(answerBytes()));
    Shape cache = Shape.of(context, numbers.kvWidth());
    this.text =
        new Text(
            graph.slot("control", ElementType.I32, Shape.of(Tile.CONTROL)),
            graph.slot("tokens", ElementType.I32, Shape.of(context)),
            graph.constant("angles", RopeTable.of(numbers.rope(), context)),
            graph.slot("hidden", ElementType.F32, Shape.of(context, numbers.width())),
            graph.slot("keys", limits.cacheType().type(), cache),
            graph.slot("values", limits.cacheType().type(), cache),
            limits.cacheType(),
            context);
  }

  /// {@return the graph of a model}
  ///
  /// @throws IllegalArgumentException if what belongs to a text is too large for a slot
  public static Graph of(LanguageModel model, TextLimits limits) {
    return of(model, limits, Bounds.NONE);
  }

  /// {@return the graph of a model, if it keeps within bounds}; what it takes until it is found not to is bounded, too
  ///
  /// @throws IllegalArgumentException if it does not, or what belongs to a text is too large for a slot
  public static Graph of(LanguageModel model, TextLimits limits, Bounds bounds) {
    return new CheckGraph(model, limits, bounds).build();
  }

  private static void requireTable(LanguageModel model, TextLimits limits, long most) {
    long bytes =
        (long) Float.BYTES * limits.context() * model.hyperparameters().rope().dimensions();
    if (bytes > most) {
      throw new IllegalArgumentException(
          "a table of rotations of %,d bytes for texts of %,d tokens, expected at most %,d"
              .formatted(bytes, limits.context(), most));
    }
  }

  /// {@return the bytes of a request}
  public static int requestBytes(TextLimits limits) {
    return Tape.HEADER + Integer.BYTES * limits.context();
  }

  private int answerBytes() {
    return answerBytes(limits, vocabulary);
  }

  /// {@return the bytes of an answer's tape}
  public static int answerBytes(TextLimits limits, VocabularyTable vocabulary) {
    long most = Tape.ANSWER + (long) limits.capacity() * (Integer.BYTES + vocabulary.longest());
    return (int) Math.min(ModelDescriptor.MAX_OUTPUT_BYTES, most);
  }

  private Graph build() {
    begin();
    embed();
    ForwardPass pass = ForwardPass.of(model.hyperparameters().architecture());
    for (int layer = 0; layer < model.hyperparameters().layers(); layer++) {
      for (int first = 0; first < limits.context(); first += TILE) {
        TileNodes tile = tokens(first);
        tile.enter(layer);
        pass.layer(tile);
      }
      slots.clear(text.hidden());
    }
    choose();
    end();
    return graph.build(
        graph.port("request", 0, Shape.of(requestBytes(limits))),
        graph.port("answer", 1, Shape.of(answerBytes())));
  }

  private void begin() {
    int bytes = requestBytes(limits);
    int free = slots.scratch("free", ElementType.U8, bytes);
    graph
        .call(KernelCatalog.byName("tables.plain"), "free", "tables.plain")
        .read(0)
        .write(free)
        .ints("words", bytes / Integer.BYTES)
        .end();
    int plain = slots.scratch("plain", ElementType.U8, bytes);
    graph
        .call(KernelCatalog.byName("tape.plain"), "plain", "tape.plain")
        .read(free)
        .write(plain)
        .ints("words vocabulary", bytes / Integer.BYTES, model.hyperparameters().vocabulary())
        .end();
    graph
        .call(KernelCatalog.byName("tape.begin"), "tape", "tape.begin")
        .read(plain)
        .read(1)
        .read(slots.constant("pieces", vocabulary.pieces()))
        .read(slots.constant("ends", vocabulary.ends()))
        .read(slots.constant("stops", vocabulary.stops()))
        .write(text.tokens())
        .write(text.control())
        .ints("context capacity", limits.context(), limits.capacity())
        .ints("vocabulary", model.hyperparameters().vocabulary())
        .ints("room longest", answerBytes(), vocabulary.longest())
        .end();
  }

  private void embed() {
    for (int first = 0; first < limits.context(); first += TILE) {
      tokens(first).embed();
    }
    slots.clear(text.hidden());
  }

  private void choose() {
    int breaks = breaks();
    for (int first = 0; first < limits.capacity(); first += TILE) {
      TileNodes tile = tile(Tile.CHOICES, first, limits.capacity());
      Activation logits = tile.logits(tile.choosing());
      tile.mask(logits, tile.allow(vocabulary), vocabulary.stops());
      tile.check(tile.choose(logits, breaks));
    }
  }

  /// {@return the slot of what the tokens' texts have of breakers}
  private int breaks() {
    int context = limits.context();
    int breaks = slots.scratch("breaks", ElementType.I64, context);
    int most = Effort.BOUNDED.breaking(vocabulary, context);
    for (int first = 0; first < context; first += most) {
      int rows = Math.min(most, context - first);
      GraphBuilder.Call node =
          graph
              .call(KernelCatalog.byName("dry.breaks"), "breaks from " + first, "dry.breaks")
              .read(text.control())
              .ints("tile.counter tile.first tile.rows", Tile.TOKENS, first, rows)
              .read(text.request())
              .read(text.history())
              .read(slots.constant("pieces", vocabulary.pieces()))
              .read(slots.constant("ends", vocabulary.ends()));
      (rows < context ? node.update(breaks) : node.write(breaks))
          .write(slots.scratch("byte sets", ElementType.U8, DrySequences.BYTE_SETS))
          .ints("vocabulary longest", model.hyperparameters().vocabulary(), vocabulary.longest())
          .end();
    }
    return breaks;
  }

  /// Empties all but the request and the answer, and stops.
  private void end() {
    slots.writes(text.hidden());
    slots.writes(text.tokens());
    slots.clear();
    graph.call(KernelCatalog.byName("tape.end"), "end", "tape.end").write(text.control()).end();
  }

  private TileNodes tokens(int first) {
    return tile(Tile.TOKENS, first, limits.context());
  }

  private TileNodes tile(int counter, int first, int all) {
    int rows = Math.min(TILE, all - first);
    String name = " of %s from %d".formatted(counter == Tile.TOKENS ? "tokens" : "choices", first);
    return new TileNodes(
        graph,
        slots,
        model,
        text,
        name,
        counter,
        first,
        rows,
        Math.min(all, first + rows),
        Effort.BOUNDED);
  }
}
