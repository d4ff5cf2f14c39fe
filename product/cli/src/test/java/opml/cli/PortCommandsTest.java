package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import opml.cli.console.JsonTensor;
import opml.cli.console.Npy;
import opml.cli.console.TensorType;
import opml.core.account.Wei;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.key.Wallet;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// A model of several inputs and outputs, on the command line.
class PortCommandsTest {
  private static final TensorType X = new TensorType("x", ElementType.F32, Shape.of(2));
  private static final TensorType FLAGS = new TensorType("flags", ElementType.BOOL, Shape.of(3));
  private static final TensorType Y = new TensorType("x=y", ElementType.F32, Shape.of(2));
  private static final TensorType SUM = new TensorType("sum", ElementType.F32, Shape.of(2));

  private static final byte[] SUM_BYTES = floats(1.5f - 4, 2 + 0.25f);
  private static final byte[] FLAG_BYTES = {1, 0, 1};

  @TempDir Path folder;

  private Path model;
  private Path x;
  private Path flags;
  private Path y;
  private Path packed;

  @BeforeEach
  void writeFiles() throws IOException {
    OnnxGraph graph =
        new OnnxGraph(
            "g",
            List.of(OnnxNode.of("Add", List.of("x", "x=y"), List.of("sum"))),
            List.of(),
            List.of(info(X), info(FLAGS), info(Y)),
            List.of(info(SUM), info(FLAGS)));
    model = write("ports.onnx", onnx(graph));
    x = write("x.npy", Npy.write(X, floats(1.5f, 2)));
    flags = Files.writeString(folder.resolve("flags.json"), "[true, false, 1]");
    y = write("y.bin", floats(-4, 0.25f));
    ByteBuffer all = ByteBuffer.allocate(72);
    all.put(0, floats(1.5f, 2)).put(32, FLAG_BYTES).put(64, floats(-4, 0.25f));
    packed = write("packed.bin", all.array());
  }

  @Test
  void inputsAndOutputsAreListedWithTheirPlaces() {
    assertThat(CliRun.of("model", "inspect", model).succeeds().out())
        .containsPattern("input +x +f32 +2 +8 +0 +0\n")
        .containsPattern("input +flags +bool +3 +3 +0 +32\n")
        .containsPattern("input +x=y +f32 +2 +8 +0 +64\n")
        .containsPattern("output +sum +f32 +2 +8 +\\d+ +0\n")
        .containsPattern("output +flags +bool +3 +3 +\\d+ +32\n");
    JsonNode json = CliRun.of("model", "inspect", model, "--json").succeeds().json().getFirst();
    assertThat(json.path("inputs"))
        .hasToString(
            "[{\"name\":\"x\",\"type\":\"f32\",\"shape\":[2],\"bytes\":8,\"offset\":0},"
                + "{\"name\":\"flags\",\"type\":\"bool\",\"shape\":[3],\"bytes\":3,\"offset\":32},"
                + "{\"name\":\"x=y\",\"type\":\"f32\",\"shape\":[2],\"bytes\":8,\"offset\":64}]");
    assertThat(json.at("/outputs/1/offset").asInt()).isEqualTo(32);
    assertThat(json.path("inputBytes").asInt()).isEqualTo(72);
    assertThat(json.path("outputBytes").asInt()).isEqualTo(35);
    assertThat(CliRun.of("model", "import", model).succeeds().out())
        .contains("input x f32 2 and flags bool 3 and x=y f32 2, output sum f32 2 and flags");
  }

  @Test
  void inputsAreGivenByNameInAnyOrder() throws IOException {
    CliRun run = run("x=" + x, "flags=" + flags, "x=y=" + y, "--vm").succeeds();
    assertThat(run.out())
        .contains("output sum f32 2: -2.5 2.25\n", "output flags bool 3: 1 0 1\n", "the same bits")
        .doesNotContain("top class");
    String said = run("x=" + x, "flags=" + flags, "x=y=" + y).succeeds().out();
    assertThat(run("x=y=" + y, "x=" + x, "flags=" + flags).succeeds().out()).isEqualTo(said);
    assertThat(run(packed).succeeds().out()).isEqualTo(said);
    Path named = Files.copy(packed, folder.resolve("a=b"));
    assertThat(run(named).succeeds().out()).isEqualTo(said);
    JsonNode json = run(packed, "--json").succeeds().json().getFirst();
    assertThat(json.path("outputs"))
        .hasToString(
            "[{\"name\":\"sum\",\"type\":\"f32\",\"shape\":[2],\"values\":[-2.5,2.25]},"
                + "{\"name\":\"flags\",\"type\":\"bool\",\"shape\":[3],\"values\":[1,0,1]}]");
    assertThat(json.has("output")).isFalse();
  }

  @Test
  void outputsGoToFilesByName() throws IOException {
    Path sum = folder.resolve("sum.npy");
    Path said = folder.resolve("flags-out.json");
    Path whole = folder.resolve("whole.bin");
    run(packed, "--output", "flags=" + said, "--output", "sum=" + sum).succeeds();
    assertThat(Npy.read("sum.npy", Files.readAllBytes(sum), SUM)).isEqualTo(SUM_BYTES);
    assertThat(Files.readString(said)).isEqualTo(JsonTensor.write(FLAGS.tensor(FLAG_BYTES)));
    run(packed, "--output", whole).succeeds();
    byte[] expected = Arrays.copyOf(SUM_BYTES, 35);
    System.arraycopy(FLAG_BYTES, 0, expected, 32, 3);
    assertThat(Files.readAllBytes(whole)).isEqualTo(expected);

    Files.delete(sum);
    run(packed, "--output", "sum=" + sum).succeeds();
    assertThat(sum).exists();
    String expectation = "expected is NAME=FILE for any of sum f32 2, flags bool 3";
    misused(
        "--output: there is no output x; sum is given more than once; whole.bin has no name; "
            + expectation,
        packed,
        "--output",
        "x=a.npy",
        "--output",
        "sum=a.npy",
        "--output",
        "sum=b.npy",
        "--output",
        "sum=c.npy",
        "--output",
        "whole.bin");
    misused(
        "all.npy: a file for one array, which needs a name; "
            + expectation
            + ", or one of another ending for all 35 bytes",
        packed,
        "--output",
        folder.resolve("all.npy"));
    misused(
        "one.npy is there for two outputs",
        packed,
        "--output",
        "sum=" + folder.resolve("one.npy"),
        "--output",
        "flags=" + folder.resolve("./one.npy"));
    Path none = folder.resolve("none/sum.npy");
    misused("--output " + none + ": its folder is not there", packed, "--output", "sum=" + none);
    misused("--output " + folder + ": this is a folder", packed, "--output", folder);
    misused("--output /proc/sum: its folder takes no new file", packed, "--output", "/proc/sum");
    Path inside = packed.resolve("sum.bin");
    misused("--output " + inside + ": Not a directory", packed, "--output", inside);
  }

  @Test
  void allThatIsWrongWithNamesIsToldAtOnce() {
    String expectation = "expected is NAME=FILE for each of x f32 2, flags bool 3, x=y f32 2";
    misused("--input: flags, x=y are missing; " + expectation, "x=" + x);
    misused(
        "--input: there is no input z; x is given more than once; flags, x=y are missing; "
            + expectation,
        "z=" + x,
        "x=" + x,
        "x=" + x,
        "x=" + y);
    misused(
        "--input: %s has no name; x=y is missing; %s".formatted(packed, expectation),
        "x=" + x,
        "flags=" + flags,
        packed);
    misused(
        "y.bin: 8 bytes; "
            + expectation
            + ", or one file of all 72 bytes, in which each begins at a multiple of 32 bytes:"
            + " x at 0, flags at 32, x=y at 64",
        y);
  }

  @Test
  void aFileOfOneArrayNeedsANameEvenIfItHasTheRightNumberOfBytes() throws IOException {
    for (String name : List.of("all.json", "all.npy", "ALL.PGM")) {
      misused(
          name + ": a file for one array, which needs a name; expected is NAME=FILE for each of x",
          write(name, new byte[72]));
    }
  }

  @Test
  void aNameOrAFileThatIsMissingIsToldOfItsArgument() throws IOException {
    misused("--input x=: a file is missing", "x=");
    misused("--input x=y=: a file is missing", "x=" + x, "flags=" + flags, "x=y=");
    misused("--input =" + x + ": the name before = is missing", "=" + x);
    misused("--output sum=: a file is missing", packed, "--output", "sum=");
    misused("--output =a.npy: the name before = is missing", packed, "--output", "=a.npy");
  }

  @Test
  void anIndexIsRefusedWhereNothingHasOne() {
    misused("--index 1: expected is none without an idx file of images", packed, "--index", 1);
    misused(
        "--index 1: expected is none without an idx file of images",
        "x=" + x,
        "flags=" + flags,
        "x=y=" + y,
        "--index",
        1);
  }

  @Test
  void aBadFileOfOneInputIsToldWithItsName() throws IOException {
    Path brief = write("brief.bin", new byte[7]);
    run("x=" + x, "flags=" + flags, "x=y=" + brief)
        .blames("brief.bin: 7 bytes, the model takes exactly 8 for x=y f32 2");
    run("x=" + x, "flags=" + x, "x=y=" + y)
        .blames("x.npy, offset", "the type <f4, expected |b1 for flags bool 3");
    run("x=" + x, "flags=" + folder.resolve("none"), "x=y=" + y)
        .blames("none: there is no such file");
    run("x=" + x, "flags=" + folder, "x=y=" + y).blames(folder.toString());
  }

  @Test
  void aModelOfOneInputTakesItByNameToo() throws IOException {
    OnnxGraph graph =
        new OnnxGraph(
            "g",
            List.of(OnnxNode.of("Relu", List.of("x"), List.of("sum"))),
            List.of(),
            List.of(info(X)),
            List.of(info(SUM)));
    model = write("one.onnx", onnx(graph));
    Path out = folder.resolve("out.json");
    String said = run(x).succeeds().out();
    assertThat(said).contains("output sum f32 2: 1.5 2.0");
    assertThat(run("x=" + x, "--output", "sum=" + out).succeeds().out()).startsWith(said);
    assertThat(Files.readString(out)).isEqualTo("[1.5, 2.0]\n");
    String expectation = "expected is one FILE, for x f32 2";
    misused("--input: 2 files for one input; ", x, x);
    misused("--input: x is given more than once; " + expectation, "x=" + x, "x=" + x);
    misused("--input: there is no input z; x is missing; " + expectation, "z=" + x);
  }

  @Test
  void thousandsOfInputsAreNotListedAllOver() throws IOException {
    List<OnnxValueInfo> inputs =
        IntStream.range(0, 5000)
            .mapToObj(i -> OnnxValueInfo.of("in" + i, ElementType.U8, Shape.of(1)))
            .toList();
    List<OnnxValueInfo> outputs =
        List.of(new OnnxValueInfo("in7", 0, Optional.empty()), inputs.get(4999));
    model = write("many.onnx", onnx(new OnnxGraph("g", List.of(), List.of(), inputs, outputs)));
    CliRun run = run("in3=" + x);
    run.isMisusedWith("in0, in1, in2, in4,", "and 4979 more are missing", "4,980 more");
    assertThat(run.err().length()).isLessThan(2000);
    ByteBuffer all = ByteBuffer.allocate(4999 * 32 + 1);
    all.put(7 * 32, (byte) 77).put(4999 * 32, (byte) 99);
    assertThat(run(write("many.bin", all.array())).succeeds().out())
        .contains("output in7 u8 1: 77", "output in4999 u8 1: 99");
    assertThat(CliRun.of("model", "import", model).succeeds().out()).contains("and 4,980 more");
  }

  @Test
  @EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
  void aRequestTakesInputsAndAResultGivesOutputsByName() throws IOException {
    Duration window = Duration.ofHours(2);
    try (DevChain dev = DevChain.start()) {
      Path deployment = folder.resolve("deployment.json");
      Path server = rich(dev, "server");
      Path requester = rich(dev, "requester");
      CliRun.of(
              "deploy",
              "--rpc",
              dev.url(),
              "--key-file",
              server,
              "--out",
              deployment,
              "--window",
              window.toSeconds(),
              "--allowance",
              window.toSeconds() / 2)
          .succeeds();
      List<Object> on = List.of("--deployment", deployment);
      CliRun registered =
          CliRun.of(words(on, "model", "register", model, "--key-file", server)).succeeds();
      String id = registered.out().substring(0, 66);
      List<Object> terms = new ArrayList<>(on);
      terms.addAll(List.of("--fee", "0.01", "--deadline", 3600, "--key-file", requester));
      misused(
          "x=y is missing; expected is NAME=FILE",
          CliRun.of(
              words(
                  terms,
                  "request",
                  "--model",
                  model,
                  "--input",
                  "x=" + x,
                  "--input",
                  "flags=" + flags)));
      misused(
          "only the model's file tells the names of its inputs; name it with --model",
          CliRun.of(words(terms, "request", "--model", id, "--input", "x=" + x)));
      CliRun.of(words(terms, "request", "--model", model, "--input", "x=" + folder.resolve("no")))
          .failsWith("--input x=", "no: there is no such file");
      CliRun serving =
          CliRun.start(words(on, "serve", "--model", model, "--key-file", server, "--poll", 0.05));
      serving.until("registered true");
      Path waited = folder.resolve("waited.npy");
      CliRun waiting =
          CliRun.start(
              words(
                  terms,
                  "request",
                  "--model",
                  model,
                  "--input",
                  "x=" + x,
                  "--input",
                  "flags=" + flags,
                  "--input",
                  "x=y=" + y,
                  "--wait",
                  "--poll",
                  0.05,
                  "--output",
                  "sum=" + waited));
      waiting.until("provisional output sum f32 2: -2.5 2.25");
      // the same bytes, packed by hand, of somebody who has no file of the model
      CliRun blind =
          CliRun.of(words(terms, "request", "--model", id, "--input", packed)).succeeds();
      String second = blind.out().lines().findFirst().orElseThrow().replace("request ", "");
      Path said = folder.resolve("said.json");
      CliRun reading =
          CliRun.start(
              words(
                  on,
                  "result",
                  second,
                  "--model",
                  model,
                  "--wait",
                  "--poll",
                  0.05,
                  "--output",
                  "flags=" + said));
      reading.until("provisional output sum f32 2: -2.5 2.25");
      dev.increaseTime(window.plusSeconds(10));
      waiting.join().succeeds();
      assertThat(waiting.out()).contains("output flags bool 3: 1 0 1");
      assertThat(Npy.read("waited.npy", Files.readAllBytes(waited), SUM)).isEqualTo(SUM_BYTES);
      reading.join().succeeds();
      assertThat(Files.readString(said)).isEqualTo("[1, 0, 1]\n");
      JsonNode json =
          CliRun.of(words(on, "result", second, "--model", model, "--json"))
              .succeeds()
              .json()
              .getFirst();
      assertThat(json.at("/outputs/0/values")).hasToString("[-2.5,2.25]");
      serving.stop().succeeds();
    }
  }

  private Path rich(DevChain dev, String name) {
    Path file = folder.resolve(name + ".key");
    dev.setBalance(Wallet.create(file).address(), Wei.ether(100));
    return file;
  }

  private static Object[] words(List<Object> last, Object... first) {
    List<Object> words = new ArrayList<>(List.of(first));
    words.addAll(last);
    return words.toArray();
  }

  /// Runs the model; words up to the first option are each an `--input`.
  private CliRun run(Object... words) {
    List<Object> all = new ArrayList<>(List.of("model", "run", model));
    boolean inputs = true;
    for (Object word : words) {
      inputs &= !word.toString().startsWith("--");
      if (inputs) {
        all.add("--input");
      }
      all.add(word);
    }
    return CliRun.of(all.toArray());
  }

  private void misused(String words, Object... arguments) {
    misused(words, run(arguments));
  }

  private static void misused(String words, CliRun run) {
    run.isMisusedWith(words);
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static byte[] onnx(OnnxGraph graph) {
    return OnnxWriter.write(new OnnxModel(8, "", List.of(new OnnxOpset("", 13)), graph));
  }

  private static OnnxValueInfo info(TensorType type) {
    return OnnxValueInfo.of(type.name(), type.element(), type.shape());
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }
}
