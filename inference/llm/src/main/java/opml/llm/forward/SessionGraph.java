package opml.llm.forward;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphBuilder;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.kernels.layout.Tile;
import opml.kernels.transformer.Tape;
import opml.llm.model.Hyperparameters;
import opml.llm.model.LanguageModel;
import opml.llm.model.RopeTable;

/// The nodes by which a session takes some tokens more: all layers of one tile, whose place is told by the control
/// slot, with keys and values for each layer, which stay from turn to turn.
///
/// @param control the slot of it, as [Tile] reads it
/// @param request the slot of a request without a prompt, which says how tokens are chosen
/// @param history the slot of the text's tokens, from position 0 on
/// @param tokens the slot of the tile's tokens
/// @param angles the slot of the rotations' cosines and sines
/// @param hidden the slot of the tile's rows, which behind the last layer are what the model has made of its tokens
/// @param caches the slots of all keys, by layer, and then of all values; row by row in the order of the text
/// @param logits the slot of the logits of the tile's choices
/// @param allowed the slot of the tokens that a grammar allows for each of these, a bit each, rows in whole words
/// @param breaks the slot of what the text's tokens have of breakers
/// @param chosen the slot of what is chosen
public record SessionGraph(
    Graph graph,
    int control,
    int request,
    int history,
    int tokens,
    int angles,
    int hidden,
    List<Integer> caches,
    int logits,
    int allowed,
    int breaks,
    int chosen) {
  public SessionGraph {
    caches = List.copyOf(caches);
  }

  private record Text(
      int control,
      int request,
      int history,
      int tokens,
      int angles,
      int hidden,
      int[] allKeys,
      int[] allValues,
      CacheType cacheType,
      int rows,
      int positions)
      implements TextSlots {
    @Override
    public int hiddenAt(int token) {
      return 0;
    }

    @Override
    public int keys(int layer) {
      return allKeys[layer];
    }

    @Override
    public int values(int layer) {
      return allValues[layer];
    }
  }

  /// {@return the graph of a model}
  ///
  /// @param rows tokens that are taken at once, at most
  /// @throws IllegalArgumentException if what belongs to a text is too large for a slot
  public static SessionGraph of(LanguageModel model, int context, CacheType cacheType, int rows) {
    GraphBuilder graph = new GraphBuilder();
    ModelSlots slots = new ModelSlots(graph, model);
    Hyperparameters numbers = model.hyperparameters();
    Shape cache = Shape.of(context, numbers.kvWidth());
    Text text =
        new Text(
            graph.slot("control", ElementType.I32, Shape.of(Tile.CONTROL)),
            graph.slot("request", ElementType.U8, Shape.of(Tape.HEADER + Integer.BYTES * context)),
            graph.slot("history", ElementType.I32, Shape.of(context)),
            graph.slot("tokens", ElementType.I32, Shape.of(rows)),
            graph.constant("angles", RopeTable.of(numbers.rope(), context)),
            graph.slot("hidden", ElementType.F32, Shape.of(rows, numbers.width())),
            caches(graph, "keys", cacheType, cache, numbers.layers()),
            caches(graph, "values", cacheType, cache, numbers.layers()),
            cacheType,
            rows,
            context);
    TileNodes tile =
        new TileNodes(graph, slots, model, text, "", Tile.TOKENS, 0, rows, context, Effort.ANY);
    tile.embed();
    ForwardPass pass = ForwardPass.of(numbers.architecture());
    for (int layer = 0; layer < numbers.layers(); layer++) {
      tile.enter(layer);
      pass.layer(tile);
    }
    TileNodes choices =
        new TileNodes(graph, slots, model, text, "", Tile.CHOICES, 0, rows, context, Effort.ANY);
    Activation logits = choices.logits(choices.choosing());
    int allowed =
        graph.slot(
            "allowed",
            ElementType.I32,
            Shape.of(rows, VocabularyTable.words(numbers.vocabulary())));
    choices.mask(logits, allowed, VocabularyTable.stops(model));
    int breaks = graph.slot("breaks", ElementType.I64, Shape.of(context));
    int chosen = choices.choose(logits, breaks);
    return new SessionGraph(
        graph.build(
            graph.port("control", text.control(), Shape.of(Tile.CONTROL)),
            graph.port("chosen", chosen, Shape.of(rows))),
        text.control(),
        text.request(),
        text.history(),
        text.tokens(),
        text.angles(),
        text.hidden(),
        IntStream.concat(Arrays.stream(text.allKeys()), Arrays.stream(text.allValues()))
            .boxed()
            .toList(),
        logits.slot(),
        allowed,
        breaks,
        chosen);
  }

  private static int[] caches(
      GraphBuilder graph, String name, CacheType type, Shape shape, int layers) {
    return IntStream.range(0, layers)
        .map(layer -> graph.slot("%s of layer %d".formatted(name, layer), type.type(), shape))
        .toArray();
  }
}
