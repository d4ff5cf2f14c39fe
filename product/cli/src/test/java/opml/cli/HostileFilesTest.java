package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.Stream;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that somebody made to hurt who names them. Each is refused in words that name the file and the place, with the
/// exit code of a wrong argument, and nothing is left behind.
class HostileFilesTest {
  private static final OnnxValueInfo X = OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, 4));
  private static final OnnxValueInfo Y = new OnnxValueInfo("y", 0, Optional.empty());

  @TempDir private Path folder;
  private Path input;
  private Path output;

  @BeforeEach
  void writeInput() throws IOException {
    input = Files.write(folder.resolve("x.bin"), new byte[16]);
    output = folder.resolve("y.npy");
  }

  @Test
  void damagedModelsAreRefused() throws IOException {
    byte[] whole = DemoModel.FLOAT.onnx();
    refused(write("cut.onnx", Arrays.copyOf(whole, whole.length / 2)), "damaged at byte");
    byte[] long1 = Arrays.copyOf(whole, 40);
    Arrays.fill(long1, 20, 40, (byte) 0xff);
    refused(write("lengths.onnx", long1));
    byte[] chance = new byte[4096];
    long seed = System.nanoTime();
    new SplittableRandom(seed).nextBytes(chance);
    chance[0] = 0x08; // a model's first field
    chance[1] = 0x08;
    refused(write("chance.onnx", chance));
    refused(write("empty.onnx", new byte[0]));
    refused(write("text.onnx", "no model at all".getBytes(StandardCharsets.UTF_8)));
    refused(Files.createDirectory(folder.resolve("folder.onnx")));
    refused(folder.resolve("none.onnx"), "there is no such file");
  }

  @Test
  void modelsWithBytesOfChanceAreModelsOrRefused() throws IOException {
    byte[] whole =
        Files.readAllBytes(model("whole", node("Mul", "h", "x", "x"), node("Neg", "y", "h")));
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    int refused = 0;
    for (int i = 0; i < 150; i++) {
      byte[] damaged =
          Arrays.copyOf(whole, whole.length - random.nextInt(2) * random.nextInt(whole.length));
      for (int j = random.nextInt(3); j >= 0 && damaged.length > 0; j--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      Path file = write("damaged.onnx", damaged);
      CliRun run = CliRun.of("model", i % 2 == 0 ? "import" : "inspect", file);
      if (run.code() != 0) {
        refused++;
        run.blames(with(file));
      }
    }
    assertThat(refused).as("seed %d", seed).isPositive();
  }

  @Test
  void graphsThatAreNoneAreRefused() throws IOException {
    refused(model("cycle", node("Neg", "y", "h"), node("Neg", "h", "y")), "cycle", "first: y");
    refused(model("twice", node("Neg", "y", "x"), node("Abs", "y", "x")), "name that is taken");
    refused(model("nothing", node("Add", "y", "x", "nowhere")), "nowhere");
    refused(model("absent", node("Neg", "z", "x")), "outputs that nothing defines");
    refused(model("rank", node("Conv", "y", "x", "x")), "Conv");
    refused(model("inner", node("MatMul", "y", "x", "x")), "inner sizes differ");
    OnnxGraph capturing =
        new OnnxGraph(
            "turn",
            List.of(node("Add", "next", "s", "elsewhere")),
            List.of(),
            List.of(any("i"), any("going"), any("s")),
            List.of(any("going"), any("next")));
    refused(model("captured", looped(capturing)), "what nothing defines", "elsewhere");
  }

  @Test
  void functionsThatCallEachOtherAreRefused() throws IOException {
    OnnxNode call = new OnnxNode("c", "Ping", "own", List.of("x"), List.of("y"), List.of());
    byte[] model = OnnxWriter.write(model(List.of(call), List.of(), List.of(X)));
    byte[] functions =
        joined(field(25, function("Ping", "Pong")), field(25, function("Pong", "Ping")));
    refused(write("functions.onnx", joined(model, functions)), "the function calls itself");
  }

  @Test
  void sizesThatExplodeAreRefused() throws IOException {
    for (long size : new long[] {-1, 1L << 31, 1L << 40, Long.MIN_VALUE}) {
      OnnxValueInfo large = new OnnxValueInfo("x", 1, Optional.of(List.of(OptionalLong.of(size))));
      refused(model("large" + size, List.of(large), node("Neg", "y", "x")), "input x");
    }
    OnnxTensor shape = new OnnxTensor("to", Tensor.ofLongs(Shape.of(3), 1 << 20, 1 << 20, 4));
    byte[] wide =
        OnnxWriter.write(
            model(List.of(node("Expand", "y", "x", "to")), List.of(shape), List.of(X)));
    refused(write("wide.onnx", wide), "too large");
    OnnxTensor size = new OnnxTensor("to", Tensor.ofLongs(Shape.of(2), 1 << 14, 1 << 15));
    byte[] zeros =
        OnnxWriter.write(
            model(
                List.of(node("ConstantOfShape", "z", "to"), node("Add", "y", "x", "z")),
                List.of(size),
                List.of(X)));
    refused(write("zeros.onnx", zeros));
  }

  @Test
  void bindingsThatContradictTheGraphAreRefused() throws IOException {
    Path model = model("plain", node("Neg", "y", "x"));
    for (String command : List.of("import", "run", "profile")) {
      asked(command, model, "--bind", "rows=2").blames(model.toString(), "the dimension rows");
      asked(command, model, "--bind", "z=2x2").blames(model.toString(), "the input z");
    }
    Path constant = Files.write(folder.resolve("c.npy"), npy("<i8", "(1, 4)", 32));
    asked("import", model, "--bind", "x=@" + constant)
        .blames(model.toString(), "input x is bound to");
    asked("import", model, "--bind", "x=").isMisusedWith("--bind");
    asked("import", model, "--bind", "x=-1").isMisusedWith("--bind");
  }

  @Test
  void weightsThatAreNoNumbersAndIndicesOutOfRangeAreComputedWith() throws IOException {
    OnnxTensor strange =
        new OnnxTensor(
            "w",
            Tensor.ofFloats(
                Shape.of(4), Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f));
    OnnxTensor far =
        new OnnxTensor("i", Tensor.ofLongs(Shape.of(4), Long.MIN_VALUE, -9, 4, Long.MAX_VALUE));
    OnnxNode taken =
        OnnxNode.of(
            "Gather", List.of("x", "i"), List.of("g"), new OnnxAttribute.IntValue("axis", 1));
    byte[] model =
        OnnxWriter.write(
            model(List.of(taken, node("Mul", "y", "g", "w")), List.of(strange, far), List.of(X)));
    Path file = write("strange.onnx", model);
    CliRun.of("model", "run", file, "--input", input, "--vm").succeeds();
  }

  @Test
  void hostileInputsAreRefused() throws IOException {
    Path model = model("plain", node("Neg", "y", "x"));
    byte[] deep = "[".repeat(200_000).getBytes(StandardCharsets.UTF_8);
    byte[] png = new byte[64];
    System.arraycopy(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10}, 0, png, 0, 8);
    for (Path file :
        List.of(
            write("deep.json", deep),
            write("huge.npy", npy("<f4", "(2147483647, 2147483647)", 16)),
            write("many.npy", npy("<f4", "(" + "1, ".repeat(40) + ")", 16)),
            write("other.npy", npy("<f8", "(1, 4)", 32)),
            write("short.npy", Arrays.copyOf(npy("<f4", "(1, 4)", 16), 70)),
            write("bad.png", png),
            write("huge.pgm", "P5 2147483647 2147483647 255\n".getBytes(StandardCharsets.UTF_8)),
            write("idx", joined(new byte[] {0, 0, 8, 3}, new byte[13])),
            write("nested.pb", nested(20_000)),
            write("groups.pb", filled(5000, 0x0b)),
            folder.resolve("none.npy"))) {
      CliRun.of("model", "run", model, "--input", file, "--output", output).blames(with(file));
      assertThat(output).doesNotExist();
    }
  }

  /// Asks every command about a file, and looks that each refuses it and leaves nothing.
  private void refused(Path file, String... words) throws IOException {
    List<Path> before = listed();
    asked("import", file).blames(with(file, words));
    asked("inspect", file).blames(with(file));
    asked("run", file, "--output", output).blames(with(file, words));
    asked("profile", file, "--runs", 1).blames(with(file, words));
    assertThat(listed()).isEqualTo(before);
  }

  private static String[] with(Path file, String... words) {
    return Stream.concat(Stream.of("opml: " + file), Stream.of(words)).toArray(String[]::new);
  }

  private CliRun asked(String command, Path file, Object... more) {
    List<Object> words = new ArrayList<>(List.of("model", command, file));
    if (command.equals("run")) {
      words.addAll(List.of("--input", input));
    }
    words.addAll(List.of(more));
    return CliRun.of(words.toArray());
  }

  private List<Path> listed() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private Path model(String name, OnnxNode... nodes) throws IOException {
    return model(name, List.of(X), nodes);
  }

  private Path model(String name, List<OnnxValueInfo> inputs, OnnxNode... nodes)
      throws IOException {
    return write(name + ".onnx", OnnxWriter.write(model(List.of(nodes), List.of(), inputs)));
  }

  private static OnnxModel model(
      List<OnnxNode> nodes, List<OnnxTensor> constants, List<OnnxValueInfo> inputs) {
    OnnxGraph graph = new OnnxGraph("g", nodes, constants, inputs, List.of(Y));
    return new OnnxModel(8, "opml", List.of(new OnnxOpset("", 17), new OnnxOpset("own", 1)), graph);
  }

  private static OnnxNode node(String operator, String output, String... inputs) {
    return OnnxNode.of(operator, List.of(inputs), List.of(output));
  }

  private static OnnxNode looped(OnnxGraph body) {
    return OnnxNode.of(
        "Loop", List.of("", "", "x"), List.of("y"), new OnnxAttribute.GraphValue("body", body));
  }

  private static OnnxValueInfo any(String name) {
    return new OnnxValueInfo(name, 0, Optional.empty());
  }

  /// {@return a function of one node, which calls another}
  private static byte[] function(String name, String other) {
    byte[] node = joined(text(1, "a"), text(2, "r"), text(4, other), text(7, "own"));
    return joined(text(1, name), text(4, "a"), text(5, "r"), field(7, node), text(10, "own"));
  }

  private static byte[] text(int number, String text) {
    return field(number, text.getBytes(StandardCharsets.UTF_8));
  }

  /// {@return a field of protobuf's that holds bytes}
  private static byte[] field(int number, byte[] content) {
    byte[] head = new byte[10];
    int at = 0;
    for (int rest : new int[] {number << 3 | 2, content.length}) {
      int left = rest;
      for (; left > 127; left >>>= 7) {
        head[at++] = (byte) (left | 0x80);
      }
      head[at++] = (byte) left;
    }
    return joined(Arrays.copyOf(head, at), content);
  }

  /// {@return messages in each other}
  private static byte[] nested(int levels) {
    byte[] message = new byte[0];
    for (int i = 0; i < levels && message.length < 60_000; i++) {
      message = field(3, message);
    }
    return message;
  }

  private static byte[] filled(int size, int value) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static byte[] npy(String type, String shape, int bytes) {
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n".formatted(type, shape);
    byte[] begin = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0};
    return joined(begin, header.getBytes(StandardCharsets.US_ASCII), new byte[bytes]);
  }

  private static byte[] joined(byte[]... parts) {
    int size = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    byte[] all = new byte[size];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
