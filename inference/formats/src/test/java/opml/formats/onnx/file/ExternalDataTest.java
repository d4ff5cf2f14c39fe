package opml.formats.onnx.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import opml.core.codec.MalformedException;
import opml.engine.graph.Graph;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.OnnxImporter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExternalDataTest {
  @TempDir private Path root;
  private Path folder;

  @BeforeEach
  void writeWeights() throws IOException {
    folder = Files.createDirectories(root.resolve("model"));
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 1; i <= 4; i++) {
      bytes.putFloat(i);
    }
    Files.write(folder.resolve("w.bin"), bytes.array());
    Files.write(root.resolve("secret.bin"), new byte[64]);
  }

  @Test
  void dataAreReadFromTheModelsFolder() throws IOException {
    assertThat(value(constant("w.bin", 4)).floats()).containsExactly(1, 2, 3, 4);
    assertThat(value(constant("./w.bin", 2)).floats()).containsExactly(1, 2);
    assertThat(
            value(
                    constant("w.bin", 2)
                        .with(13, RawModels.entry("offset", "8"))
                        .with(13, RawModels.entry("length", "8"))
                        .with(13, RawModels.entry("checksum", "whatever")))
                .floats())
        .containsExactly(3, 4);
    Files.createDirectories(folder.resolve("data"));
    Files.copy(folder.resolve("w.bin"), folder.resolve("data").resolve("w.bin"));
    assertThat(value(constant("data/w.bin", 4)).floats()).hasSize(4);
    assertThat(value(constant("data/../w.bin", 4)).floats()).hasSize(4);
    Files.createSymbolicLink(folder.resolve("link.bin"), Path.of("w.bin"));
    assertThat(value(constant("link.bin", 4)).floats()).hasSize(4);
    assertThat(value(constant("w.bin", 0)).floats()).isEmpty();
  }

  @Test
  void nothingOutsideTheFolderIsRead() throws IOException {
    refused(constant("../secret.bin", 4), "would lie outside the model's folder, in ../secret.bin");
    refused(constant("a/../../secret.bin", 4), "outside the model's folder, in a/../../secret.bin");
    refused(constant(root.resolve("secret.bin").toString(), 4), "found location \"" + root);
    refused(constant(folder.resolve("w.bin").toString(), 4), "in a file of the model's folder");
    refused(constant("", 4), "in a file of the model's folder");
    refused(constant("\\\\host\\w.bin", 4), "in a file of the model's folder");
    refused(constant("w\0.bin", 4), "which is no path");
    Files.createSymbolicLink(folder.resolve("link.bin"), root.resolve("secret.bin"));
    refused(constant("link.bin", 4), "outside the model's folder: link.bin is a link to ");
    Files.createSymbolicLink(folder.resolve("up"), root);
    refused(constant("up/secret.bin", 4), "outside the model's folder: up/secret.bin is a link to");
    refused(constant("up/model/../secret.bin", 4), "outside the model's folder");
  }

  @Test
  void onlyRegularFilesOfEnoughBytesAreRead() throws IOException {
    refused(constant("none.bin", 4), "its data lie in none.bin, which is not there");
    refused(constant("w.bin/x", 4), "its data lie in w.bin/x, which ");
    refused(constant("n".repeat(5000), 4), "which cannot be read");
    Files.createDirectories(folder.resolve("data"));
    refused(constant("data", 4), "its data lie in data, which is no regular file");
    misplaced(constant("w.bin", 5), "0: expected 20 bytes from 0 on, but the file has 16");
    misplaced(
        constant("w.bin", 4).with(13, RawModels.entry("offset", "1")),
        "1: expected 16 bytes from 1 on, but the file has 16");
    misplaced(
        constant("w.bin", 4).with(13, RawModels.entry("offset", "999999999999999999")),
        "999999999999999999: expected 16 bytes from 999999999999999999 on, but the file has 16");
    misplaced(
        constant("w.bin", 0).with(13, RawModels.entry("offset", "17")),
        "17: expected 0 bytes from 17 on, but the file has 16");
    misplaced(
        constant("w.bin", 2).with(13, RawModels.entry("length", "16")),
        "0: f32 2 has 8 bytes, but 16 are declared");
    refused(
        constant("w.bin", 2).with(13, RawModels.entry("offset", "-8")),
        "expected a number of bytes as offset, found \"-8\"");
    refused(
        constant("w.bin", 2).with(13, RawModels.entry("length", "9223372036854775808")),
        "expected a number of bytes as length, found \"9223372036854775808\"");
    refused(
        constant("w.bin", 2).with(13, RawModels.entry("length", "-1")),
        "expected a number of bytes as length, found \"-1\"");
    refused(constant("w.bin", 2).with(9, new byte[8]), "expected data in one form");
    refused(constant("w.bin", 1L << 32, 1L << 32), "expected dimensions from 0 to 2^31 - 1");
  }

  @Test
  void tensorsThatAreReadHaveAllOfTheirBytesInCommonOrNone() throws IOException {
    Files.write(folder.resolve("w.bin"), new byte[64]);
    // one behind the other, in any order, and at any alignment
    assertThat(imported(at("a", 21, 4), at("b", 5, 4)).slots()).hasSize(7);
    assertThat(imported(at("a", 5, 4), at("b", 5, 4)).slots()).hasSize(7);
    refusedTogether(
        ": graph, initializer 1 (b) at 4: its 16 bytes overlap the 16 of graph, initializer 0 (a) at 0",
        at("a", 0, 4),
        at("b", 4, 4));
    refusedTogether(
        ": graph, initializer 1 (b) at 5: its 4 bytes overlap the 16 of graph, initializer 0 (a) at 1",
        at("a", 1, 4),
        at("b", 5, 1));
    refusedTogether(
        """
        : 2 things are wrong with its tensors:
          graph, initializer 0 (a) at 56: expected 16 bytes from 56 on, but the file has 64
          graph, initializer 1 (b) at 61: expected 16 bytes from 61 on, but the file has 64""",
        at("a", 56, 4),
        at("b", 61, 4));
  }

  @Test
  void whatNobodyReadsMayLieAnywhere() throws IOException {
    Files.write(folder.resolve("w.bin"), new byte[64]);
    assertThat(imported(at("a", 0, 4), at("b", 16, 4), at("unused", 8, 4)).slots()).hasSize(7);
    assertThat(imported(at("a", 0, 4), at("b", 16, 4), at("unused", 60, 4)).slots()).hasSize(7);
  }

  @Test
  void aPipeIsNotOpened() throws Exception {
    Path pipe = folder.resolve("pipe");
    try {
      Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
      assumeTrue(made.waitFor(10, TimeUnit.SECONDS) && made.exitValue() == 0, "mkfifo failed");
    } catch (IOException e) {
      assumeTrue(false, "no mkfifo: " + e.getMessage());
    }
    refused(constant("pipe", 4), "its data lie in pipe, which is no regular file");
    assertThatThrownBy(() -> OnnxReader.read(pipe)).hasMessageContaining("device or pipe");
  }

  @Test
  void keysStandOnceAndLocationsAreKnown() {
    byte[] twice =
        RawModels.sum(1, constant("w.bin", 1).with(13, RawModels.entry("location", "x")));
    assertThatThrownBy(() -> OnnxReader.parse("model.onnx", twice))
        .hasMessageContaining("damaged at byte")
        .hasMessageContaining("expected each key once, found location twice");
    byte[] elsewhere = RawModels.sum(1, RawModels.tensor("c", 1, 1).with(14, 2));
    assertThatThrownBy(() -> OnnxReader.parse("model.onnx", elsewhere))
        .hasMessageContaining("expected data_location 0 (in the file) or 1 (external), found 2");
  }

  @Test
  void bytesWithoutAFileHaveNoFolder() {
    OnnxModel model = OnnxReader.parse("model.onnx", RawModels.externalSum(4, "w.bin"));
    assertThatThrownBy(() -> model.graph().initializers().getFirst().value())
        .isInstanceOf(MalformedException.class)
        .hasMessage(
            "model.onnx, graph, initializer 0 (c): its data lie outside the model file, in w.bin");
  }

  private static RawMessage constant(String location, long... dims) {
    return RawModels.external("c", 1, RawModels.entry("location", location), dims);
  }

  private Tensor value(RawMessage constant) throws IOException {
    Path file = Files.write(folder.resolve("model.onnx"), RawModels.sum(1, constant));
    return OnnxReader.read(file).graph().initializers().getFirst().value();
  }

  private static RawMessage at(String name, long offset, int count) {
    return RawModels.external(name, 1, RawModels.entry("location", "w.bin"), count)
        .with(13, RawModels.entry("offset", Long.toString(offset)));
  }

  /// Imports `y = (x + a) + b` of these constants.
  private Graph imported(RawMessage... constants) throws IOException {
    RawMessage graph =
        RawModels.sumGraph(4)
            .with(1, new RawMessage().with(1, "x").with(1, "a").with(2, "c").with(4, "Add"))
            .with(1, new RawMessage().with(1, "y").with(1, "b").with(2, "z").with(4, "Add"))
            .with(12, RawModels.value("z", 4));
    for (RawMessage constant : constants) {
      graph.with(5, constant);
    }
    return OnnxImporter.load(Files.write(folder.resolve("model.onnx"), RawModels.model(graph)));
  }

  private void refusedTogether(String problem, RawMessage... constants) {
    assertThatThrownBy(() -> imported(constants))
        .isInstanceOf(MalformedException.class)
        .hasMessage(folder.resolve("model.onnx") + ", external data w.bin" + problem);
  }

  private void misplaced(RawMessage constant, String problem) {
    assertThatThrownBy(() -> value(constant))
        .isInstanceOf(MalformedException.class)
        .hasMessage(
            folder.resolve("model.onnx")
                + ", external data w.bin: graph, initializer 0 (c) at "
                + problem);
  }

  private void refused(RawMessage constant, String problem) {
    assertThatThrownBy(() -> value(constant))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith(folder.resolve("model.onnx") + ", graph, initializer 0 (c): ")
        .hasMessageContaining(problem);
  }
}
