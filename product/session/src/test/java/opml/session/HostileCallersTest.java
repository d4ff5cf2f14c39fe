package opml.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
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

/// Programs that use a session as they should not: each run gives its bits, or is refused in words.
class HostileCallersTest {
  private static final int THREADS = 8;

  @TempDir private Path folder;
  private Path file = Path.of("");

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @BeforeEach
  void model() throws IOException {
    file = Files.write(folder.resolve("mnist.onnx"), DemoModel.FLOAT.onnx());
  }

  @Test
  void aSessionThatIsClosedAmongRunsOfEightThreadsEndsThemOrRefusesThem() throws Exception {
    OnnxSession session = OnnxSession.open(file, OnnxSessionOptions.DEFAULT.withThreads(3));
    Map<String, Tensor> input = image(session);
    byte[] expected = only(session.run(input)).bytes();
    CountDownLatch running = new CountDownLatch(THREADS);
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Integer>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        boolean commits = i % 4 == 0;
        all.add(
            threads.submit(
                () -> {
                  for (int runs = 0; ; runs++) {
                    try {
                      byte[] got =
                          only(commits ? session.commit(input).outputs() : session.run(input))
                              .bytes();
                      assertThat(got).as("seed %d, run %d", seed, runs).isEqualTo(expected);
                    } catch (IllegalStateException e) {
                      assertThat(e).hasMessage("the session is closed");
                      return runs;
                    }
                    if (runs == 0) {
                      running.countDown();
                    }
                  }
                }));
      }
      running.await();
      session.close();
      session.close();
      for (Future<Integer> one : all) {
        assertThat(one.get()).isPositive();
      }
    }
    assertThatThrownBy(() -> session.commit(input)).hasMessage("the session is closed");
  }

  @Test
  void memoryOfAnyKindGivesTheSameBits() throws IOException {
    try (OnnxSession session = OnnxSession.open(file);
        Arena own = Arena.ofConfined()) {
      Tensor image = only(image(session));
      byte[] bytes = image.bytes();
      byte[] expected = run(session, image).bytes();
      MemorySegment odd = own.allocate(bytes.length + 1).asSlice(1);
      MemorySegment.copy(bytes, 0, odd, ValueLayout.JAVA_BYTE, 0, bytes.length);
      for (MemorySegment data :
          List.of(
              MemorySegment.ofArray(bytes),
              MemorySegment.ofArray(image.floats()),
              odd,
              odd.asReadOnly(),
              Arena.ofAuto().allocate(bytes.length).copyFrom(odd))) {
        Tensor same = new Tensor(image.type(), image.shape(), data);
        assertThat(run(session, same).bytes()).as("seed %d, %s", seed, data).isEqualTo(expected);
        String name = session.inputs().getFirst().name();
        assertThat(only(session.commit(Map.of(name, same)).outputs()).bytes()).isEqualTo(expected);
      }
    }
  }

  @Test
  void memoryThatIsTooSmallIsNoTensor() {
    for (int bytes : new int[] {0, 15, 17}) {
      assertThatThrownBy(
              () ->
                  new Tensor(ElementType.F32, Shape.of(4), MemorySegment.ofArray(new byte[bytes])))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("f32 4 has 16 bytes, not " + bytes);
    }
  }

  @Test
  void indicesThatChangeInARunAreThoseOfItsBegin() throws Exception {
    OnnxTensor table = new OnnxTensor("t", Tensor.ofLongs(Shape.of(4), 10, 11, 12, 13));
    OnnxNode node = OnnxNode.of("Gather", List.of("t", "x"), List.of("y"));
    OnnxValueInfo x = OnnxValueInfo.of("x", ElementType.I64, Shape.of(4096));
    try (OnnxSession session = OnnxSession.open(written(node, List.of(table), x))) {
      long[] indices = new long[4096];
      Tensor given = new Tensor(ElementType.I64, Shape.of(4096), MemorySegment.ofArray(indices));
      AtomicBoolean over = new AtomicBoolean();
      Thread changing =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (long i = 0; !over.get(); i++) {
                      indices[(int) (i & 4095)] = i % 7 - 3;
                    }
                  });
      for (int i = 0; i < 200; i++) {
        assertThat(LongStream.of(run(session, given).integers()))
            .allMatch(value -> value >= 10 && value <= 13);
      }
      over.set(true);
      changing.join();
      assertThat(session.commit(Map.of("x", given)).outputs().get("y").bytes())
          .isEqualTo(run(session, given).bytes());
    }
  }

  @Test
  void namesThatAreNoneAreTold() throws IOException {
    try (OnnxSession session = OnnxSession.open(file)) {
      Map<String, Tensor> inputs = new HashMap<>(image(session));
      inputs.put(null, only(inputs));
      inputs.put("q", null);
      assertThatThrownBy(() -> session.run(inputs))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("null is unknown", "q is unknown");
      Map<String, Tensor> nothing =
          Collections.singletonMap(session.inputs().getFirst().name(), null);
      assertThatThrownBy(() -> session.commit(nothing)).hasMessageContaining("is missing");
      assertThatThrownBy(() -> session.inputs().clear())
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void anInterruptedThreadGetsItsBitsAndStaysInterrupted() throws IOException {
    try (OnnxSession session = OnnxSession.open(file)) {
      Map<String, Tensor> input = image(session);
      byte[] expected = only(session.run(input)).bytes();
      Thread.currentThread().interrupt();
      byte[] got = only(session.run(input)).bytes();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(got).as("seed %d", seed).isEqualTo(expected);
    }
  }

  @Test
  void aModelThatNoClaimCanBeAboutIsToldEachTime() throws IOException {
    int size = 2048;
    OnnxNode wide =
        OnnxNode.of(
            "Conv",
            List.of("x", "w"),
            List.of("y"),
            OnnxAttribute.Ints.of("pads", size / 2, size / 2, size / 2, size / 2));
    Shape square = Shape.of(1, 1, size, size);
    OnnxValueInfo x = OnnxValueInfo.of("x", ElementType.F32, square);
    OnnxValueInfo w = OnnxValueInfo.of("w", ElementType.F32, square);
    try (OnnxSession session = OnnxSession.open(written(wide, List.of(), x, w))) {
      Tensor zeros = Tensor.zero(ElementType.F32, square);
      Map<String, Tensor> inputs = Map.of("x", zeros, "w", zeros);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> session.commit(inputs))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("instructions");
      }
      assertThatThrownBy(session::id).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private Path written(OnnxNode node, List<OnnxTensor> constants, OnnxValueInfo... inputs)
      throws IOException {
    OnnxValueInfo y = new OnnxValueInfo("y", 0, Optional.empty());
    OnnxGraph graph = new OnnxGraph("g", List.of(node), constants, List.of(inputs), List.of(y));
    return Files.write(
        folder.resolve("written.onnx"),
        OnnxWriter.write(new OnnxModel(8, "opml", List.of(new OnnxOpset("", 17)), graph)));
  }

  private Map<String, Tensor> image(OnnxSession session) {
    Shape shape = session.inputs().getFirst().shape();
    float[] values = new float[shape.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(256);
    }
    return Map.of(session.inputs().getFirst().name(), Tensor.ofFloats(shape, values));
  }

  private static Tensor run(OnnxSession session, Tensor input) {
    return only(session.run(Map.of(session.inputs().getFirst().name(), input)));
  }

  private static Tensor only(Map<String, Tensor> tensors) {
    return tensors.values().iterator().next();
  }
}
