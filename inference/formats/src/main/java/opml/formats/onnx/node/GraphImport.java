package opml.formats.onnx.node;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import opml.core.codec.Names;
import opml.engine.graph.Clearing;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphBuilder;
import opml.engine.tensor.Shape;
import opml.formats.refusal.Reason.Kind;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.ScalarValues;

/// The graph while it grows: the values by name and the calls of kernels. Slots are numbered at the end, when it is
/// clear which calls the output needs: a branch of which only the shape was asked leaves nothing behind.
public final class GraphImport {
  /// Constants that follow from others, all together: without a bound, a small file could fill the memory.
  private static final long MAX_FOLDED = 1L << 26;

  /// Calls that are gone through to tell what values depend on: one refusal goes through all, and there may be as many.
  private static final long MOST_WALKED = 1L << 25;

  /// What is known of a value.
  public enum State {
    CONSTANT,
    COMPUTED,
    /// Nothing, because what would compute it was refused.
    UNKNOWN,
    /// Nothing, but it would be a constant.
    UNKNOWN_CONSTANT,
    /// No node and no constant has the name.
    UNDEFINED
  }

  /// What a call hands to its kernel.
  public sealed interface Source {
    record Read(Value.Place place) implements Source {}

    record Write(Value.Place place) implements Source {}

    record Update(Value.Place place) implements Source {}

    record Absent(long bytes) implements Source {}
  }

  /// A node to be.
  public record Call(
      String name, String operator, Kernel kernel, List<Source> sources, ScalarValues scalars) {
    public Call {
      name = Names.shown(name);
    }

    private boolean writes(Set<Value.Place> places) {
      return sources.stream()
          .anyMatch(
              source ->
                  switch (source) {
                    case Source.Write(Value.Place to) -> places.contains(to);
                    case Source.Update(Value.Place changed) -> places.contains(changed);
                    case Source.Read _, Source.Absent _ -> false;
                  });
    }
  }

  /// A tensor that the outside gives or gets, and its name there.
  public record Named(String name, Value value) {}

  private record Piece(Value.Place whole, Shape shape, int axis, int from, int count) {}

  private final Set<String> read = new HashSet<>();
  private final Map<String, Meaning> values = new HashMap<>();
  private final Map<String, State> unknown = new HashMap<>();
  private final List<Call> calls = new ArrayList<>();
  private final Map<Piece, Value> pieces = new HashMap<>();
  private final Map<Value.Place, Long> inPieces = new HashMap<>();
  private final Map<Value.Place, String> inputs = new LinkedHashMap<>();
  private final Limits limits;
  private long folded;
  private int draws;
  private long constants;
  private long walked;

  public GraphImport(Limits limits) {
    this.limits = limits;
  }

  /// Notes names of values that a node that is imported reads, or that are outputs.
  public void addReads(Set<String> names) {
    read.addAll(names);
  }

  public boolean reads(String name) {
    return read.contains(name);
  }

  /// Gives a value its name. Names are known to be unique.
  public void define(String name, Meaning meaning) {
    values.put(name, meaning);
  }

  /// Notes that nothing is known of a value.
  public void defineUnknown(String name, boolean constant) {
    unknown.put(name, constant ? State.UNKNOWN_CONSTANT : State.UNKNOWN);
  }

  public State state(String name) {
    return meaning(name)
        .map(known -> known.isConstant() ? State.CONSTANT : State.COMPUTED)
        .orElseGet(() -> unknown.getOrDefault(name, State.UNDEFINED));
  }

  /// {@return what a name stands for, if that is known}
  public Optional<Meaning> meaning(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /// {@return the tensor that a name stands for, if that is known, and is one}
  public Optional<Value> value(String name) {
    return meaning(name)
        .flatMap(known -> known instanceof Value v ? Optional.of(v) : Optional.empty());
  }

  /// {@return a number that no call before had: of draws that nobody has given a seed, which are to be different ones}
  int nextDraw() {
    return draws++;
  }

  /// {@return all tensors that are known by now of the model's values, by their names; those of graphs in each other
  /// have names that nothing else has}
  public Map<String, Value> values() {
    Map<String, Value> known = new HashMap<>();
    values.forEach(
        (name, meaning) -> {
          if (meaning instanceof Value value) {
            known.put(name, value);
          }
        });
    return known;
  }

  /// Counts so many more bytes of the file's own constants, or refuses them if they are too many.
  public void countConstant(long bytes) {
    if (bytes > limits.constants() - constants) {
      throw new RefusedNode(
          Kind.SIZE, "the constants take more than %,d bytes".formatted(limits.constants()), "");
    }
    constants += bytes;
  }

  /// Counts so many more bytes of constants that are not the file's, or refuses them if they are too many. They stay
  /// counted if the node is refused then: the time that it took is bounded with them.
  public void countFolded(long bytes) {
    if (bytes > MAX_FOLDED - folded) {
      throw new RefusedNode(
          Kind.SIZE,
          "constants that follow from others take more than " + MAX_FOLDED + " bytes",
          "");
    }
    folded += bytes;
  }

  /// {@return whether so many more bytes of constants may follow from others}
  boolean mayFold(long bytes) {
    return bytes <= MAX_FOLDED - folded;
  }

  /// Notes an input of the model.
  public void addInput(Named input) {
    inputs.put(input.value().place(), input.name());
  }

  /// {@return the inputs of the model that a value depends on, in their order; none when that was asked too often}
  List<String> inputsBehind(Value value) {
    walked += 1 + calls.size();
    if (walked > MOST_WALKED) {
      return List.of();
    }
    Set<Value.Place> behind = behind(value.place());
    return inputs.entrySet().stream()
        .filter(input -> behind.contains(input.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  public Limits limits() {
    return limits;
  }

  /// {@return a part of a constant along an axis, which all nodes that split it alike have in common; where they do
  /// not, it counts as constants again}
  public Value piece(Value whole, int axis, int from, int count) {
    return pieces.computeIfAbsent(
        new Piece(whole.place(), whole.shape(), axis, from, count),
        key -> {
          Value piece = whole.part(axis, from, count);
          long bytes = piece.place().bytes();
          long all = inPieces.merge(whole.place(), bytes, Long::sum);
          countConstant(Math.clamp(all - whole.place().bytes(), 0, bytes));
          return piece;
        });
  }

  public void add(Call call) {
    calls.add(call);
  }

  /// Checks that the inputs, or the outputs, fit into one slot, as far as they are known.
  ///
  /// @param what they are, for people
  public void requireRoom(String what, List<Named> ports) {
    List<Value> known = ports.stream().map(Named::value).toList();
    Packing.requireRoom(
        what, Stream.concat(known.stream(), Packing.counts(known).stream()).toList());
  }

  /// {@return the graph from the inputs, which are slot 0, to the outputs, and behind it nodes that empty what they
  /// left}
  ///
  /// @param fusion makes of the calls on which a place depends others that write it, too
  public Graph finish(
      List<Named> given,
      List<Named> results,
      BiFunction<List<Call>, Value.Place, List<Call>> fusion) {
    Packing inputs = given.isEmpty() ? Packing.nothing() : Packing.of("inputs", given);
    calls.addAll(0, inputs.unpacked());
    Packing outputs = outputs(results);
    calls.addAll(outputs.packed());
    Value.Place result = outputs.whole().place();
    List<Call> needed = fusion.apply(needed(new HashSet<>(Set.of(result))), result);
    GraphBuilder graph = new GraphBuilder();
    Map<Value.Place, Integer> numbers = new HashMap<>();
    int input = number(inputs.whole().place(), numbers, graph);
    for (Call call : needed) {
      GraphBuilder.Call node = graph.call(call.kernel(), call.name(), call.operator());
      for (Source source : call.sources()) {
        switch (source) {
          case Source.Read from -> node.read(number(from.place(), numbers, graph));
          case Source.Write to -> node.write(number(to.place(), numbers, graph));
          case Source.Update at -> node.update(number(at.place(), numbers, graph));
          case Source.Absent absent -> node.zeros(absent.bytes());
        }
      }
      node.scalars(call.scalars());
      node.end();
    }
    // There are fewer nodes that empty slots than slots.
    if (needed.size() + numbers.size() > Graph.MAX_COUNT) {
      throw new RefusedNode(Kind.SIZE, "more than " + Graph.MAX_COUNT + " nodes and tensors", "");
    }
    int output = number(result, numbers, graph);
    return Clearing.added(graph.build(inputs.port(input), outputs.port(output)));
  }

  private Packing outputs(List<Named> results) {
    if (results.isEmpty()) {
      return Packing.noResults();
    }
    if (results.stream().anyMatch(result -> result.value().count().isPresent())) {
      return Packing.counted("outputs", results);
    }
    Named first = results.getFirst();
    boolean copies =
        results.size() == 1
            && !first.value().isEmpty()
            && calls.stream().noneMatch(call -> call.writes(Set.of(first.value().place())));
    return copies ? Packing.copied(first) : Packing.of("outputs", results);
  }

  private static int number(
      Value.Place place, Map<Value.Place, Integer> numbers, GraphBuilder graph) {
    return numbers.computeIfAbsent(place, key -> graph.add(key.slot()));
  }

  private Set<Value.Place> behind(Value.Place result) {
    Set<Value.Place> wanted = new HashSet<>(Set.of(result));
    needed(wanted);
    return wanted;
  }

  /// {@return the calls on whose results the places depend, in their order}
  ///
  /// @param wanted gets the places that these read, too
  private List<Call> needed(Set<Value.Place> wanted) {
    List<Call> needed = new ArrayList<>();
    for (Call call : calls.reversed()) {
      if (call.writes(wanted)) {
        needed.add(call);
        for (Source source : call.sources()) {
          if (source instanceof Source.Read from) {
            wanted.add(from.place());
          }
        }
      }
    }
    return needed.reversed();
  }
}
