package opml.llm.session;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Slot;
import opml.kernels.layout.Tile;
import opml.llm.forward.SessionGraph;

/// What of a session's graph belongs to one text, and what to all texts that go through a model together.
///
/// Most nodes work on each row by itself, and do not care whose it is: they run once over the rows of all texts, as if
/// these were one. The others look at the text, its keys, its history or the place of a row in it; such a node runs for
/// each text, over that text's rows alone, and does then what it would do in a session. Nodes are taken for such ones
/// unless they are known not to be.
final class SlotPlaces {
  /// Where the bytes of a slot are.
  enum Place {
    /// In memory once, for everybody.
    CONSTANT,
    /// In rows, of which a text has those of its tokens, or of its choices, one behind the other.
    ROWS,
    /// With each text, from step to step.
    TEXT,
    /// With each thread, since nothing is needed of them when the node is done.
    THREAD
  }

  /// Kernels that work on each row by itself, whosever it is.
  private static final Set<String> FOR_ROWS =
      Set.of("norm.rms", "add.bias", "quantize.rows", "gate.silu", "add.residual", "choose.greedy");

  private static final List<String> KINDS_FOR_ROWS = List.of("embed.", "linear.");

  private final SessionGraph session;
  private final Place[] places;

  SlotPlaces(SessionGraph session, int rows) {
    this.session = session;
    Graph graph = session.graph();
    List<Slot> slots = graph.slots();
    Set<Integer> kept = new HashSet<>(session.caches());
    for (GraphNode node : graph.nodes()) {
      Arrays.stream(node.inputs()).forEach(kept::add);
    }
    this.places = new Place[slots.size()];
    for (int i = 0; i < places.length; i++) {
      if (slots.get(i).initial().isPresent()) {
        places[i] = Place.CONSTANT;
      } else if (isByRow(i, slots.get(i), rows)) {
        places[i] = Place.ROWS;
      } else {
        places[i] = kept.contains(i) ? Place.TEXT : Place.THREAD;
      }
    }
  }

  private boolean isByRow(int slot, Slot of, int rows) {
    if (slot == session.tokens() || slot == session.chosen()) {
      return true;
    }
    // A cache may have as many rows: those of the context.
    return of.shape().rank() == 2 && of.shape().dim(0) == rows && !session.caches().contains(slot);
  }

  Place of(int slot) {
    return places[slot];
  }

  /// {@return whether a node runs for each text}
  static boolean isForTexts(GraphNode node) {
    String kernel = node.kernel().name();
    return !FOR_ROWS.contains(kernel) && KINDS_FOR_ROWS.stream().noneMatch(kernel::startsWith);
  }

  /// {@return whether a text's rows of an operand are those of its choices, and not those of its tokens}
  boolean isByChoice(GraphNode node, int slot) {
    return node.scalars().getFirst() == Tile.CHOICES && slot != session.hidden();
  }

  /// {@return the slot of an operand, if it has one}
  static int slot(Operand operand) {
    return switch (operand) {
      case Operand.Read(int slot) -> slot;
      case Operand.Write(int slot) -> slot;
      case Operand.Update(int slot) -> slot;
      case Operand.Absent _ -> -1;
    };
  }
}
