package opml.llm.grammar;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Has one way only be open for each byte: sets of a network's nodes become states, and a state has for a byte one
/// state that follows, or one that is called and one that follows that call.
///
/// Where a byte would leave a choice between a call and something else, or between going on and the end of what was
/// called, the call is written out, so that both are in one set; this is tried some times. What is left is a grammar
/// that cannot be read this way. Rules that may be narrowed ([GrammarRules#mayNarrow]) then keep one of the ways that
/// no byte tells apart: each text of what is left is one of the grammar, but not the other way round.
final class Determinism {
  private static final int BYTES = 256;
  private static final int MOST_ROUNDS = 200;

  /// Rounds in which calls are written out before ways are dropped: of alternatives that differ in their first parts,
  /// all are kept.
  private static final int ROUNDS_BEFORE_NARROWING = 4;

  private static final int MOST_STATES = 30_000;
  private static final long MOST_WORK = 8_000_000;

  private final OpenWays network;
  private final boolean narrows;
  private long work;

  /// What is known of the network as it is now.
  private Map<String, BitSet> firsts = Map.of();

  private Set<String> empty = Set.of();

  private Determinism(GrammarRules rules, boolean narrows) {
    this.network = new OpenWays(rules);
    this.narrows = narrows;
  }

  /// Bytes on which a state goes on.
  ///
  /// @param to the state that is next, or called
  /// @param back the state to go on with behind the call; -1 if it is none
  record Edge(int low, int high, int to, int back) {}

  /// A state.
  ///
  /// @param ends whether a text may end here, or what was called
  /// @param edges by rising bytes, disjoint
  record State(boolean ends, List<Edge> edges) {
    State {
      edges = List.copyOf(edges);
    }
  }

  /// A state that is called, and the one behind.
  private record Called(int start, int back) {}

  /// Nodes that call one rule on a byte, and what they go on with.
  private static final class Calls {
    final Set<Integer> nodes = new TreeSet<>();
    final Set<Integer> backs = new TreeSet<>();
  }

  /// States of sets of nodes.
  private final class Round {
    final Map<List<Integer>, Integer> numbers = new HashMap<>();
    final List<List<Integer>> sets = new ArrayList<>();
    final List<State> states = new ArrayList<>();
    final Map<Called, Set<Integer>> calls = new LinkedHashMap<>();
    final Set<Integer> conflicts = new TreeSet<>();
    final boolean drops;

    Round(boolean drops) {
      this.drops = drops;
    }

    int number(Collection<Integer> nodes) {
      List<Integer> set = closure(nodes);
      return numbers.computeIfAbsent(
          set,
          made -> {
            if (sets.size() >= MOST_STATES) {
              throw tooMuch();
            }
            sets.add(made);
            return sets.size() - 1;
          });
    }

    void explore() {
      number(List.of(network.start(network.rules().root())));
      for (int i = 0; i < sets.size(); i++) {
        states.add(state(sets.get(i)));
      }
    }

    private State state(List<Integer> set) {
      TreeSet<Integer> begins = new TreeSet<>(List.of(0));
      for (int node : set) {
        switch (network.node(node)) {
          case OpenWays.Node.Read(int low, int high, int _) -> {
            begins.add(low);
            begins.add(high + 1);
          }
          case OpenWays.Node.Call(String rule, int _) -> {
            BitSet first = first(rule);
            for (int b = first.nextSetBit(0); b >= 0; b = first.nextSetBit(b)) {
              begins.add(b);
              b = first.nextClearBit(b);
              begins.add(b);
            }
          }
          case OpenWays.Node.End _, OpenWays.Node.Free _ -> {}
        }
      }
      List<Edge> edges = new ArrayList<>();
      for (int low : begins) {
        Integer end = begins.higher(low);
        if (low < BYTES) {
          edge(set, low, end == null ? BYTES - 1 : end - 1, edges);
        }
      }
      return new State(set.contains(OpenWays.FINAL), edges);
    }

    private void edge(List<Integer> set, int low, int high, List<Edge> edges) {
      spend(set.size());
      Set<Integer> next = new TreeSet<>();
      // By the order in which they are asked for, so that a schema has one table.
      Map<String, Calls> called = new LinkedHashMap<>();
      for (int node : set) {
        switch (network.node(node)) {
          case OpenWays.Node.Read(int from, int to, int target) -> {
            if (from <= low && low <= to) {
              next.add(target);
            }
          }
          case OpenWays.Node.Call(String rule, int back) -> {
            if (first(rule).get(low)) {
              Calls calls = called.computeIfAbsent(rule, _ -> new Calls());
              calls.nodes.add(node);
              calls.backs.add(back);
            }
          }
          case OpenWays.Node.End _, OpenWays.Node.Free _ -> {}
        }
      }
      boolean isUnclear = called.size() + (next.isEmpty() ? 0 : 1) > 1;
      if (isUnclear && !drops) {
        called.values().forEach(calls -> conflicts.addAll(calls.nodes));
        return;
      }
      @Nullable String kept = called.isEmpty() ? null : widest(called.keySet());
      if (kept == null || isUnclear && !next.isEmpty() && !JsonPhrases.isOne(kept)) {
        if (!next.isEmpty()) {
          join(edges, new Edge(low, high, number(next), -1));
        }
      } else {
        Calls calls = called.getOrDefault(kept, new Calls());
        int start = number(List.of(network.start(kept)));
        int back = number(calls.backs);
        this.calls
            .computeIfAbsent(new Called(start, back), _ -> new TreeSet<>())
            .addAll(calls.nodes);
        join(edges, new Edge(low, high, start, back));
      }
    }

    /// {@return the rule that is kept where no byte tells rules apart}: one of any values, of which the others often
    /// are some, or else the first
    private static String widest(Set<String> rules) {
      String any = JsonPhrases.nameOf("value");
      return rules.contains(any)
          ? any
          : rules.stream()
              .filter(JsonPhrases::isOne)
              .findFirst()
              .orElseGet(() -> rules.iterator().next());
    }

    private static void join(List<Edge> edges, Edge next) {
      if (!edges.isEmpty()) {
        Edge last = edges.getLast();
        if (last.high + 1 == next.low && last.to == next.to && last.back == next.back) {
          edges.set(edges.size() - 1, new Edge(last.low, next.high, next.to, next.back));
          return;
        }
      }
      edges.add(next);
    }

    /// Finds the calls behind whose end a byte could follow that they could go on with, too.
    void findOpenEnds() {
      Map<Integer, BitSet> levels = new HashMap<>();
      for (Called call : calls.keySet()) {
        levels.computeIfAbsent(call.start, this::level);
      }
      Map<Integer, BitSet> follows = follows(levels);
      calls.forEach(
          (call, nodes) -> {
            BitSet level = levels.getOrDefault(call.start, new BitSet());
            BitSet follow = follows.getOrDefault(call.back, new BitSet());
            for (int i = level.nextSetBit(0); i >= 0; i = level.nextSetBit(i + 1)) {
              spend(1);
              if (states.get(i).ends && moves(i).intersects(follow)) {
                conflicts.addAll(nodes);
                return;
              }
            }
          });
    }

    /// {@return the states that are reached from one without the end of what it was called for}
    private BitSet level(int start) {
      BitSet seen = new BitSet();
      List<Integer> left = new ArrayList<>(List.of(start));
      seen.set(start);
      while (!left.isEmpty()) {
        for (Edge edge : states.get(left.removeLast()).edges) {
          spend(1);
          int next = edge.back < 0 ? edge.to : edge.back;
          if (!seen.get(next)) {
            seen.set(next);
            left.add(next);
          }
        }
      }
      return seen;
    }

    private Map<Integer, BitSet> follows(Map<Integer, BitSet> levels) {
      Map<Integer, BitSet> follows = new HashMap<>();
      calls.keySet().forEach(call -> follows.put(call.back, moves(call.back)));
      boolean changed = true;
      while (changed) {
        changed = false;
        for (Map.Entry<Integer, BitSet> follow : follows.entrySet()) {
          if (!states.get(follow.getKey()).ends) {
            continue;
          }
          for (Called outer : calls.keySet()) {
            spend(1);
            if (levels.getOrDefault(outer.start, new BitSet()).get(follow.getKey())) {
              int before = follow.getValue().cardinality();
              follow.getValue().or(follows.getOrDefault(outer.back, new BitSet()));
              changed |= follow.getValue().cardinality() > before;
            }
          }
        }
      }
      return follows;
    }

    private BitSet moves(int state) {
      BitSet moves = new BitSet();
      states.get(state).edges.forEach(edge -> moves.set(edge.low, edge.high + 1));
      return moves;
    }
  }

  /// {@return states, of which the first is the beginning}
  ///
  /// @throws GrammarException if there are none, or too many
  static List<State> of(GrammarRules rules) {
    try {
      return ofAllTexts(rules);
    } catch (GrammarException e) {
      if (!rules.mayNarrow()) {
        throw e;
      }
      try {
        return new Determinism(rules, true).states();
      } catch (GrammarException _) {
        throw e;
      }
    }
  }

  /// {@return states by which every text of the rules is right}
  ///
  /// @throws GrammarException if there are none, or too many
  static List<State> ofAllTexts(GrammarRules rules) {
    return new Determinism(rules, false).states();
  }

  private List<State> states() {
    String unclear = "";
    for (int i = 0; i < MOST_ROUNDS; i++) {
      try {
        learn();
        Round round = new Round(narrows && i >= ROUNDS_BEFORE_NARROWING);
        round.explore();
        if (round.conflicts.isEmpty()) {
          round.findOpenEnds();
        }
        if (round.conflicts.isEmpty()) {
          return LeastStates.of(round.states);
        }
        unclear = unclear.isEmpty() ? names(round.conflicts) : unclear;
        round.conflicts.forEach(network::writeOut);
      } catch (GrammarException e) {
        throw unclear.isEmpty() ? e : undecided(unclear);
      }
    }
    throw undecided(unclear);
  }

  private String names(Set<Integer> calls) {
    return calls.stream()
        .map(network::node)
        .filter(OpenWays.Node.Call.class::isInstance)
        .map(node -> network.rules().place(((OpenWays.Node.Call) node).rule()))
        .distinct()
        .limit(3)
        .collect(Collectors.joining(", "));
  }

  private static GrammarException undecided(String names) {
    return new GrammarException(
        "grammar: within itself, it cannot be told by the next byte where a text ends or begins of "
            + names);
  }

  private static GrammarException tooMuch() {
    return new GrammarException(
        "grammar: it has more than %,d states, or takes too long".formatted(MOST_STATES));
  }

  private void spend(long steps) {
    work += steps;
    if (work > MOST_WORK) {
      throw tooMuch();
    }
  }

  private BitSet first(String rule) {
    return firsts.getOrDefault(rule, new BitSet());
  }

  /// {@return the nodes with bytes, calls and the end that are reached without a byte}, in their order
  private List<Integer> closure(Collection<Integer> from) {
    Set<Integer> seen = new HashSet<>(from);
    List<Integer> left = new ArrayList<>(from);
    TreeSet<Integer> found = new TreeSet<>();
    while (!left.isEmpty()) {
      spend(1);
      int node = left.removeLast();
      switch (network.node(node)) {
        case OpenWays.Node.Free(List<Integer> to) -> {
          for (int next : to) {
            if (seen.add(next)) {
              left.add(next);
            }
          }
        }
        case OpenWays.Node.Call(String rule, int to) -> {
          found.add(node);
          if (empty.contains(rule) && seen.add(to)) {
            left.add(to);
          }
        }
        case OpenWays.Node.Read _, OpenWays.Node.End _ -> found.add(node);
      }
    }
    return List.copyOf(found);
  }

  /// Finds out which called rules may be of nothing, and by which bytes their texts begin.
  private void learn() {
    Set<String> mayBeEmpty = new HashSet<>();
    empty = mayBeEmpty;
    Map<String, List<Integer>> begins = new HashMap<>();
    boolean changed = true;
    while (changed) {
      changed = false;
      for (String rule : network.started()) {
        List<Integer> begin = closure(List.of(network.start(rule)));
        begins.put(rule, begin);
        changed |= begin.contains(OpenWays.FINAL) && mayBeEmpty.add(rule);
      }
    }
    Map<String, BitSet> found = new HashMap<>();
    network.started().forEach(rule -> found.put(rule, first(rule, begins, found, new HashSet<>())));
    firsts = found;
  }

  private BitSet first(
      String rule, Map<String, List<Integer>> begins, Map<String, BitSet> found, Set<String> open) {
    BitSet known = found.get(rule);
    if (known != null) {
      return known;
    }
    if (!open.add(rule)) {
      throw new GrammarException(
          "grammar: %s begins with itself, which has no end"
              .formatted(network.rules().place(rule)));
    }
    BitSet first = new BitSet();
    for (int node : begins.getOrDefault(rule, List.of())) {
      switch (network.node(node)) {
        case OpenWays.Node.Read(int low, int high, int _) -> first.set(low, high + 1);
        case OpenWays.Node.Call(String inner, int _) -> first.or(first(inner, begins, found, open));
        case OpenWays.Node.End _, OpenWays.Node.Free _ -> {}
      }
    }
    open.remove(rule);
    found.put(rule, first);
    return first;
  }
}
