package opml.compiler.backend;

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
import java.util.function.ToIntFunction;
import opml.compiler.ir.LoopTurns;
import opml.compiler.ir.MethodRef;
import opml.kernels.bound.Formula;
import opml.kernels.bound.StepBound;
import org.jspecify.annotations.Nullable;

/// The most instructions that a program executes: the longest path through each method, where a loop counts as its
/// longest way around times its returns, and once its longest way out.
///
/// Exact are the instructions of a block and the shape of the graph; what a formula overestimates is that no path takes
/// the longer side of every branch.
final class StepBounds {
  /// @param body its blocks, the header among them
  private record Loop(MachineBlock header, Set<MachineBlock> body) {}

  private final Map<MethodRef, Optional<StepBound>> known = new HashMap<>();

  /// {@return the bound of a method that was added, over its arguments, where all of its loops are understood}
  Optional<StepBound> of(MethodRef method) {
    return known.getOrDefault(method, Optional.empty());
  }

  /// Adds a method whose callees were added before.
  ///
  /// @param words of a block, as it was laid out
  void add(MachineMethod method, LoopTurns turns, ToIntFunction<MachineBlock> words) {
    known.put(method.ref(), new Method(method, turns, words).bound());
  }

  private final class Method {
    private final List<MachineBlock> order;
    private final LoopTurns turns;
    private final Map<MachineBlock, StepBound> costs = new HashMap<>();
    private final List<Loop> loops = new ArrayList<>();
    private final Map<MachineBlock, Loop> byHeader = new HashMap<>();
    private final Map<MachineBlock, StepBound> prices = new HashMap<>();
    private boolean understood = true;

    Method(MachineMethod method, LoopTurns turns, ToIntFunction<MachineBlock> words) {
      this.order = method.blocks();
      this.turns = turns;
      order.forEach(block -> costs.put(block, cost(block, words.applyAsInt(block))));
      findLoops();
      for (MachineBlock block : order) {
        Optional<LoopTurns.Times> passes = turns.passes(block.source());
        if (passes.isPresent() && !byHeader.containsKey(block)) {
          addAt(passes.get().from(), costOf(block).times(passes.get().number()));
          costs.put(block, StepBound.ZERO);
        }
      }
    }

    Optional<StepBound> bound() {
      for (Loop loop : loops) {
        price(loop);
      }
      if (!understood) {
        return Optional.empty();
      }
      StepBound most = StepBound.ZERO;
      Map<MachineBlock, StepBound> paths = paths(order.getFirst(), new HashSet<>(order), null);
      for (MachineBlock block : order) {
        StepBound path = paths.get(block);
        if (path != null && block.successors().isEmpty()) {
          most = most.max(path);
        }
      }
      return Optional.of(most);
    }

    private StepBound cost(MachineBlock block, int words) {
      StepBound cost = StepBound.of(words);
      for (LoopTurns.Call call : turns.callsOf(block.source())) {
        Optional<StepBound> called =
            of(call.callee()).flatMap(bound -> bound.with(call.arguments()::get));
        understood &= called.isPresent();
        cost = cost.plus(called.orElse(StepBound.ZERO));
      }
      return cost;
    }

    /// Blocks lie in reverse postorder, so whatever leads back leads to the header of a loop.
    private void findLoops() {
      Map<MachineBlock, List<MachineBlock>> before = new HashMap<>();
      for (MachineBlock block : order) {
        block
            .successors()
            .forEach(next -> before.computeIfAbsent(next, _ -> new ArrayList<>()).add(block));
      }
      for (MachineBlock header : order) {
        Deque<MachineBlock> work = new ArrayDeque<>();
        before.getOrDefault(header, List.of()).stream()
            .filter(latch -> latch.id() >= header.id())
            .forEach(work::add);
        if (work.isEmpty()) {
          continue;
        }
        Set<MachineBlock> body = new HashSet<>(Set.of(header));
        while (!work.isEmpty()) {
          MachineBlock block = work.pop();
          if (body.add(block)) {
            work.addAll(before.getOrDefault(block, List.of()));
          }
          // A second entry: the graph is not made of loops within loops.
          understood &= block.id() >= header.id();
        }
        Loop loop = new Loop(header, body);
        loops.add(loop);
        byHeader.put(header, loop);
      }
      loops.sort(Comparator.comparingInt(loop -> loop.body.size()));
    }

    private void price(Loop loop) {
      LoopTurns.Returns returns = turns.returnsTo(loop.header.source());
      if (returns.perEntry().isEmpty() && returns.inAll().isEmpty()) {
        understood = false;
        return;
      }
      StepBound around = StepBound.ZERO;
      StepBound out = StepBound.ZERO;
      for (Map.Entry<MachineBlock, StepBound> path :
          paths(loop.header, loop.body, loop).entrySet()) {
        for (MachineBlock next : exits(path.getKey(), loop)) {
          if (next == loop.header) {
            around = around.max(path.getValue());
          } else if (!loop.body.contains(next)) {
            out = out.max(path.getValue());
          }
        }
      }
      Optional<LoopTurns.Times> inAll = returns.inAll();
      if (inAll.isPresent()) {
        // In a loop of its caller's, a call of the method would be priced already.
        understood &= loop.body.stream().noneMatch(block -> block.source() == inAll.get().from());
        prices.put(loop.header, out);
        addAt(inAll.get().from(), around.times(inAll.get().number()));
        return;
      }
      Formula back = returns.perEntry().orElseThrow();
      Formula one = Formula.constant(1);
      // Both are right. Of a loop that is left near its end, the last turn is one like the others.
      prices.put(
          loop.header,
          2 * out.weight() > around.weight()
              ? around.max(out).times(back.plus(one).max(one))
              : around.times(back).plus(out));
    }

    /// Takes what is done in one call of a method for a part of the block that calls it; without that block it would
    /// not be counted.
    private void addAt(int source, StepBound cost) {
      Optional<MachineBlock> from =
          order.stream().filter(block -> block.source() == source).findFirst();
      from.ifPresent(block -> costs.merge(block, cost, StepBound::plus));
      understood &= from.isPresent();
    }

    /// {@return the longest ways from a block to the ends of others, each included, without going back to it; a loop
    /// inside is one step, known by its header}
    private Map<MachineBlock, StepBound> paths(
        MachineBlock from, Set<MachineBlock> within, @Nullable Loop of) {
      Map<MachineBlock, StepBound> arrive = new HashMap<>(Map.of(from, StepBound.ZERO));
      Map<MachineBlock, StepBound> leave = new HashMap<>();
      for (MachineBlock block : order) {
        StepBound way = arrive.get(block);
        if (way == null || !within.contains(block)) {
          continue;
        }
        Loop inner = loopAt(block, of);
        StepBound end = way.plus(inner == null ? costOf(block) : priceOf(inner));
        leave.put(block, end);
        for (MachineBlock next : exits(block, of)) {
          if (next != from && within.contains(next)) {
            arrive.merge(next, end, StepBound::max);
          }
        }
      }
      return leave;
    }

    /// {@return where control goes from a block, or from the whole loop inside of `of` that begins with it}
    private List<MachineBlock> exits(MachineBlock block, @Nullable Loop of) {
      Loop inner = loopAt(block, of);
      if (inner == null) {
        return block.successors();
      }
      List<MachineBlock> exits = new ArrayList<>();
      for (MachineBlock one : inner.body) {
        one.successors().stream().filter(next -> !inner.body.contains(next)).forEach(exits::add);
      }
      return exits;
    }

    /// {@return the loop that begins with a block, unless one is walked through already}
    private @Nullable Loop loopAt(MachineBlock header, @Nullable Loop of) {
      return of != null && of.header == header ? null : byHeader.get(header);
    }

    private StepBound costOf(MachineBlock block) {
      return costs.getOrDefault(block, StepBound.ZERO);
    }

    private StepBound priceOf(Loop loop) {
      return prices.getOrDefault(loop.header, StepBound.ZERO);
    }
  }
}
