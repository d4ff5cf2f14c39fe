package opml.formats.onnx.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;

class OnnxFormatTest {
  @Test
  void aWrittenModelReadsBackAndIsWrittenTheSame() {
    byte[] bytes = OnnxWriter.write(SampleModel.dense());
    OnnxModel read = OnnxReader.parse("sample", bytes);
    assertThat(read.graph().nodes()).isEqualTo(SampleModel.dense().graph().nodes());
    assertThat(read.graph().inputs()).isEqualTo(SampleModel.dense().graph().inputs());
    assertThat(read.opsets()).containsExactly(new OnnxOpset("", 13));
    assertThat(read.graph().initializers().get(1).value().floats()).containsExactly(0.5f, -100);
    assertThat(OnnxWriter.write(read)).isEqualTo(bytes);
  }

  @Test
  void everyKindOfAttributeReadsBack() {
    OnnxNode node =
        OnnxNode.of(
            "Any",
            List.of("x", ""),
            List.of("y"),
            new OnnxAttribute.FloatValue("f", -1.5f),
            new OnnxAttribute.IntValue("i", -7),
            new OnnxAttribute.Text("s", "é"),
            new OnnxAttribute.Floats("fs", List.of(1f, 2f)),
            OnnxAttribute.Ints.of("is", 1, -1, Long.MIN_VALUE),
            new OnnxAttribute.Texts("ss", List.of("a", "")));
    OnnxModel model =
        SampleModel.model(
            13,
            List.of(node),
            List.of(),
            OnnxValueInfo.of("x", ElementType.I8, Shape.of(1)),
            OnnxValueInfo.of("y", ElementType.I8, Shape.of(1)));
    OnnxModel read = OnnxReader.parse("attributes", OnnxWriter.write(model));
    assertThat(read.graph().nodes()).containsExactly(node);
  }

  @Test
  void dataMayStandInTypedFields() {
    // dims 2; data type 3 (int8); int32_data: -1 as ten bytes, 127
    byte[] tensor = HexFormat.of().parseHex("080210032a0bffffffffffffffffff017f");
    assertThat(initializer(tensor).value().integers()).containsExactly(-1, 127);
  }

  @Test
  void aTensorMustHoldWhatItsDimensionsSay() {
    assertThatThrownBy(() -> initializer(HexFormat.of().parseHex("0a0102100142034141414a03000000")))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("hostile, model, graph, initializer 0")
        .hasMessageContaining("tensor AAA is f32 2, 8 bytes, but holds 3");
  }

  @Test
  void hugeDimensionsAllocateNothing() {
    // dims 2^31-1 twice
    assertThatThrownBy(
            () -> initializer(HexFormat.of().parseHex("0a0affffffff07ffffffff0710014a0100")))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("more than 2^31 - 1 elements");
    assertThatThrownBy(() -> initializer(HexFormat.of().parseHex("0a05ffffffff0710014a0100")))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("but holds 1");
  }

  @Test
  void dataOutsideTheFileIsRefused() {
    assertThatThrownBy(() -> initializer(HexFormat.of().parseHex("10017001")))
        .hasMessageContaining("outside the model file");
    assertThatThrownBy(() -> initializer(HexFormat.of().parseHex("10016a00")))
        .hasMessageContaining("outside the model file");
  }

  @Test
  void aModelCutAnywhereIsMalformedOrShorter() {
    byte[] bytes = OnnxWriter.write(SampleModel.dense());
    for (int length = 0; length < bytes.length; length++) {
      parses(Arrays.copyOf(bytes, length), "cut at " + length);
    }
  }

  @Test
  void changedBytesNeverSurprise() {
    byte[] bytes = OnnxWriter.write(SampleModel.dense());
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 50_000; i++) {
      byte[] changed = bytes.clone();
      for (int k = random.nextInt(1, 4); k > 0; k--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      parses(changed, "seed " + seed + ", case " + i);
    }
  }

  @Test
  void randomBytesNeverSurprise() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(64)];
      random.nextBytes(bytes);
      parses(bytes, "seed " + seed + ", case " + i);
    }
  }

  @Test
  void entriesAreCounted() {
    // a graph of two million empty nodes
    byte[] graph = new byte[4_000_000];
    for (int i = 0; i < graph.length; i += 2) {
      graph[i] = 0x0a;
    }
    assertThatThrownBy(() -> OnnxReader.parse("hostile", field(7, graph)))
        .isInstanceOf(MalformedException.class);
    byte[] node = new byte[4_000_000];
    for (int i = 0; i < node.length; i += 2) {
      node[i] = 0x0a;
    }
    assertThatThrownBy(() -> OnnxReader.parse("hostile", field(7, field(1, node))))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("more than 1048576");
  }

  @Test
  void textThatIsNoModelIsMalformed() {
    byte[] text = "#!/bin/sh\necho hello\n".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> OnnxReader.parse("run.sh", text))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("run.sh, model, offset ");
  }

  private static void parses(byte[] bytes, String what) {
    try {
      OnnxReader.parse("hostile", bytes);
    } catch (MalformedException expected) {
      assertThat(expected).as(what).hasMessageStartingWith("hostile, model");
    } catch (RuntimeException e) {
      throw new AssertionError(what, e);
    }
  }

  private static OnnxTensor initializer(byte[] tensor) {
    return OnnxReader.parse("hostile", field(7, field(5, tensor)))
        .graph()
        .initializers()
        .getFirst();
  }

  static byte[] field(int number, byte[] content) {
    byte[] head = new byte[6];
    int at = 0;
    head[at++] = (byte) (number << 3 | 2);
    int length = content.length;
    for (; length > 127; length >>>= 7) {
      head[at++] = (byte) (length | 0x80);
    }
    head[at++] = (byte) length;
    byte[] field = Arrays.copyOf(head, at + content.length);
    System.arraycopy(content, 0, field, at, content.length);
    return field;
  }

  @Test
  void aTensorKeepsItsBits() {
    Tensor nan = Tensor.ofFloats(Shape.of(2), Float.intBitsToFloat(0x7fa00001), -0f);
    OnnxModel model =
        SampleModel.model(
            13,
            List.of(OnnxNode.of("Relu", List.of("x"), List.of("y"))),
            List.of(new OnnxTensor("c", nan)),
            OnnxValueInfo.of("x", ElementType.F32, Shape.of(1)),
            OnnxValueInfo.of("y", ElementType.F32, Shape.of(1)));
    OnnxModel read = OnnxReader.parse("bits", OnnxWriter.write(model));
    assertThat(read.graph().initializers().getFirst().value().bytes()).isEqualTo(nan.bytes());
  }
}
