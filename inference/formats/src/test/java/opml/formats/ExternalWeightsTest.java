package opml.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import opml.core.codec.MalformedException;
import opml.engine.commit.HashCache;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.onnx.file.RawModels;
import opml.formats.onnx.file.SampleModel;
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExternalWeightsTest {
  private static final int FLOATS = 3 << 20;

  @TempDir private Path folder;

  @Test
  void weightsBesideTheModelAreHashedAgainWhenTheyChangeThoughTheirTimeDoesNot()
      throws IOException {
    byte[] weights = new byte[4 * FLOATS];
    new Random(1).nextBytes(weights);
    Path beside = Files.write(folder.resolve("weights.bin"), weights);
    Path file = folder.resolve("model.onnx");
    Files.write(file, RawModels.externalSum(FLOATS, "weights.bin"));
    assertThat(hashed(file)).isOne();
    assertThat(hashed(file)).isZero();
    FileTime time = Files.getLastModifiedTime(beside);
    weights[weights.length - 1] ^= 1;
    Files.write(beside, weights);
    Files.setLastModifiedTime(beside, time);
    assertThat(hashed(file)).isOne();
  }

  @Test
  void aFileThatStandsAloneHasNoDataBesideIt() throws IOException {
    Files.write(folder.resolve("weights.bin"), new byte[16]);
    Path file = folder.resolve("model.onnx");
    Files.write(file, RawModels.externalSum(4, "weights.bin"));
    assertThat(ModelLoader.load(file).graph().nodes()).hasSize(1);
    assertThatThrownBy(() -> ModelLoader.loadAlone(file, Long.MAX_VALUE))
        .isInstanceOf(MalformedException.class)
        .hasMessage(
            file
                + ", graph, initializer 0 (c): its data lie in weights.bin, beside the model, which a file from a"
                + " stranger may not have");
    // also where nobody reads them
    Files.write(file, RawModels.sumAndDamagedConstants());
    assertThat(ModelLoader.load(file).graph().nodes()).hasSize(1);
    assertThatThrownBy(() -> ModelLoader.loadAlone(file, Long.MAX_VALUE))
        .hasMessageContaining("initializer 3 (away): its data lie in /dev/zero, beside the model");
    Files.write(file, OnnxWriter.write(SampleModel.dense()));
    assertThat(ModelLoader.loadAlone(file, Long.MAX_VALUE).id())
        .isEqualTo(ModelLoader.load(file).id());
  }

  @Test
  void aFileOfWhichOnlySoManyBytesOfConstantsMayBeReadIsRefusedIfItHasMore() throws IOException {
    Path file = folder.resolve("model.onnx");
    Files.write(file, OnnxWriter.write(SampleModel.dense()));
    Graph graph = OnnxImporter.load(file);
    long bytes =
        graph.slots().stream()
            .filter(slot -> slot.initial().isPresent())
            .mapToLong(Slot::bytes)
            .sum();
    assertThat(ModelLoader.loadAlone(file, bytes).id()).isEqualTo(ModelLoader.load(file).id());
    assertThatThrownBy(() -> ModelLoader.loadAlone(file, bytes - 1))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("the constants take more than " + (bytes - 1) + " bytes");
  }

  @Test
  void weightsThatAreCutOrChangedWhileTheModelIsInUseAreNoOtherWeights() throws IOException {
    byte[] weights = new byte[4 * FLOATS];
    new Random(2).nextBytes(weights);
    Path beside = Files.write(folder.resolve("weights.bin"), weights);
    Path file = folder.resolve("model.onnx");
    Files.write(file, RawModels.externalSum(FLOATS, "weights.bin"));
    Graph running = ModelLoader.graph(file);
    Tensor read = constant(running);
    assertThat(read.bytes()).isEqualTo(weights);
    Graph late = ModelLoader.graph(file);
    try (FileChannel out = FileChannel.open(beside, StandardOpenOption.WRITE)) {
      out.truncate(weights.length - 1);
    }
    assertThat(read.bytes()).isEqualTo(weights);
    assertThatThrownBy(constant(late)::data)
        .isInstanceOf(MalformedException.class)
        .hasMessage(
            file + ", external data weights.bin: somebody has changed the file while it was read");
    assertThatThrownBy(() -> ModelLoader.graph(file))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("expected 12582912 bytes from 0 on, but the file has 12582911");
  }

  @Test
  void tensorsMayShareBytesOfAFileAndLieThereAtAnyAlignment() throws IOException {
    byte[] weights = new byte[100_000];
    new Random(3).nextBytes(weights);
    Files.write(folder.resolve("weights.bin"), weights);
    Path file = folder.resolve("model.onnx");
    for (int offset : new int[] {0, 1, 4, 4095}) {
      Files.write(file, RawModels.externalSum(20_000, "weights.bin", offset));
      Tensor tensor = constant(ModelLoader.graph(file));
      assertThat(tensor.data().address() % 8).isZero();
      assertThat(tensor.bytes()).isEqualTo(Arrays.copyOfRange(weights, offset, offset + 80_000));
    }
  }

  private static Tensor constant(Graph graph) {
    return graph.slots().stream().flatMap(s -> s.initial().stream()).findFirst().orElseThrow();
  }

  /// {@return how many constants had to be hashed}
  private int hashed(Path file) throws IOException {
    List<Long> progress = new ArrayList<>();
    new HashCache(folder.resolve("cache"))
        .of(ModelLoader.graph(file), (done, all) -> progress.add(done));
    return progress.size();
  }
}
