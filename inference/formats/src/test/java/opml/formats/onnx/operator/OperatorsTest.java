package opml.formats.onnx.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import opml.engine.graph.Clearing;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.cases.OperatorCase.Operand;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.Operator;
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What operators say of themselves is what they do, on their own random nodes.
class OperatorsTest {
  private static final int CASES = 200;
  private static final int REFUSED = 40;

  /// The table of kernels is to be the same in every run.
  private static final long TABLE_SEED = 1;

  private final long seed = System.nanoTime();

  static List<Operator> operators() {
    return Operators.all();
  }

  @ParameterizedTest
  @MethodSource("operators")
  void theDeclaredTypesAreThoseThatAreImported(Operator operator) {
    Declaration declaration = operator.declaration();
    Map<Way, Set<ElementType>> seen = new EnumMap<>(Way.class);
    for (OperatorCase one : cases(operator, seed)) {
      Graph graph = imported(operator, one);
      ElementType type = one.firstType().orElseGet(() -> resultType(graph));
      seen.computeIfAbsent(way(one, graph), key -> EnumSet.noneOf(ElementType.class)).add(type);
    }
    Set<ElementType> imported = union(seen);
    Set<ElementType> declared = union(declaration.types());
    assertThat(declared).as("%s, seed %d", declaration.fullName(), seed).containsAll(imported);
    // halves are cast to floats by one rule, and few cases have them
    declared.removeAll(Set.of(ElementType.F16, ElementType.BF16));
    assertThat(imported).as("%s, seed %d", declaration.fullName(), seed).containsAll(declared);
  }

  @ParameterizedTest
  @MethodSource("operators")
  void aTypeThatIsNotDeclaredIsRefused(Operator operator) {
    Declaration declaration = operator.declaration();
    for (OperatorCase one : cases(operator, seed).subList(0, REFUSED)) {
      if (one.operands().isEmpty()) {
        continue;
      }
      Shape shape = first(one).shape();
      for (ElementType type : ElementType.computed()) {
        Tensor zeros = Tensor.zero(type, shape);
        boolean asInput =
            Stream.of(Way.KERNEL, Way.NAME, Way.SHAPE)
                .anyMatch(way -> declaration.types(way).contains(type));
        boolean asConstant = asInput || declaration.types(Way.CONSTANT).contains(type);
        if (!asConstant) {
          refused(operator, one.withFirst(new Operand.Constant(zeros)));
        }
        if (!asInput) {
          refused(operator, one.withFirst(new Operand.Given(zeros)));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("operators")
  void anOperatorIsRefusedInAVersionThatDoesNotHaveIt(Operator operator) {
    Declaration declaration = operator.declaration();
    OperatorCase one = operator.random(new CaseMaker(seed, declaration.since(), 1));
    imported(operator, one);
    if (declaration.since() > Declaration.MIN_OPSET) {
      OnnxModel model = one.model(declaration.fullName());
      OnnxModel older =
          new OnnxModel(
              model.irVersion(),
              model.producerName(),
              List.of(new OnnxOpset("", declaration.since() - 1)),
              model.graph());
      assertThatThrownBy(() -> imported(older))
          .isInstanceOf(ImportException.class)
          .hasMessageContaining("%s (since opset %d)", declaration.fullName(), declaration.since());
    }
  }

  @Test
  void theReadmeHasTheirTable() throws IOException {
    List<String> rows = new ArrayList<>();
    rows.add("| operator | since opset | types of the first input | kernels | what it computes |");
    rows.add("|---|---|---|---|---|");
    for (Operator operator : Operators.all()) {
      Declaration declaration = operator.declaration();
      Set<String> kernels = new TreeSet<>();
      for (OperatorCase one : cases(operator, TABLE_SEED)) {
        imported(operator, one).nodes().stream()
            .map(node -> node.kernel().name())
            .filter(name -> !name.equals("copy") && !name.equals("clear"))
            .forEach(kernels::add);
      }
      rows.add(
          "| %s | %s | %s | %s | %s |"
              .formatted(
                  declaration.fullName(),
                  declaration.since() == Declaration.MIN_OPSET ? "" : "" + declaration.since(),
                  declaration.describeTypes(),
                  String.join(", ", kernels),
                  declaration.summary()));
    }
    List<String> readme = Files.readAllLines(Path.of("README.md"));
    assertThat(Collections.indexOfSubList(readme, rows))
        .as(
            "where README.md of formats has the table of operators, which is%n%s",
            String.join("\n", rows))
        .isNotNegative();
  }

  @Test
  void theyAreInTheOrderOfTheirNames() {
    List<String> names = Operators.all().stream().map(all -> all.declaration().fullName()).toList();
    assertThat(names).isSorted().doesNotHaveDuplicates();
  }

  private static List<OperatorCase> cases(Operator operator, long seed) {
    CaseMaker make = new CaseMaker(seed, Declaration.MAX_OPSET, 1);
    List<OperatorCase> cases = new ArrayList<>();
    for (int i = 0; i < CASES; i++) {
      cases.add(operator.random(make));
    }
    return cases;
  }

  /// The kernel `copy` alone makes an output of what is another name, or a constant.
  private static Way way(OperatorCase one, Graph graph) {
    GraphNode last =
        graph.nodes().reversed().stream()
            .filter(node -> !Clearing.clears(node))
            .findFirst()
            .orElseThrow();
    if (!last.kernel().name().equals("copy")) {
      return Way.KERNEL;
    }
    if (last.inputs()[0] == graph.input().slot()) {
      return Way.NAME;
    }
    return one.operands().stream().anyMatch(Operand.Given.class::isInstance)
        ? Way.SHAPE
        : Way.CONSTANT;
  }

  private static Set<ElementType> union(Map<Way, Set<ElementType>> types) {
    Set<ElementType> all = EnumSet.noneOf(ElementType.class);
    types.values().forEach(all::addAll);
    return all;
  }

  private static ElementType resultType(Graph graph) {
    return graph.slots().get(graph.output().slot()).type();
  }

  private static Tensor first(OperatorCase one) {
    return switch (one.operands().getFirst()) {
      case Operand.Given(Tensor value) -> value;
      case Operand.Constant(Tensor value) -> value;
      case Operand.Absent() -> throw new AssertionError("the first input is absent");
    };
  }

  private Graph imported(Operator operator, OperatorCase one) {
    try {
      return imported(one.model(operator.declaration().fullName()));
    } catch (ImportException e) {
      throw new AssertionError("seed %d: %s".formatted(seed, one), e);
    }
  }

  private static Graph imported(OnnxModel model) {
    return OnnxImporter.of("model", OnnxReader.parse("model", OnnxWriter.write(model)));
  }

  private void refused(Operator operator, OperatorCase one) {
    assertThatThrownBy(() -> imported(one.model(operator.declaration().fullName())))
        .as("seed %d: %s", seed, one)
        .isInstanceOf(ImportException.class);
  }
}
