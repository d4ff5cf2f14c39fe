package opml.twins.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import opml.engine.run.Constant;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;

class PackingsTest {
  private final Packings packings = new Packings();
  private final List<Constant> held = new ArrayList<>();
  private int packed;

  private MemorySegment pack(MemorySegment weight, Object layout, long rowBytes) {
    return packings.get(
        constant(weight),
        layout,
        rowBytes,
        () -> {
          packed++;
          return Arena.ofAuto().allocate(8);
        });
  }

  /// Whoever packs a weight holds it, and so does the test.
  private Constant constant(MemorySegment weight) {
    Constant constant = Constant.of(weight);
    held.add(constant);
    return constant;
  }

  @Test
  void oneTensorIsPackedOnceThroughAllViews() {
    Tensor tensor = Tensor.ofFloats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    MemorySegment first = packings.get(Constant.of(tensor), "a", 4, () -> Tensor.allocate(8));
    Constant view = Constant.of(tensor.reshaped(Shape.of(3, 2)));
    assertThat(packings.get(view, "a", 4, () -> Tensor.allocate(8))).isSameAs(first);
  }

  @Test
  void oneWeightIsPackedOnceHoweverItIsLookedAt() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(64, 8);
      MemorySegment first = pack(memory.asSlice(16, 32), "a", 4);
      assertThat(pack(memory.asSlice(16, 32).asReadOnly(), "a", 4)).isSameAs(first);
      assertThat(packed).isEqualTo(1);
    }
  }

  @Test
  void otherPlacesLayoutsAndRowsAreOtherWeights() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(64, 8);
      MemorySegment first = pack(memory, "a", 4);
      assertThat(pack(memory.asSlice(0, 32), "a", 4)).isNotSameAs(first);
      assertThat(pack(memory.asSlice(32), "a", 4)).isNotSameAs(first);
      assertThat(pack(memory, "b", 4)).isNotSameAs(first);
      assertThat(pack(memory, "a", 8)).isNotSameAs(first);
      assertThat(packed).isEqualTo(5);
    }
  }

  @Test
  @SuppressWarnings("restricted")
  void memoryThatIsGivenAgainIsAnotherWeight() {
    MemorySegment first;
    MemorySegment memory;
    try (Arena arena = Arena.ofConfined()) {
      memory = arena.allocate(64, 8);
      first = pack(memory, "a", 4);
    }
    try (Arena arena = Arena.ofConfined()) {
      // The same address, as when the system gives it again. It is not read.
      MemorySegment again = MemorySegment.ofAddress(memory.address()).reinterpret(64, arena, null);
      assertThat(pack(again, "a", 4)).isNotSameAs(first);
    }
  }

  @Test
  void arraysAreToldByThemselves() {
    byte[] array = new byte[64];
    MemorySegment first = pack(MemorySegment.ofArray(array), "a", 4);
    assertThat(pack(MemorySegment.ofArray(new byte[64]), "a", 4)).isNotSameAs(first);
  }
}
