package opml.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.engine.graph.Port.Part;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.KernelCatalog;
import org.junit.jupiter.api.Test;

class PortTest {
  private static final ElementType[] TYPES = ElementType.computed().toArray(ElementType[]::new);

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void partsLieInTheirOrderEachAtTheNextLeafWithZerosBetween() {
    for (int round = 0; round < 200; round++) {
      List<Part> parts = new ArrayList<>();
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      // byte by byte: what is there, and zeros up to a length that 32 divides
      List<Byte> expected = new ArrayList<>();
      for (int i = random.nextInt(1, 6); i > 0; i--) {
        ElementType type = TYPES[random.nextInt(TYPES.length)];
        Shape shape = Shape.of(random.nextInt(1, 12), random.nextInt(1, 8));
        byte[] bytes = new byte[type.bytes() * shape.count()];
        random.nextBytes(bytes);
        while (expected.size() % 32 != 0) {
          expected.add((byte) 0);
        }
        for (byte b : bytes) {
          expected.add(b);
        }
        parts.add(Part.behind(parts, "t" + i, type, shape));
        tensors.put("t" + i, Tensor.ofBytes(type, shape, bytes));
      }
      Port port = new Port(7, parts);
      MemorySegment packed = port.pack(tensors);
      assertThat(packed.toArray(ValueLayout.JAVA_BYTE))
          .as("seed %d", seed)
          .containsExactly(expected.toArray(Byte[]::new));
      Map<String, Tensor> unpacked = port.unpack(packed);
      assertThat(unpacked.keySet()).containsExactlyElementsOf(tensors.keySet());
      tensors.forEach(
          (name, tensor) -> {
            Tensor part = unpacked.get(name);
            assertThat(part.bytes()).as("seed %d", seed).isEqualTo(tensor.bytes());
            assertThat(part.type()).isEqualTo(tensor.type());
            assertThat(part.shape()).isEqualTo(tensor.shape());
          });
    }
  }

  @Test
  void whatLiesBetweenPartsIsNotRead() {
    Port port = two(0);
    MemorySegment bytes = Tensor.allocate(port.bytes());
    bytes.fill((byte) -1);
    assertThat(port.unpack(bytes).get("b").integers()).containsExactly(255, 255, 255);
    assertThat(port.unpack(bytes).get("a").integers()).containsExactly(-1, -1);
    assertThat(port.tensor(bytes).shape()).isEqualTo(Shape.of(35));
  }

  @Test
  void ofAPartIsThereWhatItsNumberSays() {
    Part rows = cut(List.of(), "rows", 0);
    Part columns = cut(List.of(rows), "columns", 1);
    List<Part> two = List.of(rows, columns);
    Part number = Part.behind(two, "n", ElementType.I64, Shape.of(1));
    Port port = new Port(0, List.of(rows, columns, number));
    assertThat(port.results()).containsExactly(rows, columns);
    int[] numbers = {0, 1, 2, 3, 4, 5};
    Tensor all = Tensor.ofInts(Shape.of(2, 3), numbers);
    for (int count = 0; count <= 2; count++) {
      Map<String, Tensor> parts =
          port.unpack(
              port.pack(
                  Map.of("rows", all, "columns", all, "n", Tensor.ofLongs(Shape.of(1), count))));
      assertThat(parts.keySet()).containsExactly("rows", "columns");
      assertThat(parts.get("rows").shape()).isEqualTo(Shape.of(count, 3));
      assertThat(parts.get("columns").shape()).isEqualTo(Shape.of(2, count));
      for (int i = 0; i < 3 * count; i++) {
        assertThat(parts.get("rows").integer(i)).isEqualTo(i);
      }
      for (int i = 0; i < 2 * count; i++) {
        assertThat(parts.get("columns").integer(i)).isEqualTo(i / count * 3 + i % count);
      }
    }
    for (long lie : new long[] {-1, 3, Long.MAX_VALUE}) {
      Map<String, Tensor> parts =
          port.unpack(
              port.pack(
                  Map.of("rows", all, "columns", all, "n", Tensor.ofLongs(Shape.of(1), lie))));
      assertThat(parts.get("rows").shape()).isEqualTo(Shape.of(lie < 0 ? 0 : 2, 3));
    }
    refused("rows i32 2x3, of axis 0 as many as n: there is no such axis or number", List.of(rows));
    refused(
        "there is no such axis or number",
        List.of(rows, Part.behind(List.of(rows), "n", ElementType.I32, Shape.of(1))));
  }

  private static Part cut(List<Part> before, String name, int axis) {
    Optional<Port.Cut> cut = Optional.of(new Port.Cut(axis, "n"));
    return Part.behind(before, name, ElementType.I32, Shape.of(2, 3), cut);
  }

  @Test
  void allThatIsWrongWithTensorsIsToldAtOnce() {
    Map<String, Tensor> wrong =
        Map.of("b", Tensor.ofInts(Shape.of(3), 1, 2, 3), "c\u001b", Tensor.ofInts(Shape.of(1), 1));
    assertThatThrownBy(() -> two(0).pack(wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a i32 2 is missing; b u8 3 is i32 3; c\\u001B is unknown");
  }

  @Test
  void nonsenseIsNoPort() {
    Part a = new Part("a", ElementType.I32, Shape.of(2), 0);
    refused("without a part", List.of());
    refused("two parts have the name a", List.of(a, new Part("a", a.type(), a.shape(), 32)));
    refused("b i32 2 is not at the next place, but at 64", List.of(a, part("b", 64)));
    refused("b i32 2 is not at the next place, but at 0", List.of(a, part("b", 0)));
    refused("a i32 2 is not at the next place, but at 32", List.of(part("a", 32)));
    for (long offset : new long[] {-32, 4}) {
      assertThatThrownBy(() -> part("b", offset)).hasMessageContaining("not a part of a port");
    }
  }

  @Test
  void aPartMayHaveNoElementsButASlotHasAByte() {
    Part none = new Part("e", ElementType.I32, Shape.of(0, 3), 0);
    Port alone = new Port(0, List.of(none));
    assertThat(alone.bytes()).isEqualTo(1);
    assertThat(alone.isPacked()).isTrue();
    MemorySegment bytes = alone.pack(Map.of("e", Tensor.zero(none.type(), none.shape())));
    assertThat(bytes.byteSize()).isEqualTo(1);
    assertThat(alone.unpack(bytes).get("e").shape()).isEqualTo(Shape.of(0, 3));
    assertThat(alone.tensor(bytes).shape()).isEqualTo(Shape.of(1));
    Part a = part("a", 0);
    Part behind = Part.behind(List.of(a), "e", ElementType.F32, Shape.of(0));
    assertThat(behind.offset()).isEqualTo(32);
    Port both = new Port(0, List.of(a, behind));
    assertThat(both.bytes()).isEqualTo(32);
    Tensor two = Tensor.ofInts(Shape.of(2), 4, 5);
    Map<String, Tensor> unpacked =
        both.unpack(both.pack(Map.of("a", two, "e", Tensor.zero(ElementType.F32, Shape.of(0)))));
    assertThat(unpacked.get("a").integers()).containsExactly(4, 5);
    assertThat(unpacked.get("e").floats()).isEmpty();
  }

  @Test
  void severalPartsNeedASlotOfAsManyBytes() {
    assertThat(graph(ElementType.U8, 35).input().parts()).hasSize(2);
    for (int bytes : new int[] {34, 36, 64}) {
      assertThatThrownBy(() -> graph(ElementType.U8, bytes))
          .hasMessageContaining("a port of 2 parts, the first a i32 2, does not fit its slot 0");
    }
    assertThatThrownBy(() -> graph(ElementType.I8, 35)).hasMessageContaining("does not fit");
    GraphBuilder one = new GraphBuilder();
    int x = one.slot("x", ElementType.F32, Shape.of(2, 3));
    assertThat(one.port("x", x, Shape.of(6)).parts()).hasToString("[x f32 6]");
    relu(one, x, x);
    Port other = Port.of("x", x, ElementType.I32, Shape.of(6));
    assertThatThrownBy(() -> one.build(other, one.port("x", x, Shape.of(6))))
        .hasMessageContaining("does not fit");
  }

  private static Graph graph(ElementType type, int bytes) {
    GraphBuilder graph = new GraphBuilder();
    int packed = graph.add(new Slot("inputs", type, Shape.of(bytes), Optional.empty()));
    int x = graph.slot("x", ElementType.F32, Shape.of(6));
    int y = graph.slot("y", ElementType.F32, Shape.of(6));
    relu(graph, x, y);
    return graph.build(two(packed), graph.port("y", y, Shape.of(6)));
  }

  private static void relu(GraphBuilder graph, int x, int y) {
    graph.call(KernelCatalog.byName("relu.f32"), "r", "Relu").read(x).write(y).ints("n", 6).end();
  }

  /// {@return a port of 8 bytes, and of 3 behind them}
  private static Port two(int slot) {
    Part a = part("a", 0);
    return new Port(slot, List.of(a, Part.behind(List.of(a), "b", ElementType.U8, Shape.of(3))));
  }

  private static Part part(String name, long offset) {
    return new Part(name, ElementType.I32, Shape.of(2), offset);
  }

  private static void refused(String message, List<Part> parts) {
    assertThatThrownBy(() -> new Port(0, parts))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
