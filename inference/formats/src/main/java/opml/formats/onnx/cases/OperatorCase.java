package opml.formats.onnx.cases;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;

/// One node of an operator, with what it is given.
///
/// @param opset the version of ONNX's operator set
/// @param outputs how many the node has, all of them the model's
public record OperatorCase(
    int opset, List<Operand> operands, List<OnnxAttribute> attributes, int outputs) {
  /// One input of the node.
  public sealed interface Operand {
    /// An input of the model.
    record Given(Tensor value) implements Operand {}

    /// A constant of the model.
    record Constant(Tensor value) implements Operand {}

    /// An optional input that is left out.
    record Absent() implements Operand {}
  }

  private static final long IR_VERSION = 8;

  private static final String UNUSED = "unused";

  /// What a model without inputs is given, since each has one.
  private static final Tensor NOTHING = Tensor.ofFloats(Shape.of(1), 0);

  public OperatorCase {
    operands = List.copyOf(operands);
    attributes = List.copyOf(attributes);
  }

  /// {@return the same node with another first input}
  public OperatorCase withFirst(Operand first) {
    List<Operand> all = new ArrayList<>(operands);
    all.set(0, first);
    return new OperatorCase(opset, all, attributes, outputs);
  }

  /// {@return the same node with another attribute}
  public OperatorCase with(OnnxAttribute attribute) {
    List<OnnxAttribute> all = new ArrayList<>(attributes);
    all.add(attribute);
    return new OperatorCase(opset, operands, all, outputs);
  }

  /// {@return the model of that one node}
  ///
  /// @param operator whose node it is, by its full name
  public OnnxModel model(String operator) {
    List<String> names = new ArrayList<>();
    List<OnnxTensor> constants = new ArrayList<>();
    List<OnnxValueInfo> inputs = new ArrayList<>();
    for (int i = 0; i < operands.size(); i++) {
      String name = "x" + i;
      switch (operands.get(i)) {
        case Operand.Given(Tensor value) ->
            inputs.add(OnnxValueInfo.of(name, value.type(), value.shape()));
        case Operand.Constant(Tensor value) -> constants.add(new OnnxTensor(name, value));
        case Operand.Absent() -> name = "";
      }
      names.add(name);
    }
    if (inputs.isEmpty()) {
      inputs.add(OnnxValueInfo.of(UNUSED, NOTHING.type(), NOTHING.shape()));
    }
    int dot = operator.lastIndexOf('.');
    String domain = operator.substring(0, Math.max(0, dot));
    List<String> results = new ArrayList<>(List.of("y"));
    for (int i = 1; i < outputs; i++) {
      results.add("y" + i);
    }
    OnnxNode node =
        new OnnxNode("y", operator.substring(dot + 1), domain, names, results, attributes);
    List<OnnxOpset> opsets = new ArrayList<>(List.of(new OnnxOpset("", opset)));
    if (!domain.isEmpty()) {
      opsets.add(new OnnxOpset(domain, 1));
    }
    return new OnnxModel(
        IR_VERSION,
        "opml",
        opsets,
        new OnnxGraph(
            operator,
            List.of(node),
            constants,
            inputs,
            results.stream().map(name -> new OnnxValueInfo(name, 0, Optional.empty())).toList()));
  }

  /// {@return what the model's inputs get, by their names}
  public Map<String, Tensor> inputs() {
    Map<String, Tensor> given = new LinkedHashMap<>();
    for (int i = 0; i < operands.size(); i++) {
      if (operands.get(i) instanceof Operand.Given(Tensor value)) {
        given.put("x" + i, value);
      }
    }
    return given.isEmpty() ? Map.of(UNUSED, NOTHING) : given;
  }

  /// {@return the type of the first input, if the node has one}
  public Optional<ElementType> firstType() {
    return operands.stream()
        .findFirst()
        .flatMap(
            first ->
                switch (first) {
                  case Operand.Given(Tensor value) -> Optional.of(value.type());
                  case Operand.Constant(Tensor value) -> Optional.of(value.type());
                  case Operand.Absent() -> Optional.empty();
                });
  }
}
