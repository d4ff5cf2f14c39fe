package opml.formats.onnx.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.FloatValue;
import opml.formats.onnx.file.OnnxAttribute.IntValue;
import opml.formats.onnx.file.OnnxAttribute.Text;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import org.junit.jupiter.api.Test;

/// What attention and what ONNX Runtime fuses and quantises compute, by independent formulas.
class FusedOperatorsTest {
  private static final int OPSET = 24;

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void attentionWeighsTheValuesOfTheKeysThatAQuerySees() {
    int heads = 4;
    int shared = 2;
    int queries = 3;
    int keys = 3;
    int width = 5;
    Tensor q = OperatorHarness.whole(random, 1, heads, queries, width);
    Tensor k = OperatorHarness.whole(random, 1, shared, keys, width);
    Tensor v = OperatorHarness.whole(random, 1, shared, keys, 2);
    Tensor y =
        run("", "Attention", q, List.of(k, v), new IntValue("is_causal", 1), scale(0.03125f));
    for (int h = 0; h < heads; h++) {
      int own = h / (heads / shared);
      for (int i = 0; i < queries; i++) {
        double[] weights = new double[i + 1];
        double sum = 0;
        for (int j = 0; j <= i; j++) {
          double dot = 0;
          for (int d = 0; d < width; d++) {
            dot += q.f32((h * queries + i) * width + d) * k.f32((own * keys + j) * width + d);
          }
          weights[j] = StrictMath.exp(dot * 0.03125);
          sum += weights[j];
        }
        for (int d = 0; d < 2; d++) {
          double expected = 0;
          for (int j = 0; j <= i; j++) {
            expected += weights[j] / sum * v.f32((own * keys + j) * 2 + d);
          }
          assertThat((double) y.f32((h * queries + i) * 2 + d))
              .as("seed %d, head %d, query %d", seed, h, i)
              .isCloseTo(expected, within(1e-4));
        }
      }
    }
  }

  private static OnnxAttribute scale(float scale) {
    return new FloatValue("scale", scale);
  }

  @Test
  void aQueryThatSeesNoKeyIsZero() {
    Tensor q = Tensor.ofFloats(Shape.of(1, 1, 2, 1), 1, 2);
    Tensor k = Tensor.ofFloats(Shape.of(1, 1, 2, 1), 1, 1);
    Tensor v = Tensor.ofFloats(Shape.of(1, 1, 2, 1), 3, 5);
    Tensor mask = Tensor.ofBytes(ElementType.BOOL, Shape.of(2, 2), new byte[] {0, 0, 1, 1});
    assertThat(run("", "Attention", q, List.of(k, v, mask)).floats()).containsExactly(0, 4);
  }

  @Test
  void pairsAreTurnedByTheirAngles() {
    Tensor x = Tensor.ofFloats(Shape.of(1, 1, 1, 5), 1, 2, 3, 4, 5);
    Tensor cos = Tensor.ofFloats(Shape.of(1, 1, 2), 0, 1);
    Tensor sin = Tensor.ofFloats(Shape.of(1, 1, 2), 1, 0);
    IntValue turned = new IntValue("rotary_embedding_dim", 4);
    assertThat(run("", "RotaryEmbedding", x, List.of(cos, sin), turned).floats())
        .containsExactly(-3, 2, 1, 4, 5);
    assertThat(
            run("", "RotaryEmbedding", x, List.of(cos, sin), turned, new IntValue("interleaved", 1))
                .floats())
        .containsExactly(-2, 1, 3, 4, 5);
  }

  @Test
  void aCircularCacheGoesOnAtItsBeginning() {
    Tensor cache = Tensor.ofFloats(Shape.of(2, 3, 1), 1, 2, 3, 4, 5, 6);
    Tensor update = Tensor.ofFloats(Shape.of(2, 2, 1), 10, 20, 30, 40);
    Tensor begins = Tensor.ofLongs(Shape.of(2), 2, 0);
    assertThat(
            run("", "TensorScatter", cache, List.of(update, begins), new Text("mode", "circular"))
                .floats())
        .containsExactly(20, 2, 10, 30, 40, 6);
  }

  @Test
  void blocksOfFourBitsAreAMatrix() {
    int k = 20;
    int n = 3;
    int block = 16;
    byte[] b = new byte[n * 2 * block / 2];
    byte[] zeros = new byte[n];
    random.nextBytes(b);
    random.nextBytes(zeros);
    Tensor a = OperatorHarness.whole(random, 2, k);
    float[] scales = {1, 2, 0.5f, 0.25f, 4, 8};
    Tensor y =
        run(
            "com.microsoft",
            "MatMulNBits",
            a,
            List.of(
                Tensor.ofBytes(ElementType.U8, Shape.of(n, 2, block / 2), b),
                Tensor.ofFloats(Shape.of(6), scales),
                Tensor.ofBytes(ElementType.U8, Shape.of(n), zeros)),
            new IntValue("K", k),
            new IntValue("N", n),
            new IntValue("bits", 4),
            new IntValue("block_size", block));
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < n; j++) {
        double expected = 0;
        for (int l = 0; l < k; l++) {
          int at = j * 2 * block + l;
          int weight = b[at / 2] >> 4 * (at % 2) & 15;
          int zero = zeros[j] >> 4 * (l / block) & 15;
          expected += (double) a.f32(i * k + l) * (weight - zero) * scales[2 * j + l / block];
        }
        assertThat((double) y.f32(i * n + j)).as("seed %d", seed).isEqualTo(expected);
      }
    }
  }

  @Test
  void constantsOfFourBitsAreDequantised() {
    Tensor x = Tensor.ofFloats(Shape.of(3), 1, 1, 1);
    Tensor packed =
        Tensor.ofBytes(ElementType.I4, Shape.of(3), new byte[] {(byte) 0xf7, (byte) 0x08});
    Tensor scale = OperatorHarness.scalar(0.5f);
    List<OnnxNode> nodes =
        List.of(
            OnnxNode.of("DequantizeLinear", List.of("w", "s"), List.of("f")),
            OnnxNode.of("Mul", List.of("x", "f"), List.of("y")));
    List<OnnxTensor> constants = List.of(new OnnxTensor("w", packed), new OnnxTensor("s", scale));
    assertThat(OperatorHarness.run(21, nodes, constants, x).floats())
        .containsExactly(3.5f, -0.5f, -4);
  }

  @Test
  void blocksHaveScalesOfTheirOwnAndShortsARangeOfTheirs() {
    Tensor x = Tensor.ofFloats(Shape.of(1, 4), 1, 2, 3, 1e6f);
    Tensor scales = Tensor.ofFloats(Shape.of(1, 2), 0.5f, 0.25f);
    byte[] zero = {0, 0, 1, 0};
    Tensor zeros = Tensor.ofBytes(ElementType.I16, Shape.of(1, 2), zero);
    Tensor y = run("", "QuantizeLinear", x, List.of(scales, zeros), new IntValue("block_size", 2));
    assertThat(y.integers()).containsExactly(2, 4, 13, 32767);
    assertThat(
            run("", "DequantizeLinear", y, List.of(scales, zeros), new IntValue("block_size", 2))
                .floats())
        .containsExactly(1, 2, 3, 8191.5f);
  }

  @Test
  void aVolumeOfDepthOneIsAnImage() {
    for (int i = 0; i < 20; i++) {
      ElementType type = random.nextBoolean() ? ElementType.U8 : ElementType.I8;
      Tensor x = OperatorHarness.bytes(random, type, 1, 2, 4, 5);
      Tensor w = OperatorHarness.bytes(random, ElementType.I8, 3, 2, 2, 3);
      List<Tensor> rest = new ArrayList<>();
      rest.add(OperatorHarness.scalar(0.02f));
      rest.add(OperatorHarness.scalar(type, random.nextInt(0, 128)));
      rest.add(w);
      rest.add(Tensor.ofFloats(Shape.of(3), 0.5f, 0.01f, 0.003f));
      rest.add(Tensor.ofBytes(ElementType.I8, Shape.of(3), new byte[] {5, 5, 5}));
      rest.add(OperatorHarness.scalar(0.1f));
      rest.add(OperatorHarness.scalar(ElementType.U8, 7));
      rest.add(Tensor.ofInts(Shape.of(3), 1000, -2000, 3));
      Tensor image = run("", "QLinearConv", x, rest);
      rest.set(2, w.reshaped(Shape.of(3, 2, 1, 2, 3)));
      Tensor volume = run("", "QLinearConv", x.reshaped(Shape.of(1, 2, 1, 4, 5)), rest);
      assertThat(volume.bytes()).as("seed %d", seed).isEqualTo(image.bytes());
    }
  }

  @Test
  void bytesAreAddedAsTheNumbersThatTheyStandFor() {
    Tensor x = Tensor.ofBytes(ElementType.U8, Shape.of(3), new byte[] {0, 10, (byte) 200});
    List<Tensor> rest =
        List.of(
            OperatorHarness.scalar(0.5f),
            OperatorHarness.scalar(ElementType.U8, 10),
            Tensor.ofBytes(ElementType.U8, Shape.of(1), new byte[] {4}),
            OperatorHarness.scalar(2f),
            OperatorHarness.scalar(ElementType.U8, 1),
            OperatorHarness.scalar(1f),
            OperatorHarness.scalar(ElementType.U8, 100));
    // -5 + 6, 0 + 6, 95 + 6
    assertThat(run("com.microsoft", "QLinearAdd", x, rest).integers())
        .containsExactly(101, 106, 201);
  }

  private static Tensor run(
      String domain, String opType, Tensor x, List<Tensor> constants, OnnxAttribute... attributes) {
    List<String> inputs = new ArrayList<>(List.of("x"));
    List<OnnxTensor> initializers = new ArrayList<>();
    for (int i = 0; i < constants.size(); i++) {
      inputs.add("c" + i);
      initializers.add(new OnnxTensor("c" + i, constants.get(i)));
    }
    OnnxNode node = new OnnxNode("y", opType, domain, inputs, List.of("y"), List.of(attributes));
    return OperatorHarness.run(OPSET, List.of(node), initializers, x);
  }
}
