package opml.llm.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// All ways through a grammar at once, as nodes that are connected by bytes, by nothing, or by what a rule says.
///
/// It is built from its end: what a phrase leads on to is known before its own nodes are made, so that a rule that
/// goes on to the same node is written out once, however often it stands there, and one that ends with itself is a
/// loop. A rule within itself is a call, and so is one that many need.
final class OpenWays {
  /// The node where a text ends, or what was called.
  static final int FINAL = 0;

  static final int MOST_NODES = 200_000;
  private static final int MOST_DEEP = 1_500;

  /// Phrases that are built, at most: there are some that need no nodes.
  private static final int MOST_BUILT = 20 * MOST_NODES;

  private final GrammarRules rules;
  private final Set<String> shared;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Node, Integer> known = new HashMap<>();
  private final Map<Written, Integer> written = new HashMap<>();
  private final Map<String, Integer> starts = new HashMap<>();
  private final Deque<String> wanted = new ArrayDeque<>();
  private final Set<String> open = new HashSet<>();
  private int depth;
  private int built;

  /// What stands at a node.
  sealed interface Node {
    /// The end.
    record End() implements Node {}

    /// Ways on, without a byte.
    record Free(List<Integer> to) implements Node {}

    /// A byte.
    record Read(int low, int high, int to) implements Node {}

    /// What a rule says.
    record Call(String rule, int to) implements Node {}
  }

  /// A rule that is written out before a node.
  private record Written(String rule, int next) {}

  /// @throws GrammarException if there is too much of it
  OpenWays(GrammarRules rules) {
    this.rules = rules;
    this.shared = rules.shared();
    nodes.add(new Node.End());
    wanted.add(rules.root());
    finish();
  }

  Node node(int number) {
    return nodes.get(number);
  }

  int size() {
    return nodes.size();
  }

  GrammarRules rules() {
    return rules;
  }

  /// {@return where the text of a rule begins, which is called somewhere, or that of the grammar}
  int start(String rule) {
    Integer start = starts.get(rule);
    if (start == null) {
      throw new IllegalStateException(rule);
    }
    return start;
  }

  /// {@return the rules that have a start}
  Set<String> started() {
    return starts.keySet();
  }

  /// Writes a call out in its place.
  void writeOut(int call) {
    if (nodes.get(call) instanceof Node.Call(String rule, int to)) {
      nodes.set(call, new Node.Free(List.of(written(rule, to))));
      finish();
    }
  }

  /// Makes starts of all rules that are called.
  private void finish() {
    while (!wanted.isEmpty()) {
      String rule = wanted.remove();
      if (!starts.containsKey(rule)) {
        starts.put(rule, written(rule, FINAL));
      }
    }
  }

  private int add(Node node) {
    return known.computeIfAbsent(
        node,
        made -> {
          nodes.add(made);
          return last();
        });
  }

  private int last() {
    if (nodes.size() > MOST_NODES) {
      throw tooLong();
    }
    return nodes.size() - 1;
  }

  private static GrammarException tooLong() {
    return new GrammarException(
        "grammar: it takes more than %,d states: what repeats often is too long"
            .formatted(MOST_NODES));
  }

  private int build(Phrase phrase, int next) {
    if (++depth > MOST_DEEP) {
      throw new GrammarException("grammar: rules are nested too deep in each other");
    }
    if (++built > MOST_BUILT) {
      throw tooLong();
    }
    int start =
        switch (phrase) {
          case Phrase.Chars(List<Phrase.Span> spans) -> characters(spans, next);
          case Phrase.Sequence(List<Phrase> parts) -> {
            int at = next;
            for (Phrase part : parts.reversed()) {
              at = build(part, at);
            }
            yield at;
          }
          case Phrase.Choice(List<Phrase> options) ->
              add(new Node.Free(options.stream().map(option -> build(option, next)).toList()));
          case Phrase.Repeat(Phrase part, int least, int most) -> repeated(part, least, most, next);
          case Phrase.Named(String rule) -> named(rule, next);
        };
    depth--;
    return start;
  }

  private int characters(List<Phrase.Span> spans, int next) {
    List<Integer> ways = new ArrayList<>();
    for (Phrase.Span span : spans) {
      for (List<Utf8Spans.ByteSpan> bytes : Utf8Spans.of(span)) {
        int at = next;
        for (Utf8Spans.ByteSpan one : bytes.reversed()) {
          at = add(new Node.Read(one.low(), one.high(), at));
        }
        ways.add(at);
      }
    }
    return ways.size() == 1 ? ways.getFirst() : add(new Node.Free(ways));
  }

  private int repeated(Phrase part, int least, int most, int next) {
    int at = next;
    if (most < 0) {
      nodes.add(new Node.Free(List.of()));
      int loop = last();
      nodes.set(loop, new Node.Free(List.of(build(part, loop), next)));
      at = loop;
    }
    for (int i = least; i < most; i++) {
      at = add(new Node.Free(List.of(build(part, at), next)));
    }
    for (int i = 0; i < least; i++) {
      at = build(part, at);
    }
    return at;
  }

  private int named(String rule, int next) {
    Integer start = written.get(new Written(rule, next));
    if (start != null) {
      return start;
    }
    if (next != FINAL && (open.contains(rule) || shared.contains(rule))) {
      wanted.add(rule);
      return add(new Node.Call(rule, next));
    }
    return written(rule, next);
  }

  private int written(String rule, int next) {
    Written key = new Written(rule, next);
    Integer before = written.get(key);
    if (before != null) {
      return before;
    }
    nodes.add(new Node.Free(List.of()));
    int start = last();
    written.put(key, start);
    boolean opened = open.add(rule);
    nodes.set(start, new Node.Free(List.of(build(rules.phrase(rule), next))));
    if (opened) {
      open.remove(rule);
    }
    return start;
  }
}
