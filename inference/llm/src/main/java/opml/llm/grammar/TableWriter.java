package opml.llm.grammar;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import opml.kernels.transformer.GrammarTable;
import opml.llm.grammar.Determinism.Edge;
import opml.llm.grammar.Determinism.State;

/// Writes states as the entries of a [GrammarTable]. The first entry that has a byte counts, so that one which would be
/// many, but for bytes that others before it have, is one.
final class TableWriter {
  private static final int BYTES = 256;

  /// Some are left for calls and returns on the way.
  private static final int MOST_ENTRIES = GrammarTable.MOST_ENTRIES - 32;

  private TableWriter() {}

  /// What a byte leads to.
  private record Way(int to, int back) {}

  /// {@return the table's entries}
  ///
  /// @throws GrammarException if they are too many
  static int[] table(List<State> states) {
    List<List<Edge>> all = states.stream().map(TableWriter::ordered).toList();
    int[] places = new int[states.size()];
    int count = 0;
    for (int i = 0; i < places.length; i++) {
      places[i] = count;
      count += states.get(i).ends() ? 1 : 0;
      for (Edge edge : all.get(i)) {
        count += edge.back() < 0 ? 1 : 2;
      }
    }
    if (count > GrammarTable.MOST_WORDS) {
      throw new GrammarException(
          "grammar: its table has %,d entries, expected at most %,d"
              .formatted(count, GrammarTable.MOST_WORDS));
    }
    int[] table = new int[count];
    for (int i = 0; i < places.length; i++) {
      write(table, places, i, states.get(i).ends(), all.get(i));
    }
    return table;
  }

  private static void write(int[] table, int[] places, int state, boolean ends, List<Edge> edges) {
    int at = places[state];
    for (int i = 0; i < edges.size(); i++) {
      Edge edge = edges.get(i);
      boolean last = !ends && i == edges.size() - 1;
      table[at++] =
          (last ? GrammarTable.LAST : 0)
              | (edge.back() < 0 ? 0 : GrammarTable.CALL)
              | places[edge.to()] << GrammarTable.TARGET
              | edge.high() << 8
              | edge.low();
      if (edge.back() >= 0) {
        table[at++] = places[edge.back()];
      }
    }
    if (ends) {
      table[at] = GrammarTable.END;
    }
  }

  /// {@return a state's edges as entries}: what is least scattered first, and calls last
  private static List<Edge> ordered(State state) {
    Map<Way, List<Edge>> ways = new LinkedHashMap<>();
    for (Edge edge : state.edges()) {
      ways.computeIfAbsent(new Way(edge.to(), edge.back()), _ -> new ArrayList<>()).add(edge);
    }
    List<Way> order = new ArrayList<>(ways.keySet());
    order.sort(
        Comparator.comparing((Way way) -> way.back >= 0)
            .thenComparing(way -> ways.getOrDefault(way, List.of()).size()));
    BitSet taken = new BitSet();
    List<Edge> entries = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      Way way = order.get(i);
      // What is called finds nothing for other bytes; but where a text may end, those may be next.
      boolean any = way.back >= 0 && i == order.size() - 1 && !state.ends();
      List<Edge> edges =
          any
              ? List.of(new Edge(0, BYTES - 1, way.to, way.back))
              : ways.getOrDefault(way, List.of());
      for (Edge edge : edges) {
        Edge before = entries.isEmpty() ? edge : entries.getLast();
        boolean same = before != edge && before.to() == edge.to() && before.back() == edge.back();
        if (same && taken.nextClearBit(before.high() + 1) >= edge.low()) {
          entries.set(entries.size() - 1, new Edge(before.low(), edge.high(), way.to, way.back));
        } else {
          entries.add(edge);
        }
      }
      edges.forEach(edge -> taken.set(edge.low(), edge.high() + 1));
    }
    if (entries.size() > MOST_ENTRIES) {
      throw new GrammarException(
          "grammar: there are more than %d ways on at one place of a text".formatted(MOST_ENTRIES));
    }
    return entries;
  }
}
