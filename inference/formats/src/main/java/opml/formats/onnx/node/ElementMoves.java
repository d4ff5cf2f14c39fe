package opml.formats.onnx.node;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.ScalarValues;

/// Calls that put elements elsewhere, bit for bit: two ways with the same places, one through what is read, one through
/// what is written. Axes that both take as one are one loop, so that the loops are canonical, and most models need few.
public final class ElementMoves {
  /// Loops that the kernel has. What needs more is several calls.
  private static final int LOOPS = 6;

  private final NodeImport node;

  ElementMoves(NodeImport node) {
    this.node = node;
  }

  /// {@return a new value of all elements on the way, in order}
  ///
  /// @param what names the call
  public Value of(String what, Value x, Walk walk, Shape shape) {
    return assembled(
        what, x.type(), shape, List.of(new Part(x, walk, Walk.of(new Shape(walk.dims())))));
  }

  /// {@return what is written, changed: whoever goes on reads this}
  ///
  /// @param y what a call has written, or a constant to begin with
  public Value into(String what, Value x, Walk from, Value y, Walk to) {
    return from.dims().contains(0) ? y : call(what, x, from, y, true, to);
  }

  /// Elements of a value, and their places in what they become a part of.
  public record Part(Value x, Walk from, Walk to) {}

  /// {@return a new value of all parts; what none of them reaches is zero, and what several reach is the last one's}
  public Value assembled(String what, ElementType type, Shape shape, List<Part> parts) {
    if (shape.count() == 0) {
      return node.constant(what, Tensor.zero(type, shape));
    }
    List<Part> some = parts.stream().filter(part -> !part.from().dims().contains(0)).toList();
    if (some.isEmpty()) {
      return node.constant(what, Tensor.zero(type, shape));
    }
    some.forEach(part -> part.x().requireSlot());
    if (some.stream().allMatch(part -> part.x().isConstant())
        && some.stream().allMatch(part -> node.mayFold(part.x().place().bytes()))
        && node.mayFold(Tensor.byteSize(type, shape))
        && some.stream().allMatch(part -> merged(part.from(), part.to()).size() <= LOOPS)) {
      return node.constant(what, known(type, shape, some));
    }
    Value y = node.part(what, type, shape);
    for (int i = 0; i < some.size(); i++) {
      Part part = some.get(i);
      String name = some.size() == 1 ? what : what + i;
      y = call(name, part.x(), part.from(), y, i > 0, part.to());
    }
    return y;
  }

  /// All parts at once: call by call, a tensor of many would be copied as often.
  private Tensor known(ElementType type, Shape shape, List<Part> parts) {
    Tensor whole = node.foldable(type, shape);
    Kernel kernel = KernelCatalog.byName(kernel(type));
    for (Part part : parts) {
      MemorySegment x = Tensor.allocate(part.x().place().bytes());
      part.x().constant().orElseThrow().read(0, x);
      ScalarValues scalars = new ScalarValues(kernel);
      Route route = route(merged(part.from(), part.to()), part.from(), part.to());
      scalars.ints("loops", route.loops()).ints("x", route.read()).ints("y", route.written());
      kernel.run(
          new MemorySegment[] {x, whole.data()},
          scalars.all().stream().mapToLong(value -> value).toArray());
    }
    return whole;
  }

  private static String kernel(ElementType type) {
    return "move.b" + type.bytes();
  }

  @SuppressWarnings("ArrayRecordComponent") // handed on at once
  private record Route(int[] loops, int[] read, int[] written) {}

  private static Route route(List<Axis> axes, Walk from, Walk to) {
    int[] loops = new int[LOOPS];
    int[] read = new int[LOOPS + 1];
    int[] written = new int[LOOPS + 1];
    Arrays.fill(loops, 1);
    read[0] = from.from();
    written[0] = to.from();
    for (int i = 0; i < axes.size(); i++) {
      int loop = LOOPS - axes.size() + i;
      loops[loop] = axes.get(i).size();
      read[loop + 1] = axes.get(i).from();
      written[loop + 1] = axes.get(i).to();
    }
    return new Route(loops, read, written);
  }

  private record Axis(int size, int from, int to) {}

  private Value call(String what, Value x, Walk from, Value y, boolean update, Walk to) {
    if (!from.dims().equals(to.dims())) {
      throw new IllegalArgumentException(from + " is not as " + to);
    }
    List<Axis> axes = merged(from, to);
    if (axes.size() > LOOPS) {
      return outermost(what, x, from, y, update, to);
    }
    Route route = route(axes, from, to);
    NodeImport.Call call = node.call(kernel(x.type())).named(what).read(x);
    return (update ? call.update(y) : call.write(y))
        .ints("loops", route.loops())
        .ints("x", route.read())
        .ints("y", route.written())
        .emitPart();
  }

  /// One call for each place of the outermost axis.
  private Value outermost(String what, Value x, Walk from, Value y, boolean update, Walk to) {
    Value changed = y;
    for (int i = 0; i < from.dims().getFirst(); i++) {
      changed = call(what + i, x, rest(from, i), changed, update || i > 0, rest(to, i));
    }
    return changed;
  }

  private static Walk rest(Walk walk, int place) {
    int size = walk.dims().size();
    return new Walk(
        walk.from() + place * walk.strides().getFirst(),
        walk.dims().subList(1, size),
        walk.strides().subList(1, size));
  }

  private static List<Axis> merged(Walk from, Walk to) {
    List<Axis> axes = new ArrayList<>();
    for (int i = 0; i < from.dims().size(); i++) {
      int size = from.dims().get(i);
      if (size == 1) {
        continue;
      }
      Axis next = new Axis(size, from.strides().get(i), to.strides().get(i));
      if (!axes.isEmpty()) {
        Axis last = axes.getLast();
        if (last.from() == next.from() * size && last.to() == next.to() * size) {
          axes.set(axes.size() - 1, new Axis(last.size() * size, next.from(), next.to()));
          continue;
        }
      }
      axes.add(next);
    }
    return axes;
  }
}
