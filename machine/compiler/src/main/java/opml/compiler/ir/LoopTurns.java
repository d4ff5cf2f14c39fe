package opml.compiler.ir;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.kernels.abi.FixedSegment;
import opml.kernels.bound.Formula;

/// How often a method's loops turn, and with what its calls are made, as formulas over its arguments.
///
/// A loop is understood if a test that each turn makes compares something that moves by a constant with something that
/// stays: the difference falls by the same amount with each turn, and the loop ends when it is used up. Sizes are taken
/// not to overflow, which the sizes of tensors see to. Of other loops the kernel says it itself, by
/// [opml.kernels.memory.Trips].
public final class LoopTurns {
  /// What a number that a kernel declares is about.
  public enum Scope {
    /// The innermost loop's turns each time that it is entered.
    ENTRY,
    /// Its turns in one call of the method.
    CALL,
    /// How often the place is passed in one call of the method.
    PLACE
  }

  /// What a kernel says in a block.
  ///
  /// @param call of the method that says it, which may be inlined
  public record Declared(Node turns, Scope scope, Object call) {}

  /// A number of times in one call of a method.
  ///
  /// @param from number of the block from which the method is called
  public record Times(Formula number, int from) {}

  /// How often control goes back to a loop's header: each time that the loop is entered, or in one call of the method
  /// that has it.
  public record Returns(Optional<Formula> perEntry, Optional<Times> inAll) {}

  /// A call with what is known of its arguments.
  public record Call(MethodRef callee, List<Optional<Formula>> arguments) {
    public Call {
      arguments = List.copyOf(arguments);
    }
  }

  /// A sum of multiples of nodes, and a constant.
  private record Linear(Map<Node, Long> nodes, long constant) {
    static Linear of(Node node) {
      return new Linear(Map.of(node, 1L), 0);
    }

    Linear plus(Linear other, long factor) {
      Map<Node, Long> sum = new HashMap<>(nodes);
      other.nodes.forEach((node, times) -> sum.merge(node, times * factor, Long::sum));
      sum.values().removeIf(times -> times == 0);
      return new Linear(sum, constant + other.constant * factor);
    }

    Linear without(Node node) {
      Map<Node, Long> rest = new HashMap<>(nodes);
      rest.remove(node);
      return new Linear(rest, constant);
    }

    long times(Node node) {
      return nodes.getOrDefault(node, 0L);
    }
  }

  private record Loop(Block header, Set<Block> body, List<Block> latches) {}

  private final MethodGraph graph;
  private final Flow flow;
  private final Map<Integer, Returns> returns = new HashMap<>();
  private final Map<Integer, List<Call>> calls = new HashMap<>();
  private final Map<Integer, Times> rare = new HashMap<>();

  /// Reads a graph that has been cleaned up and not yet lowered.
  public LoopTurns(MethodGraph graph) {
    this.graph = graph;
    this.flow = new Flow(graph);
    List<Loop> loops = loops();
    loops.forEach(loop -> returns.put(loop.header.id(), returns(loop, loops)));
    for (Block block : flow.order()) {
      List<Call> made = new ArrayList<>();
      for (Node effect : block.effects()) {
        if (effect.op() == NodeOp.CALL) {
          made.add(
              new Call(effect.callee(), effect.inputs().stream().map(LoopTurns::exact).toList()));
        }
      }
      calls.put(block.id(), made);
      for (Declared declared : block.declared()) {
        if (declared.scope() == Scope.PLACE) {
          times(declared).ifPresent(times -> rare.put(block.id(), times));
        }
      }
    }
  }

  /// {@return how often control goes back to the header of that number}
  public Returns returnsTo(int header) {
    return returns.getOrDefault(header, new Returns(Optional.empty(), Optional.empty()));
  }

  /// {@return how often the block of that number is passed, if the kernel says it}
  public Optional<Times> passes(int block) {
    return Optional.ofNullable(rare.get(block));
  }

  /// {@return the calls of the block of that number, in their order}
  public List<Call> callsOf(int block) {
    return calls.getOrDefault(block, List.of());
  }

  /// {@return the natural loops, inner ones first}
  private List<Loop> loops() {
    List<Loop> loops = new ArrayList<>();
    for (Block header : flow.order()) {
      List<Block> latches =
          header.predecessors().stream()
              .filter(latch -> flow.isReachable(latch) && flow.dominates(graph, header, latch))
              .toList();
      if (!latches.isEmpty()) {
        Set<Block> body = new HashSet<>(Set.of(header));
        Deque<Block> work = new ArrayDeque<>(latches);
        while (!work.isEmpty()) {
          Block block = work.pop();
          if (flow.isReachable(block) && body.add(block)) {
            work.addAll(block.predecessors());
          }
        }
        loops.add(new Loop(header, body, latches));
      }
    }
    loops.sort(Comparator.comparingInt(loop -> loop.body.size()));
    return loops;
  }

  private Returns returns(Loop loop, List<Loop> loops) {
    Optional<Formula> perEntry = Optional.empty();
    Optional<Times> inAll = Optional.empty();
    for (Block block : flow.order()) {
      if (isInnermost(loop, block, loops) && isPassedByAll(block, loop.latches)) {
        perEntry = perEntry.or(() -> counted(block, loop));
      }
    }
    for (Block block : loop.body) {
      if (!isInnermost(loop, block, loops) || !isPassedByAll(block, loop.latches)) {
        continue;
      }
      for (Declared declared : block.declared()) {
        Optional<Formula> turns = exact(declared.turns());
        switch (declared.scope()) {
          case CALL -> inAll = times(declared);
          // Where the last turn passes here, too, it does not go back.
          case ENTRY ->
              perEntry =
                  isPassedByAll(block, exits(loop))
                      ? turns.map(most -> most.plus(Formula.constant(-1)))
                      : turns;
          case PLACE -> {}
        }
      }
    }
    return new Returns(perEntry, inAll);
  }

  private Optional<Times> times(Declared declared) {
    int from =
        flow.order().stream()
            .filter(block -> block.calls().contains(declared.call()))
            .findFirst()
            .orElse(graph.entry())
            .id();
    return exact(declared.turns()).map(number -> new Times(number, from));
  }

  private static boolean isInnermost(Loop loop, Block block, List<Loop> loops) {
    return loops.stream()
        .filter(one -> one.body.contains(block))
        .findFirst()
        .filter(one -> one.header == loop.header)
        .isPresent();
  }

  private static List<Block> exits(Loop loop) {
    return loop.body.stream()
        .filter(block -> !loop.body.containsAll(block.terminator().successors()))
        .toList();
  }

  private boolean isPassedByAll(Block block, List<Block> others) {
    return others.stream().allMatch(other -> flow.dominates(graph, block, other));
  }

  /// {@return how often a block's branch stays in the loop, if it counts}
  private Optional<Formula> counted(Block block, Loop loop) {
    if (!(block.terminator() instanceof Terminator.Branch branch)) {
      return Optional.empty();
    }
    boolean yesStays = loop.body.contains(branch.yes());
    if (yesStays == loop.body.contains(branch.no())) {
      return Optional.empty();
    }
    // The loop goes on while `left` is above 0.
    Linear right = linear(branch.right());
    Linear left = linear(branch.left());
    Linear difference =
        switch (branch.condition()) {
          case LT -> yesStays ? right.plus(left, -1) : left.plus(right, -1);
          case GE -> yesStays ? left.plus(right, -1) : right.plus(left, -1);
          default -> null;
        };
    if (difference == null) {
      return Optional.empty();
    }
    boolean orEqual = (branch.condition() == Condition.LT) != yesStays;
    Linear start = new Linear(difference.nodes, difference.constant + (orEqual ? 1 : 0));
    long fall = 0;
    for (Node phi : loop.header.phis()) {
      long times = start.times(phi);
      if (times != 0) {
        Optional<Long> step = step(phi, loop);
        Optional<Node> first = first(phi, loop);
        if (step.isEmpty() || first.isEmpty()) {
          return Optional.empty();
        }
        fall -= times * step.get();
        start = start.without(phi).plus(linear(first.get()), times);
      }
    }
    if (fall <= 0) {
      return Optional.empty();
    }
    long each = fall;
    return exact(start)
        .map(all -> all.plus(Formula.constant(each - 1)).dividedBy(Formula.constant(each)));
  }

  /// {@return what a phi of the header grows by with each turn}
  private static Optional<Long> step(Node phi, Loop loop) {
    Long step = null;
    for (Block latch : loop.latches) {
      Node next = phi.input(loop.header.predecessors().indexOf(latch));
      Linear grown = linear(next).plus(linear(phi), -1);
      if (!grown.nodes.isEmpty() || step != null && step != grown.constant) {
        return Optional.empty();
      }
      step = grown.constant;
    }
    return Optional.ofNullable(step);
  }

  /// {@return what a phi of the header is when the loop is entered}
  private static Optional<Node> first(Node phi, Loop loop) {
    Node first = null;
    for (int i = 0; i < phi.arity(); i++) {
      if (!loop.latches.contains(loop.header.predecessors().get(i))) {
        if (first != null && first != phi.input(i)) {
          return Optional.empty();
        }
        first = phi.input(i);
      }
    }
    return Optional.ofNullable(first);
  }

  private static Linear linear(Node given) {
    Node node = given.resolved();
    return switch (node.op()) {
      case CONSTANT -> new Linear(Map.of(), node.value());
      case ADD, ADDW -> linear(node.input(0)).plus(linear(node.input(1)), 1);
      case SUB, SUBW -> linear(node.input(0)).plus(linear(node.input(1)), -1);
      case SLL, SLLW, MUL, MULW -> {
        if (!node.input(1).isConstant()) {
          yield Linear.of(node);
        }
        long by = node.input(1).value();
        boolean shifts = node.op() == NodeOp.SLL || node.op() == NodeOp.SLLW;
        yield new Linear(Map.of(), 0).plus(linear(node.input(0)), shifts ? 1L << by : by);
      }
      default -> Linear.of(node);
    };
  }

  private static Optional<Formula> exact(Linear sum) {
    Optional<Formula> all = Optional.of(Formula.constant(sum.constant));
    List<Node> nodes = new ArrayList<>(sum.nodes.keySet());
    nodes.sort(Comparator.comparingInt(Node::id));
    for (Node node : nodes) {
      all =
          all.flatMap(
              before ->
                  atom(node)
                      .map(value -> value.times(Formula.constant(sum.times(node))))
                      .map(before::plus));
    }
    return all;
  }

  /// {@return a value as a formula, if it is one of the method's arguments and numbers alone}
  private static Optional<Formula> exact(Node node) {
    return exact(linear(node));
  }

  private static Optional<Formula> atom(Node node) {
    return switch (node.op()) {
      case ARGUMENT -> Optional.of(new Formula.Argument((int) node.value()));
      case FIXED -> FixedSegment.place(node.value()).map(Formula.Argument::new);
      case MUL, MULW -> exact(node.input(0)).flatMap(left -> exact(node.input(1)).map(left::times));
      case DIV, DIVW ->
          exact(node.input(0)).flatMap(left -> exact(node.input(1)).map(left::dividedBy));
      case REM, REMW ->
          exact(node.input(0))
              .flatMap(
                  left ->
                      exact(node.input(1))
                          .map(
                              right ->
                                  left.plus(
                                      left.dividedBy(right)
                                          .times(right)
                                          .times(Formula.constant(-1)))));
      default -> Optional.empty();
    };
  }
}
