package opml.llm.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import opml.llm.grammar.Determinism.Edge;
import opml.llm.grammar.Determinism.State;

/// Leaves out ways without an end, and has states that mean the same be one.
final class LeastStates {
  private final List<State> states;

  private LeastStates(List<State> states) {
    this.states = states;
  }

  /// {@return the least states}
  ///
  /// @throws GrammarException if no text has an end
  static List<State> of(List<State> states) {
    return new LeastStates(new LeastStates(states).withEnds()).united();
  }

  private List<State> withEnds() {
    boolean[] ends = new boolean[states.size()];
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = states.size() - 1; i >= 0; i--) {
        if (!ends[i]
            && (states.get(i).ends()
                || states.get(i).edges().stream().anyMatch(e -> leads(e, ends)))) {
          ends[i] = true;
          changed = true;
        }
      }
    }
    if (!ends[0]) {
      throw new GrammarException("grammar: no text of it has an end");
    }
    return states.stream()
        .map(s -> new State(s.ends(), s.edges().stream().filter(e -> leads(e, ends)).toList()))
        .toList();
  }

  private static boolean leads(Edge edge, boolean... ends) {
    return ends[edge.to()] && (edge.back() < 0 || ends[edge.back()]);
  }

  /// Moore's way: states are told apart by what is told apart already, until nothing more is.
  private List<State> united() {
    int[] kinds = new int[states.size()];
    int count = 0;
    while (true) {
      Map<State, Integer> numbers = new HashMap<>();
      int[] next = new int[kinds.length];
      for (int i = 0; i < kinds.length; i++) {
        Integer fresh = numbers.size();
        Integer found = numbers.putIfAbsent(kind(states.get(i), kinds), fresh);
        next[i] = found == null ? fresh : found;
      }
      if (numbers.size() == count) {
        State[] made = new State[count];
        numbers.forEach((state, number) -> made[number] = state);
        return Arrays.asList(made);
      }
      count = numbers.size();
      kinds = next;
    }
  }

  private static State kind(State state, int... kinds) {
    List<Edge> edges = new ArrayList<>();
    for (Edge edge : state.edges()) {
      int to = kinds[edge.to()];
      int back = edge.back() < 0 ? -1 : kinds[edge.back()];
      Edge last = edges.isEmpty() ? new Edge(0, -2, 0, 0) : edges.getLast();
      if (last.high() + 1 == edge.low() && last.to() == to && last.back() == back) {
        edges.set(edges.size() - 1, new Edge(last.low(), edge.high(), to, back));
      } else {
        edges.add(new Edge(edge.low(), edge.high(), to, back));
      }
    }
    return new State(state.ends(), edges);
  }
}
