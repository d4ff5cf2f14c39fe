package opml.lab.bench.gas;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import opml.core.hash.Bytes32;
import opml.core.merkle.Proof;
import opml.core.merkle.ZeroHashes;
import opml.vm.isa.Instruction;
import opml.vm.isa.Op;
import opml.vm.state.MachineState;
import opml.vm.state.ProgramDescriptor;
import opml.vm.step.Opening;
import opml.vm.step.StepProof;

/// The witness of one instruction in a state made for it, with siblings where two masks say so.
///
/// @param program the machine's shape
/// @param proof the witness
record WorstWitness(ProgramDescriptor program, StepProof proof) {
  private static final int BASE = 11;
  private static final int A7 = 17;

  /// How a machine is shaped, and which siblings its proofs spell out.
  ///
  /// @param codeMask a set bit for each given sibling of the code leaf
  /// @param memMask a set bit for each given sibling of the memory leaf
  /// @param fullRegisters whether registers have eight bytes that are not 0, or three
  record Shape(int codeDepth, long codeMask, int memDepth, long memMask, boolean fullRegisters) {
    static Shape dense(int codeDepth, int memDepth, boolean fullRegisters) {
      return new Shape(
          codeDepth, (1L << codeDepth) - 1, memDepth, (1L << memDepth) - 1, fullRegisters);
    }

    Shape masks(long code, long mem) {
      return new Shape(
          codeDepth,
          code & (1L << codeDepth) - 1,
          memDepth,
          mem & (1L << memDepth) - 1,
          fullRegisters);
    }
  }

  static WorstWitness of(int word, Shape shape) {
    Random random = new Random(word);
    long[] x = new long[MachineState.REGISTERS];
    for (int i = 1; i < x.length; i++) {
      x[i] = nonZeroBytes(random, shape.fullRegisters() ? 8 : 3);
    }
    Instruction instruction = Instruction.decode(word);
    if (instruction.op() == Op.ECALL) {
      x[A7] = 93;
    }
    long pc = (0x5555_5555L & (1L << shape.codeDepth()) - 1) << 5;
    byte[] leaf = nonZeroLeaf(random);
    for (int i = 0; i < 4; i++) {
      leaf[i] = (byte) (word >>> 8 * i);
    }
    List<Opening> openings = new ArrayList<>();
    openings.add(open(random, Bytes32.of(leaf), shape.codeDepth(), pc >>> 5, shape.codeMask()));
    Bytes32 memRoot = Bytes32.of(nonZeroLeaf(random));
    if (touchesMemory(instruction.op())) {
      long size = 1L << (shape.memDepth() + 5);
      long at = x[BASE] + instruction.imm() & size - 1;
      Bytes32 memoryLeaf = Bytes32.of(nonZeroLeaf(random));
      openings.add(open(random, memoryLeaf, shape.memDepth(), at >>> 5, shape.memMask()));
      memRoot = openings.getLast().root();
    }
    MachineState prestate = new MachineState(memRoot, pc, MachineState.RUNNING, x);
    ProgramDescriptor program =
        new ProgramDescriptor(openings.getFirst().root(), shape.codeDepth(), shape.memDepth());
    return new WorstWitness(program, new StepProof(prestate, openings));
  }

  /// {@return the word of an instruction a0, a1, a2 with every bit of its immediate set}
  static int word(Op op) {
    int registers = 10 << 7 | BASE << 15 | 12 << 20;
    return switch (op.format()) {
      case REGISTER -> op.match() | registers;
      case BRANCH, STORE -> op.match() | registers | 0xfe000000;
      case IMMEDIATE, SHIFT, SHIFT_WORD ->
          op.match() | registers & ~(31 << 20) | ~op.format().mask() & 0xfff00000;
      case UPPER, JUMP -> op.match() | 10 << 7 | 0xfffff000;
      case HINT, FIXED -> op.match();
    };
  }

  static boolean touchesMemory(Op op) {
    return isLoad(op) || isStore(op);
  }

  static boolean isLoad(Op op) {
    return (op.match() & 0x7f) == (Op.LB.match() & 0x7f);
  }

  static boolean isStore(Op op) {
    return (op.match() & 0x7f) == (Op.SB.match() & 0x7f);
  }

  private static Opening open(Random random, Bytes32 leaf, int depth, long index, long mask) {
    List<Bytes32> siblings = new ArrayList<>();
    for (int i = 0; i < depth; i++) {
      siblings.add((mask >>> i & 1) == 0 ? ZeroHashes.at(i) : Bytes32.of(nonZeroLeaf(random)));
    }
    return new Opening(leaf, new Proof(0, index, siblings));
  }

  private static long nonZeroBytes(Random random, int count) {
    long value = 0;
    for (int i = 0; i < count; i++) {
      value = value << 8 | 1 + random.nextInt(255);
    }
    return value;
  }

  private static byte[] nonZeroLeaf(Random random) {
    byte[] bytes = new byte[Bytes32.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (1 + random.nextInt(255));
    }
    return bytes;
  }
}
