package opml.formats.onnx;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import opml.core.codec.Names;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxDimension;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.node.GraphImport.Named;
import opml.formats.onnx.node.Meaning;
import opml.formats.onnx.node.NoValue;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Types;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.ValueList;
import opml.formats.refusal.Reason.Kind;

/// The inputs of a model: what each stands for, and which tensors a run takes. A sequence takes one for each place that
/// a binding says it has; an optional, one or none.
final class InputImport {
  private final Importing all;
  private final Bindings bindings;
  private final int mostPorts;
  private final List<Named> ports = new ArrayList<>();

  InputImport(Importing all, Bindings bindings, int mostPorts) {
    this.all = all;
    this.bindings = bindings;
    this.mostPorts = mostPorts;
  }

  /// {@return the tensors that a run takes, of the inputs so far, in their order}
  List<Named> ports() {
    return ports;
  }

  /// Defines an input, if it is known what it stands for.
  void add(OnnxValueInfo input) {
    Optional<Meaning> meaning =
        switch (input.kind()) {
          case TENSOR -> tensor(input, input.name()).map(value -> value);
          case SEQUENCE -> sequence(input);
          case OPTIONAL -> optional(input);
          case OPTIONAL_SEQUENCE ->
              bindings.dim(input.name()).filter(length -> length == 0).isPresent()
                  ? Optional.of(new NoValue())
                  : sequence(input);
          case UNDECLARED, SPARSE_TENSOR, NESTED, MAP, OPAQUE -> {
            problems()
                .add(
                    Kind.TYPE,
                    1,
                    "%s is %s; tensors, sequences of them and optionals are supported"
                        .formatted(shown(input.name()), input.kind().label()));
            yield Optional.empty();
          }
        };
    meaning.ifPresentOrElse(
        known -> all.graph().define(input.name(), known),
        () -> all.graph().defineUnknown(input.name(), false));
  }

  private Optional<Meaning> sequence(OnnxValueInfo input) {
    Optional<Integer> length = bindings.dim(input.name());
    if (length.isEmpty()) {
      unbound(input, "how many tensors it has");
      return Optional.empty();
    }
    if (length.get() > mostPorts) {
      problems()
          .add(
              Kind.INPUTS,
              length.get(),
              "%s has %,d tensors; at most %,d inputs are supported"
                  .formatted(shown(input.name()), length.get(), mostPorts));
      return Optional.empty();
    }
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < length.get(); i++) {
      Optional<Value> value = tensor(input, Bindings.element(input.name(), i));
      if (value.isEmpty()) {
        return Optional.empty(); // what is wrong with one is wrong with all, or nearly so
      }
      values.add(value.get());
    }
    return Optional.of(new ValueList(values));
  }

  private Optional<Meaning> optional(OnnxValueInfo input) {
    if (bindings.constant(input.name()).isPresent()) {
      return tensor(input, input.name()).map(value -> value);
    }
    Optional<Integer> has = bindings.dim(input.name());
    if (has.filter(number -> number <= 1).isEmpty()) {
      unbound(input, "0 if it has nothing, or 1");
      return Optional.empty();
    }
    return has.get() == 0
        ? Optional.of(new NoValue())
        : tensor(input, input.name()).map(value -> value);
  }

  private void unbound(OnnxValueInfo input, String what) {
    problems()
        .add(
            Kind.BINDING,
            1,
            "%s is %s; expected is --bind %s=N, %s"
                .formatted(
                    shown(input.name()), input.kind().label(), Names.shown(input.name()), what));
  }

  /// {@return a tensor of an input, which is known if its type is supported and all of its sizes are numbers. A
  /// symbolic batch is one; what has no elements is known}
  ///
  /// @param name the input's, or its element's
  private Optional<Value> tensor(OnnxValueInfo input, String name) {
    Optional<Tensor> bound = bindings.constant(name);
    if (bound.isPresent()) {
      return agrees(input, name, bound.get())
          ? Optional.of(Value.constant(name, bound.get()))
          : Optional.empty();
    }
    Optional<ElementType> type = input.type().flatMap(OnnxType::element);
    if (type.isEmpty()) {
      problems().unsupportedType(OnnxType.nameOf(input.elementType()), shown(input.name()));
    }
    Optional<Shape> shape = shape(input, name);
    if (type.isEmpty() || shape.isEmpty()) {
      return Optional.empty();
    }
    Value value = Value.computed(name, type.get(), shape.get());
    try {
      value.requireSize();
    } catch (RefusedNode e) {
      problems().add(e.kind(), "input", Names.shown(name), e.rule(), e.detail());
      return Optional.empty();
    }
    if (value.isEmpty()) {
      value = Value.constant(name, Tensor.zero(type.get(), shape.get()));
    }
    Named port = new Named(name, value);
    ports.add(port);
    if (!value.isEmpty()) {
      all.graph().addInput(port);
    }
    return Optional.of(value);
  }

  private Optional<Shape> shape(OnnxValueInfo input, String name) {
    String what = shown(input.name());
    Optional<Shape> bound = bindings.shape(name).or(() -> bindings.shape(input.name()));
    if (bound.isPresent()) {
      return agrees(input, bound.get(), false) ? bound : Optional.empty();
    }
    if (input.shape().isEmpty()) {
      problems().add(Kind.SHAPE, 1, what + " has no shape");
      return Optional.empty();
    }
    List<OnnxDimension> declared = input.shape().get();
    List<Integer> dims = new ArrayList<>();
    List<String> symbolic = new ArrayList<>();
    List<String> named = new ArrayList<>();
    List<String> bad = new ArrayList<>();
    for (int i = 0; i < declared.size(); i++) {
      Optional<Integer> chosen =
          declared.get(i) instanceof OnnxDimension.Named(String label)
              ? bindings.dim(label)
              : Optional.empty();
      long dim = chosen.map(Integer::longValue).orElse(declared.get(i).known().orElse(1));
      if (declared.get(i).known().isEmpty() && chosen.isEmpty() && i > 0) {
        symbolic.add(i + " is " + declared.get(i).label());
        if (declared.get(i) instanceof OnnxDimension.Named(String label)) {
          named.add(Names.shown(label) + "=NUMBER");
        }
      } else if (dim < 0 || dim > Integer.MAX_VALUE) {
        bad.add(i + " is " + dim);
      }
      dims.add((int) dim);
    }
    if (!symbolic.isEmpty()) {
      String numbers =
          named.size() < symbolic.size()
              ? ""
              : "--bind " + named.stream().distinct().collect(Collectors.joining(",")) + " or ";
      problems()
          .add(
              Kind.SHAPE,
              symbolic.size(),
              what
                  + " has dimensions that are not numbers: "
                  + Names.list(symbolic)
                  + "; they are bound by "
                  + numbers
                  + "--bind "
                  + Names.shown(name)
                  + "=SHAPE (dimension 0 is 1 where nothing is said)");
    }
    if (!bad.isEmpty()) {
      problems()
          .add(Kind.SIZE, bad.size(), what + " has impossible dimensions: " + Names.list(bad));
    }
    if (!symbolic.isEmpty() || !bad.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Shape(dims));
    } catch (IllegalArgumentException e) {
      problems()
          .add(
              Kind.SIZE,
              1,
              what
                  + " has too many dimensions or elements: ["
                  + Names.list(dims.stream().map(String::valueOf).toList())
                  + "]");
      return Optional.empty();
    }
  }

  /// {@return whether a constant is what the file, and all else that is bound, says of its input}
  private boolean agrees(OnnxValueInfo input, String name, Tensor value) {
    Optional<ElementType> type = input.type().flatMap(OnnxType::element);
    if (input.elementType() != 0 && !type.equals(Optional.of(value.type()))) {
      contradicts(
          input,
          "a constant of " + Types.name(value.type()),
          "it is declared as " + OnnxType.nameOf(input.elementType()));
      return false;
    }
    Optional<Shape> shape = bindings.shape(name).or(() -> bindings.shape(input.name()));
    if (shape.filter(one -> !one.equals(value.shape())).isPresent()) {
      contradicts(
          input, "a constant of shape " + value.shape(), "to shape " + shape.get() + " as well");
      return false;
    }
    return agrees(input, value.shape(), true);
  }

  /// {@return whether a shape is not another one than the numbers that its dimensions are bound to}
  ///
  /// @param declared whether it must be the declared one, too; a shape that is bound may be another
  private boolean agrees(OnnxValueInfo input, Shape shape, boolean declared) {
    List<OnnxDimension> dims = input.shape().orElse(List.of());
    boolean isOfRank = dims.size() == shape.rank();
    if (declared && input.shape().isPresent() && !isOfRank) {
      contradicts(input, "shape " + shape, "it is declared with %d axes".formatted(dims.size()));
      return false;
    }
    for (int i = 0; isOfRank && i < dims.size(); i++) {
      Optional<Long> size =
          switch (dims.get(i)) {
            case OnnxDimension.Named(String label) -> bindings.dim(label).map(Integer::longValue);
            case OnnxDimension.Sized(long known) ->
                declared ? Optional.of(known) : Optional.empty();
            case OnnxDimension.Unknown() -> Optional.empty();
          };
      if (size.isPresent() && size.get() != shape.dim(i)) {
        String what = "dimension %d, %s, is %d".formatted(i, dims.get(i).label(), size.get());
        contradicts(input, "shape " + shape, what);
        return false;
      }
    }
    return true;
  }

  private void contradicts(OnnxValueInfo input, String bound, String known) {
    problems()
        .add(
            Kind.BINDING,
            1,
            "%s is bound to %s, but %s".formatted(shown(input.name()), bound, known));
  }

  /// Checks that all that is bound is there.
  void requireBindings(List<OnnxValueInfo> inputs) {
    Set<String> tensors = new HashSet<>();
    Set<String> numbers = new HashSet<>();
    for (OnnxValueInfo input : inputs) {
      tensors.add(input.name());
      switch (input.kind()) {
        case SEQUENCE, OPTIONAL_SEQUENCE -> {
          numbers.add(input.name());
          int length = Math.min(bindings.dim(input.name()).orElse(0), mostPorts);
          for (int i = 0; i < length; i++) {
            tensors.add(Bindings.element(input.name(), i));
          }
        }
        case OPTIONAL -> numbers.add(input.name());
        case TENSOR, UNDECLARED, SPARSE_TENSOR, NESTED, MAP, OPAQUE -> {}
      }
      input.shape().stream()
          .flatMap(List::stream)
          .forEach(
              dim -> {
                if (dim instanceof OnnxDimension.Named(String name)) {
                  numbers.add(name);
                }
              });
    }
    requireAll("input", bindings.inputs().keySet(), tensors);
    requireAll("input", bindings.shapes().keySet(), tensors);
    requireAll("dimension", bindings.dims().keySet(), numbers);
  }

  private void requireAll(String what, Set<String> bound, Set<String> known) {
    for (String name : bound.stream().sorted().toList()) {
      if (!known.contains(name)) {
        problems()
            .add(
                Kind.BINDING,
                1,
                "bound is the %s %s, which the model does not have; it has %s"
                    .formatted(
                        what,
                        Names.shown(name),
                        known.isEmpty() ? "none" : Names.list(known.stream().sorted().toList())));
      }
    }
  }

  private static String shown(String name) {
    return "input " + Names.shown(name);
  }

  private ImportProblems problems() {
    return all.problems();
  }
}
