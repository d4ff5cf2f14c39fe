package opml.llm.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import opml.llm.grammar.Determinism.Edge;
import opml.llm.grammar.Determinism.State;

/// Leaves out ways without an end, and has states that mean the same be one.
///
/// States are told apart by what is told apart already, as Moore has it (1956), until nothing more is. Only those are
/// looked at again that lead to a state which was told apart from others, and of these the most keep their number, as
/// Hopcroft has it (1971): a long text would take the square of its length otherwise.
final class LeastStates {
  private final List<State> states;

  /// States that lead to each one, or go on there behind a call.
  private final List<List<Integer>> before = new ArrayList<>();

  private LeastStates(List<State> states) {
    this.states = states;
    states.forEach(_ -> before.add(new ArrayList<>()));
    for (int i = 0; i < states.size(); i++) {
      for (Edge edge : states.get(i).edges()) {
        before.get(edge.to()).add(i);
        if (edge.back() >= 0) {
          before.get(edge.back()).add(i);
        }
      }
    }
  }

  /// {@return the least states}
  ///
  /// @throws GrammarException if no text has an end
  static List<State> of(List<State> states) {
    return new LeastStates(new LeastStates(states).withEnds()).united();
  }

  private List<State> withEnds() {
    boolean[] ends = new boolean[states.size()];
    Deque<Integer> left = new ArrayDeque<>();
    for (int i = states.size() - 1; i >= 0; i--) {
      left.add(i);
    }
    while (!left.isEmpty()) {
      int i = left.remove();
      if (!ends[i]
          && (states.get(i).ends()
              || states.get(i).edges().stream().anyMatch(e -> leads(e, ends)))) {
        ends[i] = true;
        left.addAll(before.get(i));
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

  private List<State> united() {
    int[] kinds = told();
    // Numbers in the order of the states.
    Map<Integer, Integer> numbers = new LinkedHashMap<>();
    List<Integer> firsts = new ArrayList<>();
    for (int i = 0; i < kinds.length; i++) {
      Integer fresh = numbers.size();
      if (numbers.putIfAbsent(kinds[i], fresh) == null) {
        firsts.add(i);
      }
    }
    int[] numbered = Arrays.stream(kinds).map(kind -> numbers.getOrDefault(kind, 0)).toArray();
    return firsts.stream().map(first -> kind(states.get(first), numbered)).toList();
  }

  /// {@return a number for each state, the same for those that mean the same}
  private int[] told() {
    int[] kinds = new int[states.size()];
    List<Set<Integer>> members = new ArrayList<>();
    Set<Integer> changed = new LinkedHashSet<>();
    for (int i = 0; i < kinds.length; i++) {
      changed.add(i);
    }
    members.add(new LinkedHashSet<>(changed));
    while (!changed.isEmpty()) {
      Map<Integer, Set<Integer>> looked = new LinkedHashMap<>();
      changed.forEach(i -> looked.computeIfAbsent(kinds[i], _ -> new LinkedHashSet<>()).add(i));
      List<Set<Integer>> leaving = new ArrayList<>();
      looked.forEach((kind, some) -> leaving.addAll(leaving(some, members.get(kind), kinds)));
      changed.clear();
      for (Set<Integer> some : leaving) {
        int fresh = members.size();
        members.add(some);
        for (int i : some) {
          members.get(kinds[i]).remove(i);
          kinds[i] = fresh;
          changed.addAll(before.get(i));
        }
      }
    }
    return kinds;
  }

  /// {@return what is told apart from the most of a kind}
  ///
  /// @param looked those that lead to what was told apart; the others are as alike as they were
  private List<Set<Integer>> leaving(Set<Integer> looked, Set<Integer> all, int... kinds) {
    Map<State, Set<Integer>> parts = new LinkedHashMap<>();
    for (int i : looked) {
      parts.computeIfAbsent(kind(states.get(i), kinds), _ -> new LinkedHashSet<>()).add(i);
    }
    Set<Integer> most = Set.of();
    for (Set<Integer> part : parts.values()) {
      most = part.size() > most.size() ? part : most;
    }
    if (looked.size() < all.size()) {
      int other = all.stream().filter(i -> !looked.contains(i)).findFirst().orElseThrow();
      Set<Integer> alike =
          parts.computeIfAbsent(kind(states.get(other), kinds), _ -> new LinkedHashSet<>());
      if (alike.size() + all.size() - looked.size() >= most.size()) {
        most = alike;
      } else {
        all.stream().filter(i -> !looked.contains(i)).forEach(alike::add);
      }
    }
    List<Set<Integer>> leaving = new ArrayList<>(parts.values());
    leaving.remove(most);
    return leaving;
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
