package opml.engine.commit;

import opml.core.codec.ByteReader;
import opml.core.codec.MalformedException;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;

/// What the registry stores of a model. Its encoding is the tag `opml/1/model` and the fields in this order,
/// a word each; the hash of that is the model's identity.
///
/// @param initialSlotsRoot root over the slots before the input is written
/// @param inputBytes length of an input with its trailing zeros
/// @param outputGiven whether the run starts with the claimed output in its slot, and checks it instead of writing it
public record ModelDescriptor(
    Bytes32 graphRoot,
    int graphDepth,
    long nodeCount,
    long loops,
    Bytes32 initialSlotsRoot,
    int slotDepth,
    long inputSlot,
    int inputDepth,
    long inputBytes,
    long outputSlot,
    int outputDepth,
    long outputBytes,
    boolean outputGiven) {
  /// Longest output that a claim carries; a longer one is claimed by its root alone, and never given.
  public static final long MAX_OUTPUT_BYTES = 24_576;

  private static final int MAX_DEPTH = 24;
  private static final int MAX_TENSOR_DEPTH = 32;
  private static final long MAX_STEPS = 1L << 40;

  public ModelDescriptor {
    require(graphDepth >= 0 && graphDepth <= MAX_DEPTH, "graphDepth " + graphDepth);
    require(slotDepth >= 0 && slotDepth <= MAX_DEPTH, "slotDepth " + slotDepth);
    require(nodeCount >= 1 && nodeCount <= 1L << graphDepth, "nodeCount " + nodeCount);
    require(loops >= 1 && loops <= MAX_STEPS / nodeCount, "loops " + loops);
    require(inputSlot >= 0 && inputSlot < 1L << slotDepth, "inputSlot " + inputSlot);
    require(outputSlot >= 0 && outputSlot < 1L << slotDepth, "outputSlot " + outputSlot);
    requireTensor(inputDepth, inputBytes, "input");
    requireTensor(outputDepth, outputBytes, "output");
    require(outputBytes >> 32 == 0, "outputBytes " + outputBytes + " above 2^32 - 1");
    require(
        !outputGiven || outputBytes <= MAX_OUTPUT_BYTES,
        "outputBytes " + outputBytes + " of a given output above 24576");
  }

  /// {@return the preimage of the identity}
  public byte[] encode() {
    return Preimage.tagged("model")
        .word(graphRoot)
        .word(graphDepth)
        .word(nodeCount)
        .word(loops)
        .word(initialSlotsRoot)
        .word(slotDepth)
        .word(inputSlot)
        .word(inputDepth)
        .word(inputBytes)
        .word(outputSlot)
        .word(outputDepth)
        .word(outputBytes)
        .word(outputGiven ? 1 : 0)
        .toArray();
  }

  /// Reads what [#encode] wrote, and nothing else.
  ///
  /// @throws MalformedException on other bytes
  public static ModelDescriptor parse(byte[] bytes) {
    ByteReader in = new ByteReader("model descriptor", bytes);
    if (!in.bytes32("tag").equals(Bytes32.of(Preimage.tagged("model").toArray()))) {
      throw in.malformed("the tag is not opml/1/model");
    }
    Bytes32 graphRoot = in.bytes32("graphRoot");
    int graphDepth = (int) word(in, "graphDepth");
    long nodeCount = word(in, "nodeCount");
    long loops = word(in, "loops");
    Bytes32 initialSlotsRoot = in.bytes32("initialSlotsRoot");
    int slotDepth = (int) word(in, "slotDepth");
    long inputSlot = word(in, "inputSlot");
    int inputDepth = (int) word(in, "inputDepth");
    long inputBytes = word(in, "inputBytes");
    long outputSlot = word(in, "outputSlot");
    int outputDepth = (int) word(in, "outputDepth");
    long outputBytes = word(in, "outputBytes");
    long outputGiven = word(in, "outputGiven");
    in.end();
    if (outputGiven > 1) {
      throw in.malformed("outputGiven is " + outputGiven + ", expected is 0 or 1");
    }
    try {
      return new ModelDescriptor(
          graphRoot,
          graphDepth,
          nodeCount,
          loops,
          initialSlotsRoot,
          slotDepth,
          inputSlot,
          inputDepth,
          inputBytes,
          outputSlot,
          outputDepth,
          outputBytes,
          outputGiven == 1);
    } catch (IllegalArgumentException e) {
      throw in.malformed(String.valueOf(e.getMessage()));
    }
  }

  /// {@return the model's identity}
  public Bytes32 id() {
    return Keccak.hash(encode());
  }

  /// {@return whether a claim names the output's root alone}
  public boolean isClaimedByRoot() {
    return outputBytes > MAX_OUTPUT_BYTES;
  }

  /// {@return the length of the level-0 trace}
  public long steps() {
    return nodeCount * loops;
  }

  private static long word(ByteReader in, String field) {
    Bytes32 word = in.bytes32(field);
    long value = Long.reverseBytes(word.lane3());
    if ((word.lane0() | word.lane1() | word.lane2()) != 0 || value < 0 || value > MAX_STEPS) {
      throw in.malformed(field + " " + word + " is above 2^40");
    }
    if (field.endsWith("Depth") && value > MAX_TENSOR_DEPTH) {
      throw in.malformed(field + " is " + value);
    }
    return value;
  }

  private static void requireTensor(int depth, long bytes, String what) {
    require(depth >= 0 && depth <= MAX_TENSOR_DEPTH, what + "Depth " + depth);
    require(bytes >= 1 && bytes <= 32L << depth, what + "Bytes " + bytes + " at depth " + depth);
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException("ill-formed model: " + problem);
    }
  }
}
