package opml.engine.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.ZeroHashes;
import opml.engine.graph.Graph;
import opml.engine.graph.SampleGraph;
import org.junit.jupiter.api.Test;

class DescriptorsTest {
  private static final NodeDescriptor NODE =
      new NodeDescriptor(
          Bytes32.ofWord(0xc0de),
          9,
          11,
          16,
          List.of(
              new Segment.Fixed(3, 0, Bytes32.ofWord(0xf1)), new Segment.FromSlot(0, 0x80, 513)),
          List.of(new Output(1, 0x80, 2)));

  @Test
  void aNodesBytesAreTheProtocols() {
    String zeros30 = "00".repeat(30);
    assertThat(HexFormat.of().formatHex(NODE.encode()))
        .isEqualTo(
            "6f706d6c2f312f6e6f6465"
                + "00".repeat(21) // opml/1/node
                + zeros30
                + "c0de"
                + "09"
                + "0b"
                + "10"
                + "02"
                + "01"
                + "00"
                + "03"
                + "0000000000000000"
                + "00".repeat(31)
                + "f1"
                + "01"
                + "00"
                + "0000000000000080"
                + zeros30
                + "0201"
                + "01"
                + "0000000000000080"
                + "00000002");
    assertThat(NODE.hash()).isEqualTo(Keccak.hash(NODE.encode()));
    assertThat(NODE.programPreimage()).hasSize(128).endsWith(new byte[] {11});
  }

  @Test
  void aNodeReadsBackAndNothingElseDoes() {
    byte[] bytes = NODE.encode();
    assertThat(NodeDescriptor.parse(bytes)).isEqualTo(NODE);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> NodeDescriptor.parse(cut)).isInstanceOf(MalformedException.class);
    }
    assertThatThrownBy(() -> NodeDescriptor.parse(Arrays.copyOf(bytes, bytes.length + 1)))
        .hasMessageContaining("1 bytes left over");
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = bytes.clone();
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      try {
        assertThat(NodeDescriptor.parse(changed).encode()).as("seed %d", seed).isEqualTo(changed);
      } catch (MalformedException expected) {
        assertThat(expected).hasMessageStartingWith("node descriptor, offset");
      }
    }
  }

  @Test
  void placesOutsideOfTheMemoryAreRefused() {
    assertThatThrownBy(
            () ->
                new NodeDescriptor(Bytes32.ZERO, 0, 4, 4, List.of(), List.of(new Output(3, 2, 0))))
        .hasMessageContaining("no place 2 of depth 3 in a memory of depth 4");
    assertThatThrownBy(
            () ->
                new NodeDescriptor(Bytes32.ZERO, 0, 4, 4, List.of(), List.of(new Output(5, 0, 0))))
        .hasMessageContaining("no place");
    assertThatThrownBy(() -> new NodeDescriptor(Bytes32.ZERO, 17, 4, 4, List.of(), List.of()))
        .hasMessageContaining("codeDepth");
    assertThatThrownBy(() -> new NodeDescriptor(Bytes32.ZERO, 0, 33, 4, List.of(), List.of()))
        .hasMessageContaining("memDepth");
    assertThatThrownBy(() -> new NodeDescriptor(Bytes32.ZERO, 0, 4, 41, List.of(), List.of()))
        .hasMessageContaining("stepsLog2");
  }

  @Test
  void aStateIsItsStatusAndRoot() {
    GraphState state = new GraphState(GraphState.Status.DONE, Bytes32.ofWord(5));
    String tag = "6f706d6c2f312f7374617465" + "00".repeat(20);
    String expected = tag + "00".repeat(31) + "01" + "00".repeat(31) + "05";
    assertThat(HexFormat.of().formatHex(state.encode())).isEqualTo(expected);
    assertThat(state.commitment()).isEqualTo(Keccak.hash(HexFormat.of().parseHex(expected)));
    assertThat(GraphState.FAILED.slotsRoot()).isEqualTo(Bytes32.ZERO);
    assertThat(GraphState.FAILED.status().code()).isEqualTo(2);
  }

  @Test
  void aModelReadsBackAndNothingElseDoes() {
    ModelDescriptor model = dense().descriptor();
    byte[] bytes = model.encode();
    assertThat(bytes).hasSize(14 * 32);
    assertThat(ModelDescriptor.parse(bytes)).isEqualTo(model);
    assertThat(model.id()).isEqualTo(Keccak.hash(bytes));
    byte[] huge = bytes.clone();
    huge[3 * 32] = 1;
    assertThatThrownBy(() -> ModelDescriptor.parse(huge))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("nodeCount");
  }

  @Test
  void aGraphIsPlacedAsTheSpecificationSays() {
    Model model = dense();
    Graph graph = model.graph();
    assertThat(graph.slots().stream().map(slot -> slot.name()))
        .containsExactly("x", "w", "b", "h", "y");
    NodeDescriptor gemm = model.nodes().getFirst().descriptor();
    // gemm.f32: 1 + 4 + 11 words and 8 bytes of constants are 136 bytes, depth 3; four operands of
    // a leaf each
    assertThat(gemm.memDepth()).isEqualTo(7);
    byte[] fixed = model.nodes().getFirst().fixed();
    assertThat(fixed).hasSize(136);
    assertThat(gemm.segments())
        .containsExactly(
            new Segment.Fixed(3, 0, MerkleRoot.of(fixed, 3)),
            new Segment.FromSlot(0, 124, 0),
            new Segment.FromSlot(0, 125, 1),
            new Segment.FromSlot(0, 126, 2));
    assertThat(gemm.outputs()).containsExactly(new Output(0, 127, 3));
    assertThat(HexFormat.of().formatHex(fixed, 0, 48))
        .isEqualTo(
            "800f000000000000"
                + "800f000000000000"
                + "a00f000000000000"
                + "c00f000000000000"
                + "e00f000000000000"
                + "0100000000000000");
    assertThat(model.descriptor().slotDepth()).isEqualTo(3);
    assertThat(model.descriptor().graphDepth()).isEqualTo(1);
    assertThat(model.proveNode(1).root(model.nodes().get(1).descriptor().hash()))
        .isEqualTo(model.descriptor().graphRoot());
    SlotOpening input = model.inputOpening();
    assertThat(input.value()).isEqualTo(ZeroHashes.at(0));
    assertThat(input.proof().root(input.value())).isEqualTo(model.descriptor().initialSlotsRoot());
  }

  @Test
  void aModelsIdentityIsPinned() {
    assertThat(dense().id()).isEqualTo(dense().id());
    assertThat(dense().id().toString())
        .isEqualTo("0x58f967d3b6b5f47617798c26ad81c94060e509930e0d9a3590ce9331fdc59274");
  }

  private static Model dense() {
    return Model.of(SampleGraph.dense(), TestPrograms::of);
  }
}
