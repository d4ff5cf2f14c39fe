package opml.cli.command.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import opml.core.hash.Bytes32;
import opml.proof.GraphWorkshop;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCacheTest {
  private static final int MAX = 1 << 20;
  private static final long BOUND = (long) ModelCache.FULL * MAX;

  @TempDir private Path folder;

  private ModelCache cache;

  @BeforeEach
  void open() {
    cache = cache();
  }

  @Test
  void manyValidModelsKeepNobodyOutAndTheBoundHolds() throws Exception {
    byte[] precious = StrangeModels.tiny(1);
    Bytes32 own = keep(precious);
    List<Bytes32> ids = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      age();
      ids.add(keep(StrangeModels.wide(i)));
      assertThat(bytes()).isLessThanOrEqualTo(BOUND);
      assertThat(find(own)).as("in use all the time").isTrue();
    }
    assertThat(find(ids.getLast())).isTrue();
    assertThat(find(ids.getFirst())).as("used longest ago").isFalse();
  }

  @Test
  void whatNobodyFetchedIsNotRemovedAndLeavesNoRoom() throws Exception {
    Path letter = Files.write(folder.resolve("letter.txt"), new byte[(int) BOUND]);
    try (ModelCache.Draft draft = cache.draft()) {
      assertThatThrownBy(() -> draft.reserve(1)).hasMessageContaining("remove some");
    }
    assertThat(letter).exists();
  }

  @Test
  void theLargestOfTheFilesThatAreBeingFetchedGivesWay() throws Exception {
    try (ModelCache.Draft small = cache.draft()) {
      List<ModelCache.Draft> large = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        large.add(cache.draft());
        large.getLast().reserve(MAX);
      }
      large.add(cache.draft());
      large.getLast().reserve(MAX - 150_000);
      Thread retreat =
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (large.stream().noneMatch(ModelCacheTest::isGivenUp)) {
                      Thread.onSpinWait();
                    }
                  });
      small.reserve(100_000);
      retreat.join();
      for (ModelCache.Draft draft : large) {
        draft.close();
      }
    }
    assertThat(bytes()).isZero();
  }

  /// {@return whether a draft, asked to grow, finds that it has to make room, and does}
  private static boolean isGivenUp(ModelCache.Draft draft) {
    try {
      draft.reserve(1);
      return false;
    } catch (IOException e) {
      try {
        draft.close();
      } catch (IOException closing) {
        throw new IllegalStateException(closing);
      }
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aLinkInTheFolderIsNotFollowed() throws Exception {
    byte[] file = StrangeModels.tiny(2);
    Path elsewhere = Files.write(folder.resolve("elsewhere"), file);
    Path link = folder.resolve(StrangeModels.id(file) + ".onnx");
    Files.createSymbolicLink(link, elsewhere);
    assertThat(find(StrangeModels.id(file))).isFalse();
    assertThat(link).doesNotExist();
    assertThat(elsewhere).hasBinaryContent(file);
  }

  @Test
  void twoProcessesHoldOneBoundTogether() throws Exception {
    ModelCache other = cache();
    try (ModelCache.Draft theirs = other.draft()) {
      theirs.reserve(MAX);
      Files.write(theirs.file(), new byte[MAX]);
      for (int i = 0; i < 5; i++) {
        age();
        keep(StrangeModels.wide(i));
        assertThat(bytes()).isLessThanOrEqualTo(BOUND);
      }
      assertThat(theirs.file()).hasSize(MAX);
    }
  }

  private ModelCache cache() {
    ModelMemory memory =
        new ModelMemory(new GraphWorkshop(List.of()), 256 << 20, InstantSource.system());
    BoundedImports imports = new BoundedImports(BoundedImports.PATIENCE, memory);
    return new ModelCache(folder, MAX, imports, memory);
  }

  private Bytes32 keep(byte[] file) throws Exception {
    Bytes32 id = StrangeModels.id(file);
    try (ModelCache.Draft draft = cache.draft()) {
      draft.reserve(file.length);
      Files.write(draft.file(), file);
      cache.keep(draft, id, Optional.empty()).hold().close();
    }
    return id;
  }

  private boolean find(Bytes32 id) throws Exception {
    return cache.find(id).map(imported -> imported.hold()).map(ModelCacheTest::closed).isPresent();
  }

  private static boolean closed(ModelMemory.Hold hold) {
    hold.close();
    return true;
  }

  /// Makes all files an hour older, so that the order of their last uses is plain.
  private void age() throws IOException {
    for (Path file : files()) {
      Instant time = Files.getLastModifiedTime(file).toInstant();
      Files.setLastModifiedTime(file, FileTime.from(time.minus(Duration.ofHours(1))));
    }
  }

  private long bytes() throws IOException {
    long bytes = 0;
    for (Path file : files()) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
