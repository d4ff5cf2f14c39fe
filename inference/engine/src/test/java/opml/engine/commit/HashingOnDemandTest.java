package opml.engine.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import opml.core.codec.MalformedException;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphBuilder;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.StoredTensorBytes;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.KernelCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HashingOnDemandTest {
  private static final int SIDE = 640;
  private static final int BYTES = 4 * SIDE * SIDE;

  private final StoredTensorBytes stored = new StoredTensorBytes(BYTES, 3);
  private final Graph graph = graph(stored);

  @TempDir private Path folder;

  @Test
  void aRunWithoutAClaimReadsEveryByteOnceAndHashesNothing() {
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    assertThat(stored.read()).isZero();
    runner.run(Tensor.allocate(4 * SIDE));
    assertThat(stored.read()).isEqualTo(BYTES);
    runner.run(Tensor.allocate(4 * SIDE));
    assertThat(stored.read()).isZero();
  }

  @Test
  void weightsAreHashedOnceWhenTheCommitmentIsAskedFor() {
    Model model = Model.of(graph, TestPrograms::of);
    assertThat(stored.read()).isZero();
    model.id();
    assertThat(stored.read()).isEqualTo(BYTES);
    assertThat(WellFormedness.problems(ModelPreimages.of(model), List.of(TestPrograms::of)))
        .isEmpty();
    model.inputOpening();
    assertThat(model.initialHashes(1)).isPresent();
    assertThat(stored.read()).isZero();
  }

  @Test
  void knownHashesCostOneDigest() {
    HashCache cache = new HashCache(folder.resolve("cache"));
    Model first = model(graph(stored), cache);
    Model second = model(graph(stored), cache);
    first.id();
    assertThat(stored.read()).isEqualTo(2L * BYTES);
    assertThat(second.id()).isEqualTo(first.id());
    assertThat(stored.read()).isEqualTo(BYTES);
  }

  @Test
  void whatIsHashedAfterARunIsWhatRan() {
    Model other = Model.of(graph(new StoredTensorBytes(BYTES, 3)), TestPrograms::of);
    graph.slots().get(1).initial().orElseThrow().data();
    stored.bytes()[7] ^= 1;
    assertThat(Model.of(graph, TestPrograms::of).id()).isEqualTo(other.id());
  }

  @Test
  void bytesThatChangeBetweenTheirDigestAndTheirHashesAreNoModel() {
    Tensor weights = graph.slots().get(1).initial().orElseThrow();
    weights.digest();
    stored.bytes()[BYTES - 1] ^= 1;
    Model model = model(graph, new HashCache(folder.resolve("cache")));
    assertThatThrownBy(model::id)
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("somebody has changed these bytes since they were hashed");
    stored.bytes()[BYTES - 1] ^= 1;
    assertThat(model.id()).isEqualTo(Model.of(graph(stored), TestPrograms::of).id());
  }

  @Test
  void whatIsWrongWithTheGraphIsToldBeforeAnythingIsHashed() {
    GraphBuilder large = new GraphBuilder();
    Shape shape = Shape.of(10_000);
    int x =
        large.constant(
            "x", Tensor.stored(ElementType.F32, shape, new StoredTensorBytes(40_000, 1)));
    int y = large.slot("y", ElementType.F32, shape);
    large
        .call(KernelCatalog.byName("relu.f32"), "r", "Relu")
        .read(x)
        .write(y)
        .ints("n", 10_000)
        .end();
    Graph once = large.build(large.port("x", x, shape), large.port("y", y, shape));
    Graph graph = new Graph(once.slots(), once.nodes(), once.input(), once.output(), 1L << 41);
    assertThatThrownBy(() -> Model.of(graph, TestPrograms::of))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ill-formed model: ");
  }

  private static Model model(Graph graph, HashCache cache) {
    return Model.of(graph, TestPrograms::of, of -> cache.of(of, InitialHashes.Progress.NONE));
  }

  private static Graph graph(StoredTensorBytes stored) {
    Shape row = Shape.of(1, SIDE);
    GraphBuilder graph = new GraphBuilder();
    int x = graph.slot("x", ElementType.F32, row);
    int w = graph.constant("w", Tensor.stored(ElementType.F32, Shape.of(SIDE, SIDE), stored));
    int b = graph.constant("b", Tensor.ofFloats(Shape.of(1), 0));
    int y = graph.slot("y", ElementType.F32, row);
    graph
        .call(KernelCatalog.byName("gemm.f32"), "dense", "Gemm")
        .read(x)
        .read(w)
        .read(b)
        .write(y)
        .ints("m n k", 1, SIDE, SIDE)
        .ints("a b c", SIDE, 1, SIDE, 1, 0, 0)
        .real("alpha", 1)
        .real("beta", 1)
        .end();
    return graph.build(graph.port("x", x, row), graph.port("y", y, row));
  }
}
