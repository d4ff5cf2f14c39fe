package opml.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import opml.engine.graph.Port;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.ModelLoader;
import opml.formats.onnx.Bindings;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxDimension;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.refusal.ImportException;
import opml.mnist.DemoModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxSessionTest {
  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void model() throws IOException {
    file = Files.write(folder.resolve("mnist.onnx"), DemoModel.FLOAT.onnx());
  }

  @Test
  void manyThreadsGetTheBitsThatOneGets() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (OnnxSession session = OnnxSession.open(file);
        OnnxSession alone = OnnxSession.open(file, OnnxSessionOptions.DEFAULT.withThreads(1));
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<byte[]>> got = new ArrayList<>();
      List<byte[]> expected = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        Map<String, Tensor> input = image(session, random);
        got.add(threads.submit(() -> first(session.run(input)).bytes()));
        expected.add(first(alone.run(input)).bytes());
      }
      for (int i = 0; i < got.size(); i++) {
        assertThat(bytes(got.get(i))).as("seed %d, run %d", seed, i).isEqualTo(expected.get(i));
      }
    }
  }

  @Test
  void aCommitmentIsOfTheSameBitsAndOfTheModelThatAChainKnows() throws IOException {
    try (OnnxSession session = OnnxSession.open(file)) {
      Map<String, Tensor> input = image(session, new Random(1));
      Commitment commitment = session.commit(input);
      assertThat(first(commitment.outputs()).bytes()).isEqualTo(first(session.run(input)).bytes());
      assertThat(commitment.model()).isEqualTo(ModelLoader.load(file).id());
      assertThat(session.commit(input).finalState()).isEqualTo(commitment.finalState());
      assertThat(session.commit(image(session, new Random(2))).finalState())
          .isNotEqualTo(commitment.finalState());
    }
  }

  @Test
  void allThatIsWrongWithInputsIsToldAtOnce() throws IOException {
    try (OnnxSession session = OnnxSession.open(file)) {
      String name = session.inputs().getFirst().name();
      assertThatThrownBy(
              () -> session.run(Map.of("other", Tensor.ofFloats(Shape.of(1), 0), name, ints())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll(name, "is i32 2", "other is unknown");
      assertThatThrownBy(() -> session.run(Map.of())).hasMessageContaining("is missing");
    }
  }

  @Test
  void aClosedSessionIsRefused() throws IOException {
    OnnxSession session = OnnxSession.open(file);
    Map<String, Tensor> input = image(session, new Random(1));
    session.close();
    assertThatThrownBy(() -> session.run(input))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the session is closed");
  }

  @Test
  void whatTheFileLeavesOpenIsBound() throws IOException {
    Path open = Files.write(folder.resolve("open.onnx"), OnnxWriter.write(openModel()));
    assertThatThrownBy(() -> OnnxSession.open(open))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("1 is seq");
    OnnxSessionOptions half =
        OnnxSessionOptions.DEFAULT.with(new Bindings(Map.of("seq", 6), Map.of(), Map.of()));
    assertThatThrownBy(() -> OnnxSession.open(open, half))
        .hasMessageContainingAll("input 1 must be a constant", "to be bound are shape");
    Bindings bindings =
        new Bindings(
            Map.of("seq", 6), Map.of(), Map.of("shape", Tensor.ofLongs(Shape.of(2), 3, -1)));
    try (OnnxSession session = OnnxSession.open(open, OnnxSessionOptions.DEFAULT.with(bindings))) {
      assertThat(session.inputs()).extracting(Port.Part::name).containsExactly("x");
      Tensor result =
          first(session.run(Map.of("x", Tensor.ofFloats(Shape.of(1, 6), 1, 2, 3, 4, 5, 6))));
      assertThat(result.shape()).isEqualTo(Shape.of(3, 2));
      assertThat(result.floats()).containsExactly(1, 2, 3, 4, 5, 6);
    }
  }

  @Test
  void anOutputIsAsLargeAsTheDataMakeIt() throws IOException {
    OnnxNode node = OnnxNode.of("NonZero", List.of("x"), List.of("y"), new OnnxAttribute[0]);
    OnnxValueInfo x = OnnxValueInfo.of("x", ElementType.F32, Shape.of(2, 3));
    OnnxModel model =
        new OnnxModel(
            8,
            "opml",
            List.of(new OnnxOpset("", 14)),
            new OnnxGraph(
                "found",
                List.of(node),
                List.of(),
                List.of(x),
                List.of(new OnnxValueInfo("y", 7, Optional.empty()))));
    try (OnnxSession session =
        OnnxSession.open(Files.write(folder.resolve("found.onnx"), OnnxWriter.write(model)))) {
      assertThat(session.outputs())
          .singleElement()
          .hasToString("y i64 2x6, of axis 1 as many as y.count");
      Map<String, Tensor> given = Map.of("x", Tensor.ofFloats(Shape.of(2, 3), 0, 5, 0, 7, 0, 8));
      for (Map<String, Tensor> said :
          List.of(session.run(given), session.commit(given).outputs())) {
        assertThat(said.keySet()).containsExactly("y");
        assertThat(first(said).shape()).isEqualTo(Shape.of(2, 3));
        assertThat(first(said).integers()).containsExactly(0, 1, 1, 1, 0, 2);
      }
      Map<String, Tensor> zeros = Map.of("x", Tensor.zero(ElementType.F32, Shape.of(2, 3)));
      assertThat(first(session.run(zeros)).shape()).isEqualTo(Shape.of(2, 0));
    }
  }

  /// A Reshape whose shape is an input.
  private static OnnxModel openModel() {
    OnnxNode node =
        OnnxNode.of("Reshape", List.of("x", "shape"), List.of("y"), new OnnxAttribute[0]);
    OnnxValueInfo x =
        new OnnxValueInfo(
            "x",
            OnnxValueInfo.Kind.TENSOR,
            1,
            Optional.of(List.of(new OnnxDimension.Sized(1), new OnnxDimension.Named("seq"))));
    OnnxValueInfo shape = OnnxValueInfo.of("shape", ElementType.I64, Shape.of(2));
    OnnxValueInfo y = new OnnxValueInfo("y", 1, Optional.empty());
    return new OnnxModel(
        8,
        "opml",
        List.of(new OnnxOpset("", 14)),
        new OnnxGraph("open", List.of(node), List.of(), List.of(x, shape), List.of(y)));
  }

  private static Map<String, Tensor> image(OnnxSession session, Random random) {
    Map<String, Tensor> inputs = new HashMap<>();
    for (Port.Part part : session.inputs()) {
      byte[] bytes = new byte[Math.toIntExact(part.bytes())];
      float[] values = new float[part.shape().count()];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextInt(256);
        bytes[i % bytes.length] = (byte) (int) values[i];
      }
      inputs.put(
          part.name(),
          part.type() == ElementType.F32
              ? Tensor.ofFloats(part.shape(), values)
              : Tensor.ofBytes(part.type(), part.shape(), bytes));
    }
    return inputs;
  }

  private static Tensor ints() {
    return Tensor.ofInts(Shape.of(2), 1, 2);
  }

  private static Tensor first(Map<String, Tensor> outputs) {
    return outputs.values().iterator().next();
  }

  private static byte[] bytes(Future<byte[]> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
