package opml.lab.bench.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.Ints;

/// The shape of MobileNetV1 (Howard and others, 2017, arXiv:1704.04861, table 1) as exporters write it for inference:
/// batch normalisation is in the weights, the activation is ReLU6, pictures have 224 times 224 pixels.
public final class MobileNet {
  /// How the numbers between the layers are.
  public enum Numbers {
    /// As float32.
    FLOATS("mobilenet-v1"),
    /// As bytes, in operators of their own (QLinearConv), as ONNX Runtime's quantiser has it with `QOperator`.
    QLINEAR("mobilenet-v1-qlinear"),
    /// As bytes, behind each operator of floats and before it (QuantizeLinear, DequantizeLinear).
    QDQ("mobilenet-v1-qdq");

    private final String title;

    Numbers(String title) {
      this.title = title;
    }
  }

  /// Channels and stride of each pair of convolutions behind the first.
  private static final int[][] PAIRS = {
    {64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2}, {512, 1}, {512, 1}, {512, 1},
    {512, 1}, {512, 1}, {1024, 2}, {1024, 1}
  };

  private static final int SIDE = 224;

  private static final float SIX = 6f;
  private static final float ACTIVATION_SCALE = SIX / 255;
  private static final float INPUT_SCALE = 2f / 255;

  private final Numbers numbers;
  private final WrittenModel file = new WrittenModel(5);
  private int layer;
  private String value = "x";
  private float scale = INPUT_SCALE;

  private MobileNet(Numbers numbers) {
    this.numbers = numbers;
  }

  /// {@return the model, written into a folder, its weights random}
  public static BenchModel write(Numbers numbers, Path folder) throws IOException {
    return write(numbers, folder, SIDE);
  }

  /// {@return the model of smaller pictures}
  ///
  /// @param side how many pixels each side of a picture has, a multiple of 32
  public static BenchModel write(Numbers numbers, Path folder, int side) throws IOException {
    return new MobileNet(numbers).written(folder, side);
  }

  private BenchModel written(Path folder, int side) throws IOException {
    if (numbers == Numbers.FLOATS) {
      file.constant("zero", Tensor.ofFloats(Shape.of(), 0));
      file.constant("six", Tensor.ofFloats(Shape.of(), SIX));
    } else {
      file.constant("s_in", Tensor.ofFloats(Shape.of(), INPUT_SCALE));
      file.constant("z_in", Tensor.ofBytes(ElementType.U8, Shape.of(), new byte[] {(byte) 128}));
      file.constant("s_act", Tensor.ofFloats(Shape.of(), ACTIVATION_SCALE));
      file.constant("z_act", Tensor.ofBytes(ElementType.U8, Shape.of(), new byte[] {0}));
      file.constant("z_w", Tensor.ofBytes(ElementType.I8, Shape.of(), new byte[] {0}));
      value = file.node("QuantizeLinear", "q_in", List.of("x", "s_in", "z_in"));
    }
    convolution(3, 32, 3, 2, 1);
    int channels = 32;
    for (int[] pair : PAIRS) {
      convolution(channels, channels, 3, pair[1], channels);
      convolution(channels, pair[0], 1, 1, 1);
      channels = pair[0];
    }
    if (numbers != Numbers.FLOATS) {
      value = file.node("DequantizeLinear", "last", List.of(value, "s_act", "z_act"));
    }
    value = file.node("GlobalAveragePool", "pooled", List.of(value));
    value = file.node("Flatten", "flat", List.of(value));
    String w = file.tensor("w", 1000, channels);
    String b = file.tensor("b", 1000);
    file.node("Gemm", "y", List.of(value, w, b), new OnnxAttribute.IntValue("transB", 1));
    return file.write(numbers.title, folder, Shape.of(1, 3, side, side), Shape.of(1, 1000));
  }

  private void convolution(int in, int out, int side, int stride, int groups) {
    String name = "c" + layer++;
    long pad = side / 2;
    OnnxAttribute[] attributes = {
      Ints.of("kernel_shape", side, side),
      Ints.of("strides", stride, stride),
      Ints.of("pads", pad, pad, pad, pad),
      new OnnxAttribute.IntValue("group", groups)
    };
    int[] dims = {out, in / groups, side, side};
    if (numbers == Numbers.FLOATS) {
      String w = file.tensor(name + "_w", dims);
      String b = file.tensor(name + "_b", out);
      String sum = file.node("Conv", name, List.of(value, w, b), attributes);
      value = file.node("Clip", name + "_6", List.of(sum, "zero", "six"));
      return;
    }
    byte[] weights = new byte[Shape.of(dims).count()];
    file.random().nextBytes(weights);
    String w = file.constant(name + "_w", Tensor.ofBytes(ElementType.I8, Shape.of(dims), weights));
    float weightScale = (float) (WrittenModel.size(Shape.of(dims)) / 127);
    String s = file.constant(name + "_s", Tensor.ofFloats(Shape.of(), weightScale));
    int[] bias = new int[out];
    for (int i = 0; i < out; i++) {
      bias[i] = file.random().nextInt(-1000, 1000);
    }
    String b = file.constant(name + "_b", Tensor.ofInts(Shape.of(out), bias));
    String inScale = layer == 1 ? "s_in" : "s_act";
    String inZero = layer == 1 ? "z_in" : "z_act";
    if (numbers == Numbers.QLINEAR) {
      List<String> inputs =
          new ArrayList<>(List.of(value, inScale, inZero, w, s, "z_w", "s_act", "z_act", b));
      value = file.node("QLinearConv", name, inputs, attributes);
    } else {
      String biasScale =
          file.constant(name + "_t", Tensor.ofFloats(Shape.of(), scale * weightScale));
      String x = file.node("DequantizeLinear", name + "_x", List.of(value, inScale, inZero));
      String floats = file.node("DequantizeLinear", name + "_v", List.of(w, s, "z_w"));
      String added = file.node("DequantizeLinear", name + "_a", List.of(b, biasScale));
      String sum = file.node("Conv", name, List.of(x, floats, added), attributes);
      value = file.node("QuantizeLinear", name + "_q", List.of(sum, "s_act", "z_act"));
    }
    scale = ACTIVATION_SCALE;
  }
}
