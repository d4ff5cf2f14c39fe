package opml.formats.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.node.Meaning;
import opml.formats.onnx.node.NoValue;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.ValueList;

/// What a node means that is several others: these are imported one by one, as if they stood in its place.
final class PartImport {
  private final GraphScope scope;
  private final String label;
  private int parts;

  /// @param label of the node of which they are parts
  PartImport(GraphScope scope, String label) {
    this.scope = scope;
    this.label = label;
  }

  /// {@return what an operator makes of values}
  Value of(String operator, List<Value> inputs, OnnxAttribute... attributes) {
    String prefix = scope.all().prefix(label);
    List<String> names = new ArrayList<>();
    for (Value input : inputs) {
      names.add(prefix + "x" + names.size());
      scope.graph().define(names.getLast(), input);
    }
    String result = prefix + "y";
    scope.graph().addReads(Set.of(result));
    OnnxNode one =
        new OnnxNode(label, operator, "", names, List.of(result), Arrays.asList(attributes));
    scope.importNode(one, label + "." + operator + parts++);
    return scope
        .graph()
        .value(result)
        .orElseThrow(() -> new RefusedNode("its part " + operator + " was refused", ""));
  }

  /// {@return a where a condition holds, else b}
  ///
  /// @param a tensors of the types and shapes of those of b ([#alike])
  Meaning select(Value condition, Meaning a, Meaning b) {
    return switch (a) {
      case NoValue none -> none;
      case Value one -> of("Where", List.of(condition, one, b.tensors().getFirst()));
      case ValueList(List<Value> all) -> {
        List<Value> chosen = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
          chosen.add(of("Where", List.of(condition, all.get(i), b.tensors().get(i))));
        }
        yield new ValueList(chosen);
      }
    };
  }

  /// {@return whether one of the two can be chosen when the model runs}
  static boolean alike(Meaning a, Meaning b) {
    if (a.tensors().size() != b.tensors().size() || !a.getClass().equals(b.getClass())) {
      return false;
    }
    for (int i = 0; i < a.tensors().size(); i++) {
      Value one = a.tensors().get(i);
      Value other = b.tensors().get(i);
      if (one.type() != other.type() || !one.shape().equals(other.shape())) {
        return false;
      }
    }
    return true;
  }
}
