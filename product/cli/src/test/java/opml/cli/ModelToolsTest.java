package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import opml.cli.console.ExitCode;
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
import opml.formats.onnx.file.OnnxWriter;
import opml.mnist.DemoModel;
import opml.mnist.digit.SampleDigit;
import opml.tree.Tree;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/// What looks into models: pictures, images as inputs, profiles, comparisons.
class ModelToolsTest {
  @TempDir Path folder;

  private Path model;

  @BeforeEach
  void writeFiles() throws IOException {
    model = Files.write(folder.resolve("float.onnx"), DemoModel.FLOAT.onnx());
  }

  @Test
  void aModelIsDrawnWithAllItsNodesAndShapes() throws Exception {
    Path svg = folder.resolve("float.svg");
    CliRun.of("model", "inspect", model, "--svg", svg).succeeds();
    Document picture = parsed(svg);
    String words = picture.getDocumentElement().getTextContent();
    assertThat(words).contains("input", "1x1x28x28", "output", "1x10", "Conv");
    assertThat(Files.readString(svg))
        .contains("<g font-size=\"9\"", ">1x1x28x28</text>")
        .doesNotContain("<script", "href", "@font-face", "http://f");
    assertThat(CliRun.of("model", "inspect", model, "--svg", folder.resolve("no/x.svg")).code())
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void aPictureShowsStrangersNamesAsTextAndWhatIsNotSupportedInRed() throws Exception {
    String evil = "</text><script>alert(1)</script>&\"'\u202e\u0007";
    Path file =
        write(
            "strange.onnx",
            List.of(
                OnnxNode.of("Relu", List.of("x"), List.of("r" + evil)),
                OnnxNode.of("Nonsense", List.of("r" + evil), List.of("n")),
                OnnxNode.of("Conv", List.of("n"), List.of("c")),
                OnnxNode.of("Humbug", List.of("x"), List.of("h")),
                OnnxNode.of("Nonsense", List.of("h", "c"), List.of("y"))),
            List.of());
    Path svg = folder.resolve("strange.svg");
    CliRun run = CliRun.of("model", "inspect", file, "--svg", svg);
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    Document picture = parsed(svg);
    assertThat(picture.getElementsByTagName("script").getLength()).isZero();
    assertThat(picture.getDocumentElement().getTextContent())
        .contains("<script>", "Humbug", "not supported");
    assertThat(Files.readString(svg)).contains("#c00000").doesNotContain("\u202e", "\u0007");
    // Each place by itself, and one line that sums up.
    assertThat(run.out()).contains("node n: Nonsense", "node h: Humbug", "node y: Nonsense");
    assertThat(run.err()).contains("3 problems of 2 sorts");
    JsonNode json = CliRun.of("model", "inspect", file, "--json").json().getFirst();
    assertThat(json.path("supported").asBoolean(true)).isFalse();
    assertThat(json.path("unsupported").findValuesAsText("name")).containsExactly("n", "h", "y");
  }

  @Test
  void aDigitMayComeAsAnImageOfAnySize() throws IOException {
    byte[] pixels = SampleDigit.ALL.get(7).digit().pixels();
    BufferedImage same = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    BufferedImage large = new BufferedImage(100, 84, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < pixels.length; i++) {
      same.getRaster().setSample(i % 28, i / 28, 0, pixels[i] & 0xff);
      for (int j = 0; j < 9; j++) {
        int grey = 0x10101 * (pixels[i] & 0xff);
        large.setRGB(8 + i % 28 * 3 + j % 3, i / 28 * 3 + j / 3, grey);
      }
    }
    Path small = folder.resolve("seven.png");
    ImageIO.write(same, "png", small.toFile());
    Path photo = folder.resolve("seven.jpg");
    ImageIO.write(large, "jpeg", photo.toFile());
    Path raw = Files.write(folder.resolve("seven.pgm"), pgm(pixels));
    String expected = CliRun.of("model", "run", model, "--input", raw).succeeds().out();
    assertThat(CliRun.of("model", "run", model, "--input", small).succeeds().out())
        .isEqualTo(expected);
    Path unnamed = Files.copy(small, folder.resolve("seven"));
    assertThat(CliRun.of("model", "run", model, "--input", unnamed).succeeds().out())
        .isEqualTo(expected);
    assertThat(CliRun.of("model", "run", model, "--input", photo).succeeds().out())
        .contains("top class 7");
    CliRun.of("model", "run", model, "--input", photo, "--image-fit", "exact")
        .blames("it is 100 x 84 pixels; expected are 28 x 28");
    CliRun.of("model", "run", model, "--input", small, "--image-fit", "tile")
        .failsWith("--image-fit tile: expected is one of crop, stretch, exact");
    CliRun.of("model", "run", model, "--input", small, "--image-std", "1,0,1")
        .failsWith("--image-std 1,0,1", "none of them 0");
    Path broken =
        Files.write(folder.resolve("broken.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G'});
    CliRun.of("model", "run", model, "--input", broken).blames("broken.png");
  }

  @Test
  void aTensorOfOnnxIsAnInputToo() throws IOException {
    Path pb = folder.resolve("x.pb");
    // TensorProto: dims 1 3, float, raw data.
    Files.write(
        pb, new byte[] {8, 1, 8, 3, 16, 1, 74, 12, 0, 0, 0, 64, 0, 0, (byte) 128, 63, 0, 0, 0, 0});
    Path relu =
        write("relu.onnx", List.of(OnnxNode.of("Neg", List.of("x"), List.of("y"))), List.of());
    assertThat(CliRun.of("model", "run", relu, "--input", "x=" + pb).succeeds().out())
        .contains("output y f32 1x3: -2.0 -1.0 -0.0");
    CliRun.of("model", "run", model, "--input", pb).blames("x.pb: f32 1x3, the model takes");
  }

  @Test
  void aProfileHasEveryNodeAndItsTraceIsJson() throws IOException {
    Path trace = folder.resolve("trace.json");
    Object[] words = {
      "model", "profile", model, "--runs", 3, "--warm-up", 0, "--trace", trace, "--json"
    };
    JsonNode json = CliRun.of(words).succeeds().json().getFirst();
    assertThat(json.path("nodes").size()).isPositive();
    long products = 0;
    for (JsonNode node : json.path("nodes")) {
      assertThat(node.path("seconds").asDouble()).isNotNegative();
      assertThat(node.path("bytes").asLong()).isPositive();
      products += node.path("products").asLong();
    }
    assertThat(products).isPositive();
    JsonNode events = new ObjectMapper().readTree(trace.toFile()).path("traceEvents");
    assertThat(events.findValuesAsText("name")).contains("run 1", "run 3");
    for (JsonNode event : events) {
      assertThat(event.path("ph").asText()).isIn("X", "M");
      assertThat(event.path("dur").asDouble()).isNotNegative();
    }
    String text =
        CliRun.of("model", "profile", model, "--runs", 2, "--warm-up", 0, "--top", 1)
            .succeeds()
            .out();
    assertThat(text).contains("a run", "peak of a core", "more nodes", "operator");
    CliRun.of("model", "profile", model, "--runs", 0).failsWith("--runs 0: expected are 1 to");
  }

  @Test
  void aComparisonNamesTheFirstNodeThatDiffers() throws IOException {
    Path jar = Tree.here().root().resolve("target/peers/onnxruntime.jar");
    Assumptions.assumeTrue(Files.isRegularFile(jar), "NOT TESTED: ONNX Runtime is not there");
    Tensor weights = Tensor.ofFloats(Shape.of(1, 3), 0.1f, 0.2f, 0.3f);
    Path file =
        write(
            "compare.onnx",
            List.of(
                OnnxNode.of("Add", List.of("x", "w"), List.of("a")),
                OnnxNode.of("Exp", List.of("a"), List.of("e")),
                OnnxNode.of(
                    "Softmax", List.of("e"), List.of("s"), new OnnxAttribute.IntValue("axis", 1)),
                OnnxNode.of("Identity", List.of("w"), List.of("i")),
                OnnxNode.of("Add", List.of("s", "i"), List.of("y"))),
            List.of(new OnnxTensor("w", weights)));
    Object[] words = {"model", "compare", file, "--runtime", jar};
    assertThat(CliRun.of(words).succeeds().out())
        .contains("no node differs by more than 1.0E-5 + 0.001 of the value, of 5 values");
    JsonNode json =
        CliRun.of("model", "compare", file, "--runtime", jar, "--json").json().getFirst();
    assertThat(json.path("values").findValuesAsText("value"))
        .containsExactly("a", "e", "s", "i", "y");
    assertThat(json.at("/values/0/maxAbsolute").asDouble()).as("an addition is exact").isZero();
    CliRun.of("model", "compare", file, "--runtime", folder.resolve("none.jar"))
        .blames("none.jar: ONNX Runtime is not there");
    CliRun.of("model", "compare", file, "--atol", -1).failsWith("--atol -1");
  }

  private static byte[] pgm(byte[] pixels) {
    byte[] head = "P5\n28 28\n255\n".getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[head.length + pixels.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(pixels, 0, all, head.length, pixels.length);
    return all;
  }

  private Path write(String name, List<OnnxNode> nodes, List<OnnxTensor> constants)
      throws IOException {
    OnnxValueInfo x = OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, 3));
    OnnxValueInfo y = OnnxValueInfo.of("y", ElementType.F32, Shape.of(1, 3));
    OnnxGraph graph = new OnnxGraph("g", nodes, constants, List.of(x), List.of(y));
    OnnxModel made = new OnnxModel(8, "", List.of(new OnnxOpset("", 13)), graph);
    return Files.write(folder.resolve(name), OnnxWriter.write(made));
  }

  private static Document parsed(Path svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(Files.readString(svg))));
  }
}
