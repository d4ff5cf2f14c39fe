package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import opml.cli.console.ExitCode;
import opml.cli.console.JsonTensor;
import opml.cli.console.Npy;
import opml.cli.console.TensorType;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.image.Pgm;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.mnist.DemoModel;
import opml.mnist.digit.SampleDigit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCommandsTest {
  @TempDir Path folder;

  private Path model;
  private Path seven;

  @BeforeEach
  void writeFiles() throws IOException {
    model = Files.write(folder.resolve("int8.onnx"), DemoModel.INT8.onnx());
    seven = folder.resolve("seven.pgm");
    Files.write(seven, Pgm.write(SampleDigit.ALL.get(7).digit().image(), "seven"));
  }

  @Test
  void theIdFollowsFromTheFile() throws IOException {
    String id =
        CliRun.of("model", "import", model).succeeds().out().lines().findFirst().orElseThrow();
    assertThat(id).matches("0x[0-9a-f]{64}");
    Path copy = Files.copy(model, folder.resolve("copy.onnx"));
    JsonNode json = CliRun.of("model", "import", copy, "--json").succeeds().json().getFirst();
    assertThat(json.path("model").asText()).isEqualTo(id);
    assertThat(json.path("inputBytes").asInt()).isEqualTo(784);
    Path other = Files.write(folder.resolve("float.onnx"), DemoModel.FLOAT.onnx());
    assertThat(CliRun.of("model", "import", other).succeeds().out()).doesNotContain(id);
  }

  @Test
  void nodesAndSlotsAreShownWithTheirCosts() {
    assertThat(CliRun.of("model", "inspect", model).succeeds().out())
        .contains("graph root", "qlinear.conv2d", "most steps", "u8", "constant");
    JsonNode json = CliRun.of("model", "inspect", model, "--json").succeeds().json().getFirst();
    assertThat(json.path("nodes").size()).isEqualTo(json.path("steps").asInt());
    for (JsonNode node : json.path("nodes")) {
      assertThat(node.path("stepsBound").asLong())
          .isPositive()
          .isLessThan(1L << node.path("stepsLog2").asInt());
    }
  }

  @Test
  void aDigitIsRecognisedNativelyAndInTheMachineWithTheSameBits() {
    CliRun run = CliRun.of("model", "run", model, "--input", seven, "--vm").succeeds();
    assertThat(run.out()).contains("top class 7", "the same bits in every node");
    JsonNode json =
        CliRun.of("model", "run", model, "--input", seven, "--json").succeeds().json().getFirst();
    assertThat(json.path("top").asInt()).isEqualTo(7);
    assertThat(json.path("output").size()).isEqualTo(10);
    assertThat(json.path("vmSteps").isNull()).isTrue();
  }

  @Test
  void theSameDigitMayComeAsBytesAsAnIdxFileOrAsFloats() throws IOException {
    byte[] pixels = SampleDigit.ALL.get(4).digit().pixels();
    Path raw = Files.write(folder.resolve("four.bin"), pixels);
    ByteBuffer idx = ByteBuffer.allocate(16 + 2 * pixels.length);
    idx.putInt(0x803)
        .putInt(2)
        .putInt(28)
        .putInt(28)
        .put(SampleDigit.ALL.get(1).digit().pixels())
        .put(pixels);
    Path images = Files.write(folder.resolve("images-idx3-ubyte"), idx.array());
    String expected = CliRun.of("model", "run", model, "--input", raw).succeeds().out();
    assertThat(expected).contains("top class 4");
    assertThat(CliRun.of("model", "run", model, "--input", images, "--index", 1).succeeds().out())
        .isEqualTo(expected);
    Path floats = Files.write(folder.resolve("float.onnx"), DemoModel.FLOAT.onnx());
    assertThat(CliRun.of("model", "run", floats, "--input", images, "--index", 1).succeeds().out())
        .contains("top class 4");
    CliRun.of("model", "run", model, "--input", images, "--index", 2)
        .blames("there is no image 2, only 0 to 1");
    CliRun.of("model", "run", model, "--input", images, "--index=-1")
        .blames("there is no image -1, only 0 to 1");
    for (int index = 0; index < 2; index++) {
      CliRun.of("model", "run", model, "--input", raw, "--index", index)
          .isMisusedWith("--index %d: expected is none".formatted(index), raw + " is no such file");
    }
    idx.putInt(4, 3);
    Files.write(images, idx.array());
    CliRun.of("model", "run", model, "--input", images).blames("offset 4", "3 images");
  }

  @Test
  void theSameDigitMayComeAsAnArrayAndItsOutputGoesToFiles() throws IOException {
    byte[] pixels = SampleDigit.ALL.get(4).digit().pixels();
    TensorType type = new TensorType("image", ElementType.U8, Shape.of(1, 1, 28, 28));
    Path npy = Files.write(folder.resolve("four.npy"), Npy.write(type, pixels));
    Path unnamed = Files.copy(npy, folder.resolve("four"));
    Path nested =
        Files.writeString(folder.resolve("four.json"), JsonTensor.write(type.tensor(pixels)));
    Path raw = Files.write(folder.resolve("four.bin"), pixels);
    String expected = CliRun.of("model", "run", model, "--input", raw).succeeds().out();
    for (Path input : new Path[] {npy, unnamed, nested}) {
      assertThat(CliRun.of("model", "run", model, "--input", input).succeeds().out())
          .as("%s", input)
          .isEqualTo(expected);
    }
    Path bytes = folder.resolve("out.bin");
    Path array = folder.resolve("out.npy");
    Path text = folder.resolve("out.json");
    for (Path output : new Path[] {bytes, array, text}) {
      run(raw, "--output", output).succeeds();
    }
    JsonNode json = run(raw, "--json").succeeds().json().getFirst();
    assertThat(json.path("outputType").asText()).isEqualTo("f32");
    assertThat(json.path("outputShape").toString()).isEqualTo("[1,10]");
    assertThat(json.path("outputName").asText()).isNotEmpty();
    TensorType logits = new TensorType("y", ElementType.F32, Shape.of(1, 10));
    byte[] values = Files.readAllBytes(bytes);
    assertThat(Npy.read("out.npy", Files.readAllBytes(array), logits)).isEqualTo(values);
    assertThat(Files.readString(text)).isEqualTo(JsonTensor.write(logits.tensor(values)));
    assertThat(json.path("output").get(4).floatValue()).isEqualTo(logits.tensor(values).f32(4));

    run(raw, "--output", folder.resolve("none/out.npy")).failsWith("--output", "its folder");
    Path wide =
        Files.write(
            folder.resolve("wide.npy"),
            Npy.write(new TensorType("x", ElementType.U8, Shape.of(784)), pixels));
    run(wide).blames("wide.npy, offset", "the shape (784,), expected (1, 1, 28, 28)");
    Path brief = Files.writeString(folder.resolve("short.json"), "[1, 2]");
    run(brief).blames("short.json, line 1, column 6: 2 values, expected are 784");
    run(Files.writeString(folder.resolve("no.npy"), "text")).blames("no.npy, offset 0", "NUMPY");
  }

  private CliRun run(Path input, Object... more) {
    Object[] words = new Object[5 + more.length];
    System.arraycopy(new Object[] {"model", "run", model, "--input", input}, 0, words, 0, 5);
    System.arraycopy(more, 0, words, 5, more.length);
    return CliRun.of(words);
  }

  @Test
  void inputsOfTheWrongSizeAreRefused() throws IOException {
    Path small = Files.write(folder.resolve("small.bin"), new byte[783]);
    CliRun.of("model", "run", model, "--input", small)
        .blames("small.bin: 783 bytes, the model takes exactly 784");
    Path image = Files.writeString(folder.resolve("small.pgm"), "P5\n2 2\n255\n....");
    CliRun.of("model", "run", model, "--input", image).blames("small.pgm", "an image of 4 pixels");
    CliRun.of("model", "run", model, "--input", folder.resolve("none"))
        .blames("none: there is no such file");
    CliRun.of("model", "run", model, "--input", folder).blames(folder.toString());
  }

  @Test
  void whatIsNoModelIsRefusedByName() throws IOException {
    CliRun.of("model", "import", folder.resolve("none.onnx"))
        .blames("none.onnx: there is no such file");
    Path empty = Files.write(folder.resolve("empty.onnx"), new byte[0]);
    CliRun.of("model", "import", empty).blames("empty.onnx");
    Path half = folder.resolve("half.onnx");
    Files.write(half, Arrays.copyOf(Files.readAllBytes(model), 5_000));
    CliRun.of("model", "inspect", half).blames("half.onnx");
  }

  @Test
  void everyReasonOfARefusalReachesTheUser() throws IOException {
    List<OnnxNode> nodes = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      String in = i == 0 ? "x" : "v" + i;
      nodes.add(OnnxNode.of("OperatorNumber" + i, List.of(in), List.of("v" + (i + 1))));
    }
    OnnxValueInfo x = OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, 3));
    OnnxValueInfo y = OnnxValueInfo.of("v90", ElementType.F32, Shape.of(1, 3));
    OnnxGraph graph = new OnnxGraph("g", nodes, List.of(), List.of(x), List.of(y));
    OnnxModel strange = new OnnxModel(8, "", List.of(new OnnxOpset("", 13)), graph);
    Path file = Files.write(folder.resolve("strange.onnx"), OnnxWriter.write(strange));
    CliRun run = CliRun.of("model", "import", file);
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("strange.onnx");
    nodes.forEach(node -> assertThat(run.err()).contains(node.opType() + " "));
  }

  @Test
  void namesInAModelDoNotReachTheTerminalAsTheyAre() throws IOException {
    String evil = "\u001b]0;owned\u0007\u202e\u009b2J\n0xfeed";
    OnnxValueInfo x = OnnxValueInfo.of("x" + evil, ElementType.F32, Shape.of(1, 3));
    OnnxValueInfo y = OnnxValueInfo.of("y" + evil, ElementType.F32, Shape.of(1, 3));
    OnnxNode node = OnnxNode.of("Relu", List.of(x.name()), List.of(y.name()));
    OnnxGraph graph = new OnnxGraph("g", List.of(node), List.of(), List.of(x), List.of(y));
    OnnxModel strange = new OnnxModel(8, "", List.of(new OnnxOpset("", 13)), graph);
    Path file = Files.write(folder.resolve("strange.onnx"), OnnxWriter.write(strange));
    Path input = Files.write(folder.resolve("input.bin"), new byte[12]);
    for (CliRun run :
        List.of(
            CliRun.of("model", "import", file),
            CliRun.of("model", "inspect", file),
            CliRun.of("model", "inspect", file, "--json"),
            CliRun.of("model", "run", file, "--input", input))) {
      assertThat(run.out() + run.err())
          .isNotEmpty()
          .doesNotContainPattern("[\\p{Cntrl}\\x80-\\x9f\\u202e&&[^\n]]")
          .doesNotContainPattern("(?m)^0xfeed");
    }
  }

  @Test
  void damagedModelsAreRefusedOrRunAndNeverBreakTheCommand() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] whole = DemoModel.INT8.onnx();
    Path file = folder.resolve("damaged.onnx");
    for (int i = 0; i < 60; i++) {
      byte[] damaged = whole.clone();
      for (int j = 0; j <= random.nextInt(4); j++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      Files.write(file, damaged);
      CliRun run = CliRun.of("model", "import", file);
      if (run.code() != ExitCode.OK) {
        assertThat(run.err())
            .as("seed " + seed)
            .contains("damaged.onnx")
            .doesNotContain("this is a bug");
      }
    }
  }
}
