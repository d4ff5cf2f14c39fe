package opml.engine.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

  /// The first two are kept.
  private static final int[] SIZES = {LARGE, (int) HashCache.LEAST_BYTES, 4096, 4097, 3};

  @TempDir private Path folder;
  private Path cache;

  @BeforeEach
  void nameTheCache() {
    cache = folder.resolve("cache");
  }

  @Test
  void theSecondTimeNothingIsHashedAndTheHashesAreTheSame() throws IOException {
    assertThat(hashed(graph(1))).isEqualTo(2);
    assertThat(hashed(graph(1))).isZero();
    assertThat(entries()).hasSize(2);
  }

  @Test
  void anyDamageIsFoundAndRepaired() throws IOException {
    Graph graph = graphOf(List.of(slot("w", LARGE, 1)));
    hashed(graph);
    Path entry = entries().getFirst();
    byte[] good = Files.readAllBytes(entry);
    Random random = new Random(good.length);
    for (int i = 0; i < 8; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(entry, bad);
      assertThat(hashed(graph)).isOne();
      assertThat(entry).hasBinaryContent(good);
    }
    for (int length : new int[] {0, 31, 32, 100, good.length - 1, good.length + 1}) {
      Files.write(entry, Arrays.copyOf(good, length));
      assertThat(hashed(graph)).as("cut to %d", length).isOne();
    }
  }

  @Test
  void anEntryUnderTheNameOfAnotherContentIsNotBelieved() throws IOException {
    Graph one = graphOf(List.of(slot("w", LARGE, 1)));
    Graph other = graphOf(List.of(slot("w", LARGE, 2)));
    hashed(one);
    Path first = entries().getFirst();
    hashed(other);
    Path second = entries().stream().filter(path -> !path.equals(first)).findFirst().orElseThrow();
    Files.copy(first, second, StandardCopyOption.REPLACE_EXISTING);
    assertThat(hashed(other)).isOne();
  }

  @Test
  void hashesBelongToTheContentWhateverModelHasIt() throws IOException {
    hashed(graph(1));
    Graph more =
        graphOf(Stream.concat(Stream.of(slot("w", LARGE, 7)), graph(1).slots().stream()).toList());
    assertThat(hashed(more)).isOne();
    assertThat(hashed(graphOf(graph(1).slots().reversed()))).isZero();
  }

  @Test
  void oneOtherBitIsAnotherContent() throws IOException {
    hashed(graph(1));
    Graph other = graph(1);
    Tensor weights = other.slots().getFirst().initial().orElseThrow();
    byte last = weights.data().get(ValueLayout.JAVA_BYTE, LARGE - 1);
    weights.data().set(ValueLayout.JAVA_BYTE, LARGE - 1, (byte) (last ^ 1));
    assertThat(hashed(other)).isOne();
    assertThat(hashed(other)).isZero();
    assertThat(hashed(graph(1))).isZero();
  }

  @Test
  void smallModelsLeaveNoFile() {
    hashes(graphOf(List.of(slot("w", 100, 1))), new ArrayList<>());
    assertThat(cache).doesNotExist();
  }

  @Test
  void aFolderThatTakesNothingIsNoError() throws IOException {
    Files.writeString(cache, "not a folder");
    assertThat(hashed(graph(1))).isEqualTo(2);
    assertThat(hashed(graph(1))).isEqualTo(2);
    Files.delete(cache);
    hashed(graph(1));
    for (Path entry : entries()) {
      Files.delete(entry);
      Files.createDirectories(entry.resolve("in the way"));
    }
    assertThat(hashed(graph(1))).isEqualTo(2);
  }

  /// Finds the hashes, checks every one against the bytes, and returns how many tensors were hashed that are not small.
  private int hashed(Graph graph) {
    List<Long> progress = new ArrayList<>();
    InitialHashes hashes = hashes(graph, progress);
    for (int i = 0; i < graph.slots().size(); i++) {
      Slot slot = graph.slots().get(i);
      Tensor tensor = slot.initial().orElseThrow();
      assertThat(hashes.root(i, slot.depth()))
          .isEqualTo(MerkleRoot.of(tensor.data(), slot.depth()));
      PageHashes pages = hashes.slots().get(i).orElseThrow();
      assertThat(pages.lanes()).isEqualTo(PageHashes.of(tensor.data()).lanes());
    }
    return progress.size();
  }

  private InitialHashes hashes(Graph graph, List<Long> progress) {
    return new HashCache(cache).of(graph, (done, total) -> progress.add(done));
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.toList();
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
    Port port = Port.of("x", 0, slots.getFirst().type(), slots.getFirst().shape());
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
