package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import opml.cli.console.ExitCode;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is handed to a good model, made to hurt: inputs, bindings, places for outputs, and data beside models. All that
/// is wrong is told at once, in words that name it, and nothing is left behind.
class HostileInputsTest {
  private static final OnnxValueInfo X = OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, 4));
  private static final OnnxValueInfo Z = OnnxValueInfo.of("z", ElementType.F32, Shape.of(1, 4));
  private static final OnnxValueInfo PICTURE =
      OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, 3, 64, 64));
  private static final OnnxValueInfo Y = new OnnxValueInfo("y", 0, Optional.empty());
  private static final OnnxNode NEG = OnnxNode.of("Neg", List.of("x"), List.of("y"));

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @TempDir private Path folder;
  private Path one;
  private Path two;
  private Path good;
  private Path output;

  @BeforeEach
  void write() throws IOException {
    one = model("one", NEG, X);
    two = model("two", OnnxNode.of("Add", List.of("x", "z"), List.of("y")), X, Z);
    good = write("good.npy", npy("<f4", "(1, 4)", 16));
    output = folder.resolve("y.npy");
  }

  @Test
  void arraysThatLieAreRefused() throws IOException {
    List<byte[]> arrays = new ArrayList<>();
    for (String shape :
        List.of(
            "(1, 5)",
            "(4,)",
            "(1, 1, 4)",
            "()",
            "(0, 4)",
            "(-1, 4)",
            "(4294967297, 4)",
            "(1, 4",
            "(1 4)",
            "[1, 4]",
            "(65536, 65536)",
            "(2147483647, 2147483647, 2147483647)",
            "4",
            "(" + "1, ".repeat(60_000) + "4)",
            "(1.0, 4)",
            "('1', 4)",
            "(1, 4), 'more': 1")) {
      arrays.add(npy("<f4", shape, 16));
    }
    for (String type :
        List.of(
            "|O", ">f4", "<f8", "<c8", "<U4", "|S16", "<M8[ns]", "V16", "f", "", "<f4' '", "|b1")) {
      arrays.add(npy(type, "(1, 4)", 16));
    }
    arrays.add(
        text(
            "\u0093NUMPY\1\0",
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 4), }"));
    arrays.add(
        text("\u0093NUMPY\1\0", "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 4), }"));
    arrays.add(text("\u0093NUMPY\1\0", "{'descr': '<f4', 'fortran_order': 0, 'shape': (1, 4), }"));
    arrays.add(text("\u0093NUMPY\1\0", "{'descr': '<f4', 'shape': (1, 4), }"));
    arrays.add(text("\u0093NUMPY\1\0", "{".repeat(60_000)));
    arrays.add(text("\u0093NUMPY\7\0", "{}"));
    arrays.add(npy("<f4", "(1, 4)", 15));
    arrays.add(npy("<f4", "(1, 4)", 17));
    byte[] whole = npy("<f4", "(1, 4)", 16);
    for (int i = 0; i < 10; i++) {
      arrays.add(Arrays.copyOf(whole, random.nextInt(whole.length)));
    }
    byte[] endless = whole.clone();
    endless[6] = 2; // its header's length takes four bytes, of which two are the dictionary's begin
    arrays.add(endless);
    for (int i = 0; i < arrays.size(); i++) {
      refused(one, write(i + ".npy", arrays.get(i)));
    }
  }

  @Test
  void tensorsThatLieAreRefused() throws IOException {
    byte[] values = new byte[16];
    Map<String, byte[]> tensors = new LinkedHashMap<>();
    tensors.put("type", tensor(values, 7, 1, 4)); // int64
    tensors.put("text", tensor(values, 8, 1, 4));
    tensors.put("none", tensor(values, 0, 1, 4));
    tensors.put("far", tensor(values, 99, 1, 4));
    tensors.put("shape", tensor(values, 1, 2, 2));
    tensors.put("short", tensor(new byte[12], 1, 1, 4));
    tensors.put("long", tensor(new byte[20], 1, 1, 4));
    tensors.put("huge", tensor(values, 1, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127));
    tensors.put("empty", new byte[0]);
    tensors.put("model", Files.readAllBytes(one));
    tensors.put("chance", chance(300));
    for (Map.Entry<String, byte[]> tensor : tensors.entrySet()) {
      refused(one, write(tensor.getKey() + ".pb", tensor.getValue()));
    }
    byte[] whole = tensor(values, 1, 1, 4);
    CliRun.of("model", "run", one, "--input", write("whole.pb", whole)).succeeds();
    for (int i = 0; i < whole.length; i += 3) {
      refused(one, write("cut.pb", Arrays.copyOf(whole, i)));
    }
  }

  @Test
  void numbersThatLieAreRefused() throws IOException {
    Map<String, String> numbers = new LinkedHashMap<>();
    numbers.put("few", "[[1, 2, 3]]");
    numbers.put("many", "[[1, 2, 3, 4, 5]]");
    numbers.put("ragged", "[[1, 2], [3, 4]]");
    numbers.put("object", "{\"x\": [[1, 2, 3, 4]]}");
    numbers.put("text", "[[\"1\", 2, 3, 4]]");
    numbers.put("null", "[[null, 2, 3, 4]]");
    numbers.put("large", "[[1e999999999, 2, 3, 4]]");
    numbers.put("long", "[[" + "1".repeat(200_000) + ", 2, 3, 4]]");
    numbers.put("exponent", "[[1e" + "9".repeat(50_000) + ", 2, 3, 4]]");
    numbers.put("more", "[[1, 2, 3, 4]] [[1, 2, 3, 4]]");
    numbers.put("cut", "[[1, 2, 3, 4]");
    numbers.put("deep", "[".repeat(500_000));
    numbers.put("empty", "");
    for (Map.Entry<String, String> number : numbers.entrySet()) {
      refused(
          one,
          write(number.getKey() + ".json", number.getValue().getBytes(StandardCharsets.UTF_8)));
    }
  }

  @Test
  void picturesThatLieAreRefused() throws IOException {
    Path model = model("picture", NEG, PICTURE);
    byte[] png = encoded("png");
    byte[] jpeg = encoded("jpeg");
    refused(model, write("half.png", Arrays.copyOf(png, png.length / 2)));
    refused(model, write("head.jpg", Arrays.copyOf(jpeg, 100)));
    refused(model, write("other.png", new byte[1000]));
    // High, and a pixel wide: with 64 columns it is larger than any.
    Path thin = write("thin.png", png(1, 1 << 20));
    CliRun.of("model", "run", model, "--input", thin, "--image-fit", "stretch").blames(named(thin));
  }

  private void refused(Path model, Path input) throws IOException {
    CliRun run = CliRun.of("model", "run", model, "--input", input, "--output", output);
    assertThat(run.out()).as("%s, seed %d", input, seed).isEmpty();
    run.blames(named(input));
    assertThat(output).doesNotExist();
  }

  @Test
  void namesThatAreWrongAreToldAllAtOnce() {
    run(two, "x=" + good).isMisusedWith("--input", "z is missing");
    run(two, "x=" + good, "x=" + good, "w=" + good, "" + good)
        .isMisusedWith("x is given more than once", "no input w", "has no name", "z is missing");
    run(two, "=" + good).isMisusedWith("the name before = is missing");
    run(one, "z=" + good).isMisusedWith("there is no input z");
  }

  @Test
  void filesThatAreWrongAreToldAllAtOnce() throws IOException {
    Path flat = write("flat.npy", npy("<f4", "(4,)", 16));
    Path none = folder.resolve("none.npy");
    run(two, "x=" + flat, "z=" + none).blames(flat + ", offset", none + ": there is no such file");
    CliRun.of(
            "model", "import", one, "--bind", "x=@" + flat, "--bind", "z=@" + none, "--bind", "y=q")
        .blamesAny(none + ": there is no such file", "y=q: expected is a number");
  }

  @Test
  void bindingsThatAreNoneAreRefused() throws IOException {
    for (String bind :
        List.of(
            "",
            "=",
            "x",
            "x=",
            "=1",
            "x=-1",
            "x=1x2x",
            "x=x",
            "x=99999999999",
            "x=@",
            "x=1,x=2",
            "x=999999999x999999999",
            "x=@/dev/null",
            "x=@" + folder,
            "x=1e3",
            "x=１")) {
      CliRun run = CliRun.of("model", "import", one, "--bind", bind);
      assertThat(run.code()).as("%s: %s%s", bind, run.out(), run.err()).isEqualTo(ExitCode.USAGE);
      assertThat(run.err()).as(bind).doesNotContain("this is a bug", "Exception");
    }
    CliRun.of("model", "import", one, "--bind", "x=@/dev/zero").blamesAny("/dev/zero");
  }

  @Test
  void placesThatTakeNoOutputAreRefused() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    for (Path place :
        List.of(
            folder, folder.resolve("none/y.npy"), file.resolve("y.npy"), Path.of("/proc/y.npy"))) {
      CliRun.of("model", "run", one, "--input", good, "--output", place)
          .isMisusedWith("--output " + place);
      CliRun.of("model", "profile", one, "--runs", 1, "--trace", place)
          .isMisusedWith("--trace " + place);
      CliRun.of("model", "inspect", one, "--svg", place).isMisusedWith("--svg " + place);
    }
    CliRun.of("model", "run", one, "--input", good, "--output", "/dev/full")
        .failsWith("/dev/full", "No space left");
    CliRun.of(
            "model",
            "run",
            two,
            "--input",
            "x=" + good,
            "--input",
            "z=" + good,
            "--output",
            "q=" + output,
            "--output",
            "w=" + output)
        .isMisusedWith("no output q", "no output w");
    assertThat(output).doesNotExist();
  }

  @Test
  void casesWhoseDataAreDamagedAreToldOneByOne() throws IOException {
    byte[] whole = tensor(new byte[16], 1, 1, 4);
    caseOf("a-good", whole, whole);
    caseOf("b-cut", Arrays.copyOf(whole, 10), whole);
    caseOf("c-type", tensor(new byte[32], 7, 1, 4), whole);
    caseOf("d-answer", whole, Arrays.copyOf(whole, 10));
    Files.createDirectory(caseOf("e-folder", null, whole).resolve("input_0.pb"));
    caseOf("f-none", null, whole);
    caseOf("g-wide", tensor(new byte[16], 1, 2, 2), whole);
    Path more = caseOf("h-more", whole, whole);
    Files.write(more.resolve("input_1.pb"), whole);
    caseOf("i-silent", whole, null);
    Files.delete(caseOf("j-empty", null, null));
    Files.write(
        caseOf("k-model", whole, whole).resolveSibling("model.onnx"), new byte[] {8, 8, 58, 127});
    Files.delete(caseOf("l-place", whole, whole).resolveSibling("model.onnx"));
    Files.createDirectory(folder.resolve("cases/l-place/model.onnx"));
    CliRun run = CliRun.of("conformance", "onnx", folder.resolve("cases"), "--json");
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).isEmpty();
    JsonNode told = run.json().getFirst();
    assertThat(told.path("passed").asInt()).isEqualTo(1);
    Map<String, String> reasons = new TreeMap<>();
    told.path("failures")
        .forEach(one -> reasons.put(one.path("case").asText(), one.path("reason").asText()));
    Map<String, String> expected = new TreeMap<>();
    expected.put("b-cut", "input_0.pb: damaged at byte ");
    expected.put("c-type", "its inputs are not those of the model: x f32 1x4 is i64 1x4");
    expected.put("d-answer", "output_0.pb: damaged at byte ");
    expected.put("e-folder", "input_0.pb: this is a folder");
    expected.put("f-none", "it has no input");
    expected.put("g-wide", "y: f32 2x2, expected is f32 1x4");
    expected.put("h-more", "input_1.pb is one too many: the model has 1");
    expected.put("i-silent", "1 outputs, expected are 0");
    expected.put("j-empty", "there is nothing to compare");
    expected.put("k-model", "model.onnx: damaged at byte ");
    expected.put("l-place", "model.onnx: this is a folder");
    assertThat(reasons.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, words) -> assertThat(reasons.get(name)).contains(words));
  }

  private Path caseOf(String name, byte[] input, byte[] answer) throws IOException {
    Path place =
        Files.createDirectories(folder.resolve("cases").resolve(name).resolve("test_data_set_0"));
    Files.copy(one, place.resolveSibling("model.onnx"));
    if (input != null) {
      Files.write(place.resolve("input_0.pb"), input);
    }
    if (answer != null) {
      Files.write(place.resolve("output_0.pb"), answer);
    }
    return place;
  }

  @Test
  void whatHasNoBitsToCompareIsRefused() throws IOException {
    Path text = write("text.onnx", "no model".getBytes(StandardCharsets.UTF_8));
    Path none = folder.resolve("none");
    for (Path file : List.of(text, none, folder)) {
      CliRun.of("conformance", "bits", file).blames(named(file));
    }
    CliRun.of("conformance", "bits", one, "--bind", "rows=3")
        .blames(named(one), "the dimension rows");
  }

  private CliRun run(Path model, String... inputs) {
    List<Object> words = new ArrayList<>(List.of("model", "run", model, "--output", output));
    for (String input : inputs) {
      words.add("--input");
      words.add(input);
    }
    return CliRun.of(words.toArray());
  }

  private static String named(Path file) {
    return "opml: " + file;
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private Path model(String name, OnnxNode node, OnnxValueInfo... inputs) throws IOException {
    OnnxGraph graph = new OnnxGraph("g", List.of(node), List.of(), List.of(inputs), List.of(Y));
    return write(
        name + ".onnx",
        OnnxWriter.write(new OnnxModel(8, "opml", List.of(new OnnxOpset("", 17)), graph)));
  }

  private byte[] chance(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  /// {@return a TensorProto: dims, data_type, raw_data}
  private static byte[] tensor(byte[] values, int type, int... dims) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int dim : dims) {
      out.write(8);
      out.write(dim);
    }
    out.writeBytes(new byte[] {16, (byte) type, 74, (byte) values.length});
    out.writeBytes(values);
    return out.toByteArray();
  }

  private static byte[] encoded(String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(70, 80, BufferedImage.TYPE_INT_RGB), format, out);
    return out.toByteArray();
  }

  private static byte[] png(int width, int height) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_BYTE_BINARY), "png", out);
    return out.toByteArray();
  }

  private static byte[] text(String begin, String header) {
    byte[] bytes = (begin + "  " + header + "\n").getBytes(StandardCharsets.ISO_8859_1);
    int length = header.length() + 1;
    bytes[8] = (byte) length;
    bytes[9] = (byte) (length >> 8);
    return Arrays.copyOf(bytes, bytes.length + 16);
  }

  private static byte[] npy(String type, String shape, int bytes) {
    byte[] array =
        text(
            "\u0093NUMPY\1\0",
            "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(type, shape));
    return Arrays.copyOf(array, array.length - 16 + bytes);
  }
}
