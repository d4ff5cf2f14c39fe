package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;
import opml.kernels.operators.Reduction;

/// Einsum: products of operands' elements by the names of their axes, summed over those that the result does not have.
/// All operands are repeated to all axes, multiplied in their order, and summed by SUM.
final class EinsumOperator implements Operator {
  private static final int SINCE = 12;

  private static final Declaration DECLARATION =
      Declaration.of("Einsum", "sums of products, by the names of axes")
          .since(SINCE)
          .with(Way.KERNEL, NumberTypes.NUMBERS);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, Integer.MAX_VALUE);
    String equation = node.attributes().text("equation", "").replace(" ", "");
    node.attributes().end();
    String[] sides = equation.split("->", -1);
    node.require(sides.length <= 2 && !sides[0].isEmpty(), "no equation", equation);
    String[] terms = sides[0].split(",", -1);
    node.require(
        terms.length == node.inputs(), "the operands are not as many as the terms", equation);
    ElementType type = node.input(0).type();
    node.requireType(type != ElementType.BOOL, type, "numbers are supported");
    Map<String, Integer> sizes = new TreeMap<>();
    List<List<String>> names = new ArrayList<>();
    for (int i = 0; i < terms.length; i++) {
      Value operand = node.input(i);
      node.require(operand.type() == type, "the operands are of different types");
      names.add(names(node, terms[i], operand.shape()));
      for (int axis = 0; axis < operand.shape().rank(); axis++) {
        String name = names.get(i).get(axis);
        int size = operand.shape().dim(axis);
        int before = sizes.merge(name, size, (a, b) -> a == 1 ? b : a);
        node.require(
            before == size || size == 1, "an axis has two sizes", name + " in " + equation);
      }
    }
    List<String> result = sides.length == 2 ? result(node, sides[1], sizes) : implied(terms, sizes);
    List<String> all = new ArrayList<>(result);
    sizes.keySet().stream().filter(name -> !result.contains(name)).forEach(all::add);
    ElementType as = NumberTypes.computedAs(type);
    Shape full = Shapes.of(node, all.stream().map(sizes::get).toList());
    Value product = spread(node, 0, names.getFirst(), all, full, as);
    for (int i = 1; i < terms.length; i++) {
      Value next = spread(node, i, names.get(i), all, full, as);
      product = PairCall.arithmetic(node, "product" + i, PairCall.PRODUCT, product, next);
    }
    int kept = full.countOf(0, result.size());
    Shape shape = new Shape(full.dims().subList(0, result.size()));
    NodeImport.Call call =
        node.call(as == ElementType.F32 ? "reduce.sum.f32" : "reduce." + as.label())
            .named("sum")
            .read(product)
            .writePart(as, shape)
            .ints("axis", kept, full.countOf(result.size(), full.rank()), 1);
    if (as != ElementType.F32) {
      call.ints("kind", Reduction.SUM);
    }
    Value sum = all.size() == result.size() ? product : call.emitPart();
    node.define(node.cast(sum.reshaped(shape), type));
  }

  /// {@return a name for each axis; those that an ellipsis stands for are numbers, the last one 0}
  private static List<String> names(NodeImport node, String term, Shape shape) {
    int dots = term.indexOf("...");
    String letters = term.replace("...", "");
    int more = shape.rank() - letters.length();
    node.require(
        letters.chars().allMatch(Character::isLetter) && (dots < 0 ? more == 0 : more >= 0),
        "a term does not fit its operand",
        term + " of " + shape);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < letters.length() || i == Math.max(dots, 0); i++) {
      if (i == dots) {
        for (int j = more - 1; j >= 0; j--) {
          names.add("" + j);
        }
      }
      if (i < letters.length()) {
        names.add(letters.substring(i, i + 1));
      } else {
        break;
      }
    }
    return names;
  }

  private static List<String> result(NodeImport node, String term, Map<String, Integer> sizes) {
    int more =
        (int) sizes.keySet().stream().filter(name -> Character.isDigit(name.charAt(0))).count();
    String letters = term.replace("...", "");
    List<String> names = new ArrayList<>();
    int dots = term.indexOf("...");
    for (int i = 0; i <= letters.length(); i++) {
      if (i == dots) {
        for (int j = more - 1; j >= 0; j--) {
          names.add("" + j);
        }
      }
      if (i < letters.length()) {
        names.add(letters.substring(i, i + 1));
      }
    }
    node.require(
        sizes.keySet().containsAll(names) && names.stream().distinct().count() == names.size(),
        "the result has axes that no operand has, or one twice",
        term);
    return names;
  }

  /// {@return without a right side: what an ellipsis stands for, and then each name that is there once, in order}
  private static List<String> implied(String[] terms, Map<String, Integer> sizes) {
    String all = String.join("", terms);
    List<String> names = new ArrayList<>();
    sizes.keySet().stream()
        .filter(name -> Character.isDigit(name.charAt(0)))
        .sorted(Collections.reverseOrder())
        .forEach(names::add);
    sizes.keySet().stream()
        .filter(name -> Character.isLetter(name.charAt(0)))
        .filter(name -> all.indexOf(name) == all.lastIndexOf(name))
        .forEach(names::add);
    return names;
  }

  /// {@return an operand repeated to all axes; of an axis that it names twice, the diagonal}
  private static Value spread(
      NodeImport node, int index, List<String> own, List<String> all, Shape full, ElementType as) {
    Value x = node.cast(node.input(index), as);
    List<Integer> dense = Walk.of(x.shape()).strides();
    List<Integer> strides = new ArrayList<>();
    for (String name : all) {
      int stride = 0;
      for (int axis = 0; axis < own.size(); axis++) {
        if (own.get(axis).equals(name) && x.shape().dim(axis) > 1) {
          stride += dense.get(axis);
        }
      }
      strides.add(stride);
    }
    Walk walk = new Walk(0, full.dims(), strides);
    return x.shape().equals(full) && walk.equals(Walk.of(full))
        ? x
        : node.moves().of("operand" + index, x, walk, full);
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(NumberTypes.NUMBERS);
    int a = make.between(1, 4);
    int b = make.between(1, 4);
    int c = make.between(1, 4);
    CaseMaker.Draft node = make.node(SINCE);
    return switch (make.between(0, 3)) {
      case 0 ->
          node.given(make.tensor(type, a, b))
              .either(make.tensor(type, b, c))
              .text("equation", "ij,jk->ik")
              .end();
      case 1 -> node.given(make.tensor(type, a, b, c)).text("equation", "...j->j...").end();
      case 2 -> node.given(make.tensor(type, a, a)).text("equation", "ii").end();
      default ->
          node.given(make.tensor(type, a, b, c))
              .either(make.tensor(type, a, c))
              .text("equation", "bij, bj -> bi")
              .end();
    };
  }
}
