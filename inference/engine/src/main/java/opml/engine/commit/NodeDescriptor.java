package opml.engine.commit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import opml.core.codec.ByteReader;
import opml.core.codec.MalformedException;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;

/// What the chain knows of a node: its program, its memory's size, its step limit, and where its tensors lie.
///
/// ```
/// tag "opml/1/node" 32 │ codeRoot 32 │ codeDepth 1 │ memDepth 1 │ stepsLog2 1 │ segments 1 │ outputs 1
/// segment: kind 1 (0 fixed, 1 slot) │ depth 1 │ index 8 │ value 32 (root, or slot as a word)
/// output:  depth 1 │ index 8 │ slot 4
/// ```
///
/// @param stepsLog2 the level-1 trace has `2^stepsLog2` steps
public record NodeDescriptor(
    Bytes32 codeRoot,
    int codeDepth,
    int memDepth,
    int stepsLog2,
    List<Segment> segments,
    List<Output> outputs) {
  private static final int MAX_SLOTS = 1 << 24;

  public NodeDescriptor {
    segments = List.copyOf(segments);
    outputs = List.copyOf(outputs);
    require(codeDepth >= 0 && codeDepth <= 16, "codeDepth " + codeDepth + " is not 0 to 16");
    require(memDepth >= 0 && memDepth <= 32, "memDepth " + memDepth + " is not 0 to 32");
    require(stepsLog2 >= 1 && stepsLog2 <= 40, "stepsLog2 " + stepsLog2 + " is not 1 to 40");
    require(segments.size() <= 16, segments.size() + " segments, at most 16");
    require(outputs.size() <= 4, outputs.size() + " outputs, at most 4");
    for (Segment segment : segments) {
      requirePlace(segment.depth(), segment.index(), memDepth);
      if (segment instanceof Segment.FromSlot from) {
        requireSlot(from.slot());
      }
    }
    for (Output output : outputs) {
      requirePlace(output.depth(), output.index(), memDepth);
      requireSlot(output.slot());
    }
  }

  /// {@return the bytes whose hash is the node's leaf in the graph tree}
  public byte[] encode() {
    Preimage out =
        Preimage.tagged("node")
            .word(codeRoot)
            .u8(codeDepth)
            .u8(memDepth)
            .u8(stepsLog2)
            .u8(segments.size())
            .u8(outputs.size());
    for (Segment segment : segments) {
      Bytes32 value =
          switch (segment) {
            case Segment.Fixed fixed -> fixed.root();
            case Segment.FromSlot from -> Bytes32.ofWord(from.slot());
          };
      int kind = segment instanceof Segment.FromSlot ? 1 : 0;
      out.u8(kind).u8(segment.depth()).u64(segment.index()).word(value);
    }
    for (Output output : outputs) {
      out.u8(output.depth()).u64(output.index()).u32(output.slot());
    }
    return out.toArray();
  }

  /// Reads what [#encode] wrote, and nothing else.
  ///
  /// @throws MalformedException on other bytes
  public static NodeDescriptor parse(byte[] bytes) {
    ByteReader in = new ByteReader("node descriptor", bytes);
    Bytes32 tag = in.bytes32("tag");
    if (!tag.equals(Bytes32.of(Preimage.tagged("node").toArray()))) {
      throw in.malformed("the tag is not opml/1/node");
    }
    Bytes32 codeRoot = in.bytes32("codeRoot");
    int codeDepth = in.u8("codeDepth");
    int memDepth = in.u8("memDepth");
    int stepsLog2 = in.u8("stepsLog2");
    int segmentCount = in.u8("segments");
    int outputCount = in.u8("outputs");
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < segmentCount; i++) {
      segments.add(segment(in));
    }
    List<Output> outputs = new ArrayList<>();
    for (int i = 0; i < outputCount; i++) {
      int depth = in.u8("output depth");
      long index = in.u64("output index");
      outputs.add(new Output(depth, index, slot(in, in.u32("output slot"))));
    }
    in.end();
    try {
      return new NodeDescriptor(codeRoot, codeDepth, memDepth, stepsLog2, segments, outputs);
    } catch (IllegalArgumentException e) {
      throw in.malformed(String.valueOf(e.getMessage()));
    }
  }

  /// {@return the node's leaf in the graph tree}
  public Bytes32 hash() {
    return Keccak.hash(encode());
  }

  /// {@return the preimage of [#program]}
  public byte[] programPreimage() {
    return Preimage.tagged("program").word(codeRoot).word(codeDepth).word(memDepth).toArray();
  }

  /// {@return the program's identity, which is the context of a level-1 position}
  public Bytes32 program() {
    return Keccak.hash(programPreimage());
  }

  /// {@return the number of steps after which a program that still runs has failed}
  public long steps() {
    return 1L << stepsLog2;
  }

  /// {@return the root of the memory before the first step}
  ///
  /// @param slotRoots what each slot holds
  /// @throws IllegalArgumentException if the segments overlap or are out of order
  public Bytes32 memoryRoot(IntFunction<Bytes32> slotRoots) {
    List<Placed> placed = new ArrayList<>();
    for (Segment segment : segments) {
      Bytes32 root =
          switch (segment) {
            case Segment.Fixed fixed -> fixed.root();
            case Segment.FromSlot from -> slotRoots.apply(from.slot());
          };
      placed.add(new Placed(segment.depth(), segment.index(), root));
    }
    return MemoryFold.root(memDepth, placed);
  }

  private static Segment segment(ByteReader in) {
    int kind = in.u8("segment kind");
    int depth = in.u8("segment depth");
    long index = in.u64("segment index");
    Bytes32 value = in.bytes32("segment value");
    return switch (kind) {
      case 0 -> new Segment.Fixed(depth, index, value);
      case 1 -> {
        if ((value.lane0() | value.lane1() | value.lane2()) != 0) {
          throw in.malformed("segment slot " + value + " is not below 2^24");
        }
        yield new Segment.FromSlot(depth, index, slot(in, Long.reverseBytes(value.lane3())));
      }
      default -> throw in.malformed("segment kind " + kind + " is not 0 or 1");
    };
  }

  private static int slot(ByteReader in, long slot) {
    if (slot < 0 || slot >= MAX_SLOTS) {
      throw in.malformed("slot " + slot + " is not below 2^24");
    }
    return (int) slot;
  }

  private static void requireSlot(int slot) {
    require(slot >= 0 && slot < MAX_SLOTS, "slot " + slot + " is not below 2^24");
  }

  private static void requirePlace(int depth, long index, int memDepth) {
    require(
        depth >= 0 && depth <= memDepth && index >= 0 && index >>> (memDepth - depth) == 0,
        "no place " + index + " of depth " + depth + " in a memory of depth " + memDepth);
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(problem);
    }
  }
}
