package opml.formats.onnx.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import opml.core.codec.MalformedException;
import opml.engine.commit.CommittedNode;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.ModelLoader;
import opml.formats.onnx.OnnxImporter;
import opml.formats.refusal.ImportException;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Loads large files in a JVM of little memory. Most of their bytes are holes that the file system does not store.
class LargeFileTest {
  private static final int MIB = 1 << 20;

  @TempDir private Path folder;

  @Test
  void integersOf120MegabytesCostNothingWhileNobodyReadsThem() throws Exception {
    // a hole is zeros, and a zero byte is a varint
    Constant unused = packed("unused", 120_000_000, 120_000_000);
    assertThat(load(192, file(RawModels.sumGraph(4), floats("c", 4), unused)))
        .isEqualTo("loaded, 16 bytes of constants");
  }

  @Test
  void integersThatAreReadMustFitAndMatch() throws Exception {
    Path file = file(RawModels.sumGraph(4), packed("c", 120_000_000, 120_000_000));
    assertThat(load(192, file))
        .isEqualTo(
            file
                + " cannot be run here: tensors of more than 536870912 bytes are not supported: int64 120000000"
                + " (1 tensor: c)");
    file = file(RawModels.sumGraph(4), packed("c", 120_000_000, 8_000_000));
    assertThat(load(192, file))
        .isEqualTo(
            file
                + ", graph, initializer 0 (c): int64 8000000 has 8000000 elements, "
                + "which cannot be the 120000000 bytes of int64_data");
    file = file(RawModels.sumGraph(4), packed("c", 60_000_000, 8_000_000));
    assertThat(load(192, file))
        .startsWith(file + ": damaged at byte ")
        .endsWith("in graph, initializer 0 (c), int64_data: expected 8000000 elements, found more");
  }

  @Test
  void integersOf80MegabytesAreReadIntoTheirPlace() throws Exception {
    byte[] minusOnes = new byte[80_000_000];
    Arrays.fill(minusOnes, (byte) 0xff);
    for (int end = 9; end < minusOnes.length; end += 10) {
      minusOnes[end] = 1;
    }
    RawMessage tensor = RawModels.tensor("c", OnnxType.INT64.code(), 8_000_000).with(7, minusOnes);
    Path file = folder.resolve("full.onnx");
    Files.write(file, RawModels.model(RawModels.sumGraph(8_000_000).with(5, tensor)));
    Tensor value = OnnxReader.read(file).graph().initializers().getFirst().value();
    assertThat(value.integer(0)).isEqualTo(-1);
    assertThat(value.integer(7_999_999)).isEqualTo(-1);
    // floats and integers are not added, which is found once the integers are in memory
    assertThat(load(192, file)).startsWith(file + " cannot be run here: Add: types differ: float");
  }

  @Test
  void aFileOf574MegabytesNeedsOnlyWhatTheGraphNeeds() throws Exception {
    List<Constant> constants = new ArrayList<>(List.of(floats("c", 12 * MIB)));
    for (int i = 0; i < 9; i++) {
      constants.add(raw("unused" + i, OnnxType.FLOAT, 4L * 12 * MIB, 12 * MIB));
    }
    constants.add(raw("half", OnnxType.FLOAT16, 70_600_000, 35_300_000));
    Path file = file(RawModels.sumGraph(12 * MIB), constants.toArray(Constant[]::new));
    assertThat(Files.size(file)).isBetween(573_900_000L, 574_900_000L);
    assertThat(load(256, file)).isEqualTo("loaded, 50331648 bytes of constants");
  }

  @Test
  void aTypeThatWeDoNotHaveIsRefusedAtOnce() throws Exception {
    Path file =
        file(RawModels.sumGraph(4), raw("c", OnnxType.FLOAT8E5M2, 574_000_000, 574_000_000));
    assertThat(load(64, file))
        .isEqualTo(file + " cannot be run here: type float8e5m2 (1 tensor: c)");
  }

  @Test
  void aFileAboveFourGibibytesIsReadAsAnyOther() throws Exception {
    Constant huge = raw("unused", OnnxType.UINT8, 5L << 30, 5L << 30);
    Path file = file(RawModels.sumGraph(4), huge, floats("c", 4));
    assertThat(Files.size(file)).isGreaterThan(5L << 30);
    assertThat(load(64, file)).isEqualTo("loaded, 16 bytes of constants");
  }

  @Test
  void dataOfAHugeFileBesideTheModelAreReadFromWhereTheyLie() throws Exception {
    Path weights = folder.resolve("weights.bin");
    try (FileChannel out = create(weights)) {
      out.write(ByteBuffer.wrap(new byte[] {0, 0, (byte) 0x80, 0x3f}), 5L << 30);
    }
    RawMessage constant =
        RawModels.external("c", 1, RawModels.entry("location", "weights.bin"), 1)
            .with(13, RawModels.entry("offset", Long.toString(5L << 30)));
    Path file = Files.write(folder.resolve("small.onnx"), RawModels.sum(1, constant));
    assertThat(OnnxReader.read(file).graph().initializers().getFirst().value().floats())
        .containsExactly(1f);
    assertThat(load(64, file)).isEqualTo("loaded, 4 bytes of constants");
  }

  @Test
  void aModelOfFourGigabytesIsReadyToRunInASmallHeap() throws Exception {
    Path file = LargeModel.writeHollow(folder, 200, 2304);
    assertThat(Files.size(folder.resolve("model.bin"))).isEqualTo(4_246_732_800L);
    assertThat(ready(64, file)).isEqualTo("ready, 4246732800 bytes of constants");
  }

  @Test
  void weightsLargerThanASlotAreSplitWhereTheyLie() throws Exception {
    // 30,000² floats are 3.4 GiB: seven pieces of up to 4,464 columns
    Path file = LargeModel.writeHollow(folder, 1, 30_000);
    assertThat(ready(64, file)).isEqualTo("ready, 3600000000 bytes of constants");
    Graph graph = OnnxImporter.load(file);
    assertThat(graph.slots().stream().filter(slot -> slot.initial().isPresent()).map(Slot::shape))
        .containsExactlyElementsOf(
            IntStream.range(0, 7)
                .mapToObj(i -> Shape.of(30_000, Math.min(4_464, 30_000 - 4_464 * i)))
                .toList());
    assertThat(graph.nodes())
        .allMatch(node -> CommittedNode.fits(graph, node, PinnedPrograms.of(node.kernel())));
  }

  @Test
  void whatIsLargerThanASlotAndNoWeightOfAProductIsRefused() throws Exception {
    int count = (1 << 27) + 1;
    Path file = file(RawModels.sumGraph(1), floats("c", count));
    assertThat(load(64, file))
        .isEqualTo(
            file
                + " cannot be run here: Add: tensors of more than 536870912 bytes are not supported, but as a matrix"
                + " in MatMul or Gemm: float 134217729 (1 node: #0 Add)");
    assertThat(load(64, file(slice(), floats("c", count))))
        .contains("Slice: tensors of more than 536870912 bytes are not supported, but as a matrix");
    // and a result, though its weight would be split
    RawMessage wide =
        new RawMessage()
            .with(1, new RawMessage().with(1, "x").with(1, "c").with(2, "y").with(4, "MatMul"))
            .with(11, RawModels.value("x", 2, 2))
            .with(12, RawModels.value("y", 2, count));
    Constant weight = raw("c", OnnxType.FLOAT, 8L * count, 2, count);
    assertThat(load(64, file(wide, weight)))
        .contains(
            "MatMul: tensors of more than 536870912 bytes are not supported: float 134217729x2");
  }

  @Test
  void aNodeWhoseOperandsDoNotFitIntoItsMemoryRunsButIsNotCommittedTo() throws Exception {
    int k = 1 << 23;
    RawMessage graph =
        new RawMessage()
            .with(1, new RawMessage().with(1, "x").with(1, "c").with(2, "y").with(4, "MatMul"))
            .with(11, RawModels.value("x", 16, k))
            .with(12, RawModels.value("y", 16, 16));
    Path file = file(graph, raw("c", OnnxType.FLOAT, 64L * k, k, 16));
    assertThat(ModelLoader.graph(file).nodes()).hasSize(1);
    assertThatThrownBy(() -> ModelLoader.load(file))
        .isInstanceOf(ImportException.class)
        .hasMessage(
            file
                + " cannot be run here: reads and writes more than a node's memory of 1 GiB holds"
                + " (1 node: #0 MatMul)");
  }

  private static RawMessage slice() {
    return new RawMessage()
        .with(
            1,
            new RawMessage()
                .with(1, "c")
                .with(1, "first")
                .with(1, "last")
                .with(2, "y")
                .with(4, "Slice"))
        .with(5, RawModels.tensor("first", OnnxType.INT64.code(), 1).withPacked(7, 0))
        .with(5, RawModels.tensor("last", OnnxType.INT64.code(), 1).withPacked(7, 4))
        .with(11, RawModels.value("x", 4))
        .with(12, RawModels.value("y", 4));
  }

  @Test
  void aCutFileIsGivenUpWithoutReadingIt() throws Exception {
    Path file = file(RawModels.sumGraph(4), packed("c", 4L << 30, 100));
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      out.truncate(3L << 30);
    }
    long start = System.nanoTime();
    assertThatThrownBy(() -> OnnxReader.read(file))
        .isInstanceOf(MalformedException.class)
        .hasMessageMatching(
            ".*: damaged at byte 6: expected graph of \\d+ bytes, but only \\d+ are left");
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(5);
  }

  @Test
  void manySmallThingsDoNotFillTheMemory() throws Exception {
    for (int field : new int[] {1, 5, 11, 13, 15}) {
      byte[] thing = new RawMessage().with(field, new RawMessage().with(4, "A")).toBytes();
      if (field != 1) {
        thing = new RawMessage().with(field, new byte[0]).toBytes();
      }
      byte[] graph = new byte[thing.length * 3 * MIB / 2];
      for (int at = 0; at < graph.length; at += thing.length) {
        System.arraycopy(thing, 0, graph, at, thing.length);
      }
      Path file = folder.resolve("many.onnx");
      Files.write(file, new RawMessage().with(1, 8).with(7, graph).toBytes());
      assertThat(load(256, file)).contains("more than 1048576 nodes, names and numbers");
    }
  }

  @Test
  void aFileThatChangesBetweenGraphAndDataIsNotMixed() throws IOException {
    Path file = file(RawModels.sumGraph(4), floats("c", 4));
    OnnxTensor constant = OnnxReader.read(file).graph().initializers().getFirst();
    assertThat(constant.value().floats()).hasSize(4);
    Files.write(file, RawModels.externalSum(4, "elsewhere"));
    assertThatThrownBy(constant::value)
        .isInstanceOf(MalformedException.class)
        .hasMessage(file + ": somebody has changed the file while it was read");
  }

  /// A tensor whose last field is `data` zeros.
  private record Constant(RawMessage head, long data) {
    long size() {
      return head.toBytes().length + data;
    }
  }

  private static Constant floats(String name, int count) {
    return raw(name, OnnxType.FLOAT, 4L * count, count);
  }

  private static Constant raw(String name, OnnxType type, long bytes, long... dims) {
    return new Constant(RawModels.tensor(name, type.code(), dims).withHead(9, bytes), bytes);
  }

  private static Constant packed(String name, long bytes, long... dims) {
    return new Constant(
        RawModels.tensor(name, OnnxType.INT64.code(), dims).withHead(7, bytes), bytes);
  }

  /// Writes a model of a graph and constants.
  private Path file(RawMessage graph, Constant... constants) throws IOException {
    List<byte[]> heads = new ArrayList<>();
    long size = graph.toBytes().length;
    for (Constant constant : constants) {
      byte[] head = new RawMessage().withHead(5, constant.size()).toBytes();
      heads.add(head);
      size += head.length + constant.size();
    }
    Path file = folder.resolve("model.onnx");
    try (FileChannel out = create(file)) {
      write(out, RawModels.head().withHead(7, size).toBytes());
      write(out, graph.toBytes());
      for (int i = 0; i < constants.length; i++) {
        write(out, heads.get(i));
        write(out, constants[i].head().toBytes());
        out.position(out.position() + constants[i].data());
      }
      // a hole at the end is none: an empty name of the producer follows
      write(out, new RawMessage().with(2, "").toBytes());
    }
    return file;
  }

  private static FileChannel create(Path file) throws IOException {
    Files.deleteIfExists(file);
    return FileChannel.open(
        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE);
  }

  private static void write(FileChannel out, byte[] bytes) throws IOException {
    out.write(ByteBuffer.wrap(bytes));
  }

  /// {@return what the probe prints in a JVM of so much memory}
  private static String load(int heapMiB, Path file) throws IOException, InterruptedException {
    return probe(heapMiB, file, "loaded");
  }

  /// {@return what the probe prints if it imports the file and needs none of its bytes}
  private static String ready(int heapMiB, Path file) throws IOException, InterruptedException {
    return probe(heapMiB, file, "ready");
  }

  private static String probe(int heapMiB, Path file, String how)
      throws IOException, InterruptedException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + heapMiB + "m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath(),
            LoadProbe.class.getName(),
            file.toString(),
            how);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  private static String classPath() {
    List<Class<?>> homes =
        List.of(
            MalformedException.class,
            KernelCatalog.class,
            Tensor.class,
            OnnxReader.class,
            LoadProbe.class);
    return String.join(File.pathSeparator, homes.stream().map(LargeFileTest::home).toList());
  }

  private static String home(Class<?> type) {
    return new File(type.getProtectionDomain().getCodeSource().getLocation().getPath()).getPath();
  }
}
