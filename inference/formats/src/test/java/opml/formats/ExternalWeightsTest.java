package opml.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import opml.engine.commit.HashCache;
import opml.engine.commit.Model;
import opml.formats.onnx.file.RawModels;
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
    Path file =
        Files.write(folder.resolve("model.onnx"), RawModels.externalSum(FLOATS, "weights.bin"));
    List<Long> hashed = new ArrayList<>();
    Model first = load(file, hashed);
    assertThat(hashed).isNotEmpty();
    hashed.clear();
    assertThat(load(file, hashed).id()).isEqualTo(first.id());
    assertThat(hashed).isEmpty();
    FileTime time = Files.getLastModifiedTime(beside);
    weights[weights.length - 1] ^= 1;
    Files.write(beside, weights);
    Files.setLastModifiedTime(beside, time);
    assertThat(load(file, hashed).id()).isNotEqualTo(first.id());
    assertThat(hashed).isNotEmpty();
  }

  private Model load(Path file, List<Long> hashed) throws IOException {
    return ModelLoader.load(
        file, new HashCache(folder.resolve("cache")), (done, all) -> hashed.add(done));
  }
}
