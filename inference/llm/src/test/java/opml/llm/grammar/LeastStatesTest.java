package opml.llm.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import opml.llm.grammar.Determinism.Edge;
import opml.llm.grammar.Determinism.State;
import org.junit.jupiter.api.Test;

/// The least states against Moore's way to find them, all again in each round.
class LeastStatesTest {
  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  /// {@return the same by the obvious way}
  private static List<State> obvious(List<State> states) {
    boolean[] ends = new boolean[states.size()];
    for (int round = 0; round < ends.length; round++) {
      for (int i = 0; i < ends.length; i++) {
        ends[i] |= states.get(i).ends() || !kept(states.get(i), state -> ends[state]).isEmpty();
      }
    }
    int[] kinds = new int[ends.length];
    List<State> made = List.of();
    for (int round = 0; round <= ends.length; round++) {
      Map<State, Integer> numbers = new HashMap<>();
      List<State> all = new ArrayList<>();
      int[] next = new int[kinds.length];
      for (int i = 0; i < kinds.length; i++) {
        State state = states.get(i);
        State kind = new State(state.ends(), joined(kept(state, to -> ends[to]), kinds));
        if (numbers.putIfAbsent(kind, numbers.size()) == null) {
          all.add(kind);
        }
        next[i] = numbers.getOrDefault(kind, 0);
      }
      kinds = next;
      made = all;
    }
    return made;
  }

  private static List<Edge> kept(State state, IntPredicate ends) {
    return state.edges().stream()
        .filter(e -> ends.test(e.to()) && (e.back() < 0 || ends.test(e.back())))
        .toList();
  }

  private static List<Edge> joined(List<Edge> edges, int... kinds) {
    List<Edge> joined = new ArrayList<>();
    for (Edge edge : edges) {
      int back = edge.back() < 0 ? -1 : kinds[edge.back()];
      Edge next = new Edge(edge.low(), edge.high(), kinds[edge.to()], back);
      Edge last = joined.isEmpty() ? new Edge(0, -2, 0, 0) : joined.getLast();
      if (last.high() + 1 == next.low() && last.to() == next.to() && last.back() == next.back()) {
        joined.set(joined.size() - 1, new Edge(last.low(), next.high(), next.to(), next.back()));
      } else {
        joined.add(next);
      }
    }
    return joined;
  }

  private List<State> states(int count) {
    int near = 1 + random.nextInt(count);
    boolean loops = random.nextBoolean();
    List<State> states = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Edge> edges = new ArrayList<>();
      int low = random.nextInt(3);
      while (low < 6) {
        int high = Math.min(5, low + random.nextInt(3));
        int to = loops ? random.nextInt(count) : Math.min(count - 1, i + 1 + random.nextInt(near));
        edges.add(new Edge(low, high, to, random.nextInt(4) > 0 ? -1 : random.nextInt(count)));
        low = high + 1 + random.nextInt(3);
      }
      states.add(new State(i == count - 1 || random.nextInt(5) == 0, edges));
    }
    return states;
  }

  @Test
  void theyAreThoseOfTheObviousWay() {
    int united = 0;
    for (int trial = 0; trial < 2_000; trial++) {
      List<State> states = states(1 + random.nextInt(12));
      List<State> expected = obvious(states);
      if (!expected.getFirst().ends() && expected.getFirst().edges().isEmpty()) {
        continue;
      }
      assertThat(LeastStates.of(states)).as("seed %d: %s", seed, states).isEqualTo(expected);
      united += expected.size() < states.size() ? 1 : 0;
    }
    assertThat(united).as("seed %d", seed).isGreaterThan(20);
  }

  @Test
  void aLongTextTakesNoSquareOfItsLength() {
    int length = 30_000;
    List<State> states =
        IntStream.range(0, length)
            .mapToObj(i -> new State(true, List.of(new Edge(97, 97, i + 1, -1))))
            .collect(ArrayList::new, ArrayList::add, ArrayList::addAll);
    states.add(new State(true, List.of(new Edge(98, 98, length, -1))));
    assertThat(LeastStates.of(states)).isEqualTo(states);
  }
}
