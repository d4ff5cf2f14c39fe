package opml.llm.forward;

import java.util.HashMap;
import java.util.Map;
import opml.engine.graph.GraphBuilder;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.transformer.Candidates;
import opml.kernels.transformer.DryTable;
import opml.kernels.transformer.GrammarTable;
import opml.llm.model.Hyperparameters;
import opml.llm.model.LanguageModel;
import opml.llm.model.LoraAdapter;
import opml.llm.model.Rope;
import opml.llm.model.Weights;

/// Writes down what happens to the tokens of one tile, one node of the graph after the other: the vocabulary in which
/// an architecture's forward pass is written.
///
/// The same words serve the graph that checks an answer, which has a tile for every few tokens of the text, and the one
/// by which a session writes it, which has one tile, at a place that moves.
public final class TileNodes {
  private final GraphBuilder graph;
  private final ModelSlots slots;
  private final Hyperparameters numbers;
  private final TextSlots text;
  private final String name;
  private final int counter;
  private final int first;
  private final int rows;

  /// More than the last position of the tile.
  private final int positions;

  private final Effort effort;

  /// What has been quantised, by slot; a slot that is written again has an entry no more.
  private final Map<Integer, Quantised> quantised = new HashMap<>();

  private int layer;

  /// Rows in blocks of 32 bytes that share a scale each.
  private record Quantised(int q, int d) {}

  /// @param name of the tile, for people
  /// @param counter which number of the control slot counts the rows that there are
  /// @param first number of the tile's first row
  /// @param rows that the tile has at most
  /// @param positions more than the position of its last token
  /// @param effort how much a node may do
  TileNodes(
      GraphBuilder graph,
      ModelSlots slots,
      LanguageModel model,
      TextSlots text,
      String name,
      int counter,
      int first,
      int rows,
      int positions,
      Effort effort) {
    this.graph = graph;
    this.slots = slots;
    this.numbers = model.hyperparameters();
    this.text = text;
    this.name = name;
    this.counter = counter;
    this.first = first;
    this.rows = rows;
    this.positions = positions;
    this.effort = effort;
  }

  Hyperparameters numbers() {
    return numbers;
  }

  /// Says which layer the weights are of that are named from now on.
  void enter(int next) {
    layer = next;
  }

  private GraphBuilder.Call call(String kernel, String what) {
    return graph.call(KernelCatalog.byName(kernel), what + name, kernel).read(text.control());
  }

  private GraphBuilder.Call tile(GraphBuilder.Call call) {
    return call.ints("tile.counter tile.first tile.rows", counter, first, rows);
  }

  private String weight(String part) {
    return part.startsWith("output") ? part : Weights.name(layer, part);
  }

  private Activation written(String purpose, int width) {
    int slot = slots.scratch(purpose, ElementType.F32, text.rows(), width);
    quantised.remove(slot);
    return new Activation(slot, width, 0);
  }

  /// {@return the tokens' rows of the embedding}
  Activation embed() {
    Weight table = slots.matrix(Weights.EMBEDDING);
    Activation x = new Activation(text.hidden(), numbers.width(), text.hiddenAt(first));
    slots.writes(x.slot());
    for (Weight.Piece piece : table.pieces()) {
      tile(call("embed." + table.kernelType(), "embed"))
          .read(text.tokens())
          .read(piece.slot())
          .update(x.slot())
          .ints("at from count width", x.at(), piece.from(), piece.count(), x.width())
          .end();
    }
    return x;
  }

  /// {@return the rows that go from layer to layer}
  Activation hidden() {
    return new Activation(text.hidden(), numbers.width(), text.hiddenAt(first));
  }

  /// {@return each group of a row normalised by itself}
  ///
  /// @param groups that have the weight's size
  Activation norm(Activation x, String part, int groups, String purpose) {
    Activation y = written(purpose, x.width());
    tile(call("norm.rms", part))
        .read(x.slot())
        .read(slots.vector(weight(part)))
        .write(y.slot())
        .ints("at groups width", x.at(), groups, x.width() / groups)
        .real("epsilon", numbers.normEpsilon())
        .end();
    return y;
  }

  /// {@return the products with each row of a weight}, and a bias added, if the model has one
  Activation linear(Activation x, String part, String purpose) {
    String matrix = weight(part + ".weight");
    Weight w = slots.matrix(matrix);
    Activation y = written(purpose, w.outputs());
    product(x, w, y, part);
    adapt(x, y, matrix);
    String bias = weight(part + ".bias");
    return slots.has(bias) ? biased(y, bias, purpose) : y;
  }

  /// Adds what adapters of a matrix make of the same rows.
  private void adapt(Activation x, Activation y, String matrix) {
    for (LoraAdapter.Pair pair : slots.adapters(matrix)) {
      Weight down = slots.matrix(pair.down());
      Weight up = slots.matrix(pair.up());
      Activation few = written("adapter of rank " + down.outputs(), down.outputs());
      product(x, down, few, pair.down());
      Activation more = written("adapted " + up.outputs(), up.outputs());
      product(few, up, more, pair.up());
      slots.writes(y.slot());
      tile(call("add.residual", "adapt"))
          .read(more.slot())
          .update(y.slot())
          .ints("at width", y.at(), y.width())
          .end();
    }
  }

  private Activation biased(Activation x, String bias, String purpose) {
    Activation y = written(purpose + " biased", x.width());
    tile(call("add.bias", bias))
        .read(x.slot())
        .read(slots.vector(bias))
        .write(y.slot())
        .ints("width", x.width())
        .end();
    return y;
  }

  /// Some rows of the weight in a node, where they are too many.
  private void product(Activation x, Weight w, Activation y, String part) {
    boolean blocks = w.type().blockElements() > 1;
    int most = effort.outputs(w.type(), rows, w.inputs());
    boolean begun = false;
    for (Weight.Piece piece : w.pieces()) {
      for (int from = 0; from < piece.count(); from += most) {
        int count = Math.min(most, piece.count() - from);
        GraphBuilder.Call node = operands(x, w, part, blocks).read(piece.slot());
        boolean whole = count == w.outputs();
        (begun || !whole ? node.update(y.slot()) : node.write(y.slot()))
            .ints("outputs", from, piece.from() + from, count, w.outputs())
            .end();
        begun = true;
      }
    }
  }

  private GraphBuilder.Call operands(Activation x, Weight w, String part, boolean blocks) {
    String kernel = "linear." + w.kernelType();
    if (!blocks) {
      return tile(call(kernel, part)).read(x.slot()).ints("k", w.inputs());
    }
    Quantised q = quantised(x);
    return tile(call(kernel, part)).read(q.q()).read(q.d()).ints("blocks", w.inputs() / 32);
  }

  /// {@return the rows in blocks}; they are quantised when that is first asked for, and the blocks of other rows of the
  /// same width, which have the same slots, are gone then
  private Quantised quantised(Activation x) {
    Quantised known = quantised.get(x.slot());
    if (known != null) {
      return known;
    }
    int blocks = x.width() / 32;
    int q = slots.scratch("q8 " + x.width(), ElementType.I8, text.rows(), x.width());
    int d = slots.scratch("q8 scales " + x.width(), ElementType.F32, text.rows(), blocks);
    Quantised made = new Quantised(q, d);
    quantised.values().removeIf(made::equals);
    quantised.put(x.slot(), made);
    tile(call("quantize.rows", "quantise"))
        .read(x.slot())
        .write(q)
        .write(d)
        .ints("blocks", blocks)
        .end();
    return made;
  }

  /// {@return each head's pairs rotated by the tokens' positions}
  Activation rotate(Activation x, int heads, String purpose) {
    Activation y = written(purpose, x.width());
    Rope rope = numbers.rope();
    int pairs = rope.dimensions() / 2;
    boolean halves = rope.style() == Rope.Style.NEOX;
    tile(call("rotate", purpose))
        .read(x.slot())
        .read(text.angles())
        .write(y.slot())
        .ints("heads width pairs", heads, x.width() / heads, pairs)
        .ints("step apart", halves ? 1 : 2, halves ? pairs : 1)
        .end();
    return y;
  }

  /// Notes the keys and values of the tokens at their positions.
  void keep(Activation keys, Activation values) {
    keep(keys, text.keys(layer), "keep keys");
    keep(values, text.values(layer), "keep values");
  }

  private void keep(Activation x, int cache, String what) {
    slots.writes(cache);
    tile(call("keep", what))
        .read(x.slot())
        .update(cache)
        .ints("cache.type cache.width", text.cacheType().code(), x.width())
        .end();
  }

  /// {@return what the tokens find at the positions up to their own}: for some of the rows and heads in a node, where
  /// they are too many
  Activation attend(Activation queries) {
    Activation y = written("attended", queries.width());
    int heads = numbers.heads();
    int width = numbers.headWidth();
    int pairs = effort.attentions(positions, width);
    int rowsOfNode = Math.min(rows, Math.max(1, pairs / heads));
    int headsOfNode = Math.min(heads, pairs);
    boolean begun = false;
    for (int row = 0; row < rows; row += rowsOfNode) {
      int count = Math.min(rowsOfNode, rows - row);
      for (int head = 0; head < heads; head += headsOfNode) {
        int some = Math.min(headsOfNode, heads - head);
        boolean whole = count == rows && some == heads;
        attend(queries, y, row, count, head, some, begun || !whole);
        begun = true;
      }
    }
    return y;
  }

  private void attend(
      Activation q, Activation y, int row, int count, int head, int some, boolean partly) {
    int w = slots.scratch("weights", ElementType.F32, text.positions());
    GraphBuilder.Call node =
        call("attention", "attend")
            .ints("tile.counter tile.first tile.rows", counter, first + row, count)
            .read(q.slot())
            .read(text.keys(layer))
            .read(text.values(layer))
            .write(w);
    int width = numbers.headWidth();
    int cached = numbers.kvHeads() * width;
    (partly ? node.update(y.slot()) : node.write(y.slot()))
        .ints("k.type k.width", text.cacheType().code(), cached)
        .ints("v.type v.width", text.cacheType().code(), cached)
        .ints("at", row)
        .ints("heads", head, some, numbers.heads(), numbers.heads() / numbers.kvHeads(), width)
        .ints("positions window", positions, numbers.slidingWindow())
        .real("scale", (float) (1 / Math.sqrt(width)))
        .end();
  }

  /// {@return SiLU of the one times the other}
  Activation gate(Activation gate, Activation up) {
    Activation y = written("gated", gate.width());
    tile(call("gate.silu", "gate"))
        .read(gate.slot())
        .read(up.slot())
        .write(y.slot())
        .ints("width", gate.width())
        .end();
    return y;
  }

  /// Adds to the rows that go from layer to layer.
  void add(Activation x) {
    Activation to = hidden();
    slots.writes(to.slot());
    tile(call("add.residual", "add"))
        .read(x.slot())
        .update(to.slot())
        .ints("at width", to.at(), to.width())
        .end();
  }

  /// {@return the rows of the tokens behind which the tile's choices are}
  Activation choosing() {
    Activation y = written("choosing", numbers.width());
    tile(call("choosing.rows", "choosing"))
        .read(text.hidden())
        .write(y.slot())
        .ints("width", numbers.width())
        .end();
    return y;
  }

  /// {@return a logit for each token of the vocabulary}
  Activation logits(Activation x) {
    Activation normed = norm(x, Weights.LAST_NORM, 1, "normed");
    String matrix = slots.has(Weights.OUTPUT) ? Weights.OUTPUT : Weights.EMBEDDING;
    Weight w = slots.matrix(matrix);
    Activation y = written("logits", w.outputs());
    product(normed, w, y, "logits");
    adapt(normed, y, matrix);
    return y;
  }

  /// {@return the slot that says which tokens a grammar allows for each choice}: for some of the tokens, or of the
  /// rows, in a node, where they are too many
  int allow(VocabularyTable table) {
    int vocabulary = numbers.vocabulary();
    int places =
        slots.scratch(
            "places", ElementType.I32, (text.rows() + 1) * GrammarTable.BYTES / Integer.BYTES);
    int pieces = slots.constant("pieces", table.pieces());
    int ends = slots.constant("ends", table.ends());
    tile(call("grammar.walk", "walk"))
        .read(text.request())
        .read(text.history())
        .read(pieces)
        .read(ends)
        .update(places)
        .ints("vocabulary longest", vocabulary, table.longest())
        .end();
    int allowed =
        slots.scratch("allowed", ElementType.I32, text.rows(), VocabularyTable.words(vocabulary));
    int room = slots.scratch("returns", ElementType.U8, GrammarTable.BYTES);
    boolean begun = false;
    for (int from = 0; from < vocabulary; ) {
      int some = effort.allowed(table, from, vocabulary);
      int bytes = table.end(from + some - 1) - table.end(from - 1);
      boolean whole = some == vocabulary;
      int rowsOfNode = whole ? effort.allowing(some + (long) bytes, rows) : 1;
      for (int row = 0; row < rows; row += rowsOfNode) {
        int count = Math.min(rowsOfNode, rows - row);
        GraphBuilder.Call node =
            call("grammar.allow", "allow")
                .ints("tile.counter tile.first tile.rows", counter, first + row, count)
                .read(text.request())
                .read(places)
                .read(pieces)
                .read(ends)
                .read(slots.constant("stops", table.stops()));
        (begun || !whole || count < rows ? node.update(allowed) : node.write(allowed))
            .write(room)
            .ints("at from some bytes vocabulary", row, from, some, bytes, vocabulary)
            .end();
        begun = true;
      }
      from += some;
    }
    return allowed;
  }

  /// Has the logits of tokens that a grammar does not allow be -infinity.
  void mask(Activation logits, int allowed, Tensor stops) {
    tile(call("grammar.mask", "mask"))
        .read(text.request())
        .read(allowed)
        .read(slots.constant("stops", stops))
        .update(logits.slot())
        .ints("vocabulary", logits.width())
        .end();
  }

  /// {@return the slot that has the token of each choice}: the greatest logit's, and then what chance says of some of
  /// the rows in a node, where they are too many
  ///
  /// @param breaks the slot of what the text's tokens have of breakers
  int choose(Activation logits, int breaks) {
    int chosen = slots.scratch("chosen", ElementType.I32, text.rows());
    tile(call("choose.greedy", "choose"))
        .read(logits.slot())
        .write(chosen)
        .ints("vocabulary", logits.width())
        .end();
    int some = effort.choices(logits.width(), text.positions(), rows);
    for (int row = 0; row < rows; row += some) {
      sample(logits, breaks, chosen, row, Math.min(some, rows - row));
    }
    return chosen;
  }

  private void sample(Activation logits, int breaks, int chosen, int row, int count) {
    int vocabulary = logits.width();
    int room = Math.toIntExact(Candidates.bytes(vocabulary) + DryTable.bytes(text.positions()));
    call("choose.sampled", "sample")
        .ints("tile.counter tile.first tile.rows", counter, first + row, count)
        .read(logits.slot())
        .read(text.request())
        .read(text.history())
        .read(breaks)
        .update(chosen)
        .write(slots.scratch("candidates", ElementType.U8, room))
        .ints("at vocabulary context", row, vocabulary, text.positions())
        .end();
  }

  /// Compares choices with the answer.
  void check(int chosen) {
    tile(call("check.choices", "check"))
        .read(chosen)
        .read(text.tokens())
        .write(slots.scratch("seen", ElementType.I32, 1))
        .end();
  }
}
