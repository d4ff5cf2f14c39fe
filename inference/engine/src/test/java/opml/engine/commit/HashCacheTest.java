package opml.engine.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.PageHashes;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.KernelCatalog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HashCacheTest {
  private static final int LARGE = (int) HashCache.LEAST_BYTES + 5000;
  private static final int[] SIZES = {LARGE, 4096, 4097, 3};

  @TempDir private Path folder;
  private Path model;
  private Path cache;

  @BeforeEach
  void writeModel() throws IOException {
    model = Files.writeString(folder.resolve("model.onnx"), "a model");
    cache = folder.resolve("cache");
  }

  @Test
  void theSecondTimeNothingIsHashedAndTheHashesAreTheSame() throws IOException {
    Graph graph = graph(1);
    assertThat(load(graph)).isEqualTo(SIZES.length);
    assertThat(load(graph)).isZero();
  }

  @Test
  void anyDamageIsFoundAndRepaired() throws IOException {
    Graph graph = graph(1);
    load(graph);
    Path entry = entry();
    byte[] good = Files.readAllBytes(entry);
    Random random = new Random(good.length);
    for (int i = 0; i < 8; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(entry, bad);
      assertThat(load(graph)).isEqualTo(SIZES.length);
      assertThat(entry).hasBinaryContent(good);
    }
    for (int length : new int[] {0, 31, 32, 100, good.length - 1}) {
      Files.write(entry, Arrays.copyOf(good, length));
      assertThat(load(graph)).as("cut to %d", length).isEqualTo(SIZES.length);
    }
  }

  @Test
  void otherWeightsAreFoundThoughTheModelFileIsTheSame() throws IOException {
    load(graph(1));
    Graph other = graph(1);
    Tensor weights = other.slots().getFirst().initial().orElseThrow();
    byte last = weights.data().get(ValueLayout.JAVA_BYTE, LARGE - 1);
    weights.data().set(ValueLayout.JAVA_BYTE, LARGE - 1, (byte) (last ^ 1));
    assertThat(load(other)).isEqualTo(SIZES.length);
    assertThat(load(other)).isZero();
    assertThat(load(graph(1))).isEqualTo(SIZES.length);
  }

  @Test
  void aModelFileThatOnlyItsTimeTellsApartIsNotHashedAgain() throws IOException {
    load(graph(1));
    Files.setLastModifiedTime(model, FileTime.fromMillis(1));
    assertThat(load(graph(1))).isZero();
  }

  @Test
  void aGraphOfOtherSlotsIsHashedAgain() throws IOException {
    load(graph(1));
    Graph more =
        graphOf(Stream.concat(graph(1).slots().stream(), Stream.of(slot("w", 5000, 1))).toList());
    assertThat(load(more)).isEqualTo(SIZES.length + 1);
    Graph fewer = graphOf(graph(1).slots().subList(0, 2));
    assertThat(load(fewer)).isEqualTo(2);
  }

  @Test
  void smallModelsLeaveNoFile() throws IOException {
    Graph graph = graphOf(List.of(slot("w", 100, 1)));
    hashes(graph, new ArrayList<>());
    assertThat(cache).doesNotExist();
  }

  @Test
  void aFolderThatCannotBeWrittenIsNoError() throws IOException {
    Files.writeString(cache, "not a folder");
    assertThat(load(graph(1))).isEqualTo(SIZES.length);
  }

  /// Loads, checks every hash against the bytes, and returns how many values were hashed.
  private int load(Graph graph) throws IOException {
    List<Long> progress = new ArrayList<>();
    InitialHashes hashes = hashes(graph, progress);
    for (int i = 0; i < graph.slots().size(); i++) {
      Slot slot = graph.slots().get(i);
      if (slot.initial().isEmpty()) {
        continue;
      }
      Tensor tensor = slot.initial().get();
      assertThat(hashes.root(i, slot.depth()))
          .isEqualTo(MerkleRoot.of(tensor.data(), slot.depth()));
      PageHashes pages = hashes.slots().get(i).orElseThrow();
      assertThat(pages.lanes()).isEqualTo(PageHashes.of(tensor.data()).lanes());
    }
    return progress.size();
  }

  private InitialHashes hashes(Graph graph, List<Long> progress) throws IOException {
    return new HashCache(cache).of(model, graph, (done, total) -> progress.add(done));
  }

  private Path entry() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.reduce((a, b) -> b).orElseThrow();
    }
  }

  private static Graph graph(long seed) {
    List<Slot> slots = new ArrayList<>();
    for (int size : SIZES) {
      slots.add(slot("w" + size, size, seed));
    }
    return graphOf(slots);
  }

  private static Slot slot(String name, int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    Tensor tensor = Tensor.ofBytes(ElementType.I8, Shape.of(size), bytes);
    return new Slot(name, tensor.type(), tensor.shape(), Optional.of(tensor));
  }

  private static Graph graphOf(List<Slot> slots) {
    Port port = new Port("x", 0, slots.getFirst().shape());
    GraphNode node =
        new GraphNode(
            "n",
            "Relu",
            KernelCatalog.byName("relu.f32"),
            List.of(new Operand.Read(0), new Operand.Write(0)),
            List.of(1L));
    return new Graph(slots, List.of(node), port, port, 1);
  }
}
