package opml.llm.forward;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import opml.engine.graph.GraphBuilder;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.llm.model.LanguageModel;
import opml.llm.model.LoraAdapter;

/// The slots of a model's graph: a weight has one, or several if it is above 512 MiB, and what is only needed on the
/// way has one for each purpose, which all tiles and layers share.
final class ModelSlots {
  private final GraphBuilder graph;
  private final LanguageModel model;
  private final Map<String, Weight> weights = new HashMap<>();
  private final Map<String, Integer> vectors = new HashMap<>();
  private final Map<String, Integer> scratch = new HashMap<>();

  /// What nodes have written since this was last emptied.
  private final TreeSet<Integer> written = new TreeSet<>();

  ModelSlots(GraphBuilder graph, LanguageModel model) {
    this.graph = graph;
    this.model = model;
  }

  /// {@return a matrix of the model}
  ///
  /// @param name as GGUF files have it
  Weight matrix(String name) {
    return weights.computeIfAbsent(name, this::cut);
  }

  private Weight cut(String name) {
    Tensor tensor = model.weights().get(name);
    int outputs = tensor.shape().dim(0);
    long row = Tensor.byteSize(tensor.type(), tensor.shape().with(0, 1));
    int most = (int) Math.min(outputs, Slot.MAX_BYTES / row);
    List<Weight.Piece> pieces = new ArrayList<>();
    for (int from = 0; from < outputs; from += most) {
      int count = Math.min(most, outputs - from);
      Tensor piece = count == outputs ? tensor : tensor.part(0, from, count);
      String called = count == outputs ? name : "%s from %d".formatted(name, from);
      pieces.add(new Weight.Piece(graph.constant(called, piece), from, count));
    }
    return new Weight(tensor.type(), outputs, tensor.shape().dim(1), pieces);
  }

  /// {@return a vector of the model}
  int vector(String name) {
    return vectors.computeIfAbsent(name, n -> graph.constant(n, model.weights().get(n)));
  }

  /// {@return a constant that is made of the model}
  int constant(String name, Tensor tensor) {
    return vectors.computeIfAbsent(name, n -> graph.constant(n, tensor));
  }

  /// {@return the slot for a purpose, which a node writes now}
  int scratch(String purpose, ElementType type, int... dims) {
    int slot = scratch.computeIfAbsent(purpose, name -> graph.slot(name, type, Shape.of(dims)));
    written.add(slot);
    return slot;
  }

  /// {@return what adapters add to the products of a matrix}
  List<LoraAdapter.Pair> adapters(String matrix) {
    return LoraAdapter.of(model.weights(), matrix);
  }

  /// Notes that a node writes this slot.
  void writes(int slot) {
    written.add(slot);
  }

  /// {@return whether the model has such a tensor}
  boolean has(String name) {
    return model.weights().find(name).isPresent();
  }

  /// Adds nodes that empty what was written since this was last called, but for some.
  void clear(int... kept) {
    for (int slot : kept) {
      written.remove(slot);
    }
    graph.clear(written);
    written.clear();
  }
}
