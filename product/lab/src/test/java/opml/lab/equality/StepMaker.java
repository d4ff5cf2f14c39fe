package opml.lab.equality;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import opml.core.hash.Bytes32;
import opml.core.merkle.Proof;
import opml.core.merkle.ZeroHashes;
import opml.vm.isa.Disassembler;
import opml.vm.state.MachineState;
import opml.vm.state.ProgramDescriptor;
import opml.vm.step.HeldState;
import opml.vm.step.Opening;
import opml.vm.step.Step;
import opml.vm.step.StepProof;

/// Makes single steps of machines that nobody has to fill first: when the step asks for a leaf, it gets one of chance
/// with siblings of chance, and the tree's root is what these lead to. So every depth costs no more than its proof.
final class StepMaker {
  private final Random random;

  StepMaker(Random random) {
    this.random = random;
  }

  /// {@return the step of a machine that has `word` at `pc`, if its program reaches that far}
  StepCase make(int word, long pc, long exit, long[] registers, int codeDepth, int memDepth) {
    Making access = new Making(word, pc, exit, registers, codeDepth, memDepth);
    Step.step(access);
    ProgramDescriptor program = new ProgramDescriptor(access.codeRoot, codeDepth, memDepth);
    MachineState prestate = new MachineState(access.memRoot, pc, exit, registers);
    byte[] witness = new StepProof(prestate, access.openings).encode();
    MachineState poststate = access.poststate();
    String name = "%s (0x%08x), %s".formatted(Disassembler.disassemble(pc, word), word, prestate);
    return new StepCase(name, program, prestate.hash(), witness, poststate.hash());
  }

  private Bytes32 word32() {
    return new Bytes32(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
  }

  private final class Making extends HeldState {
    private final int word;
    private final int codeDepth;
    private final int memDepth;
    private final List<Opening> openings = new ArrayList<>();
    private Bytes32 codeRoot = word32();
    private Bytes32 memRoot = word32();
    private Bytes32 written = Bytes32.ZERO;
    private boolean stored;

    Making(int word, long pc, long exit, long[] registers, int codeDepth, int memDepth) {
      super(pc, exit, registers);
      this.word = word;
      this.codeDepth = codeDepth;
      this.memDepth = memDepth;
    }

    MachineState poststate() {
      return state(stored ? openings.getLast().proof().root(written) : memRoot);
    }

    @Override
    public Bytes32 codeLeaf(long index) {
      byte[] leaf = word32().toArray();
      for (int i = 0; i < 4; i++) {
        leaf[(int) (pc() & 31) + i] = (byte) (word >>> 8 * i);
      }
      Opening opening = open(Bytes32.of(leaf), codeDepth, index);
      codeRoot = opening.root();
      return opening.leaf();
    }

    @Override
    public Bytes32 memoryLeaf(long index) {
      Opening opening = open(random.nextInt(8) == 0 ? Bytes32.ZERO : word32(), memDepth, index);
      memRoot = opening.root();
      return opening.leaf();
    }

    @Override
    public void memoryLeaf(long index, Bytes32 leaf) {
      stored = true;
      written = leaf;
    }

    /// Siblings are all given, all zero, or now this and now that.
    private Opening open(Bytes32 leaf, int depth, long index) {
      int zeros = random.nextInt(4);
      List<Bytes32> siblings = new ArrayList<>();
      for (int i = 0; i < depth; i++) {
        boolean zero = zeros == 0 || zeros > 1 && random.nextInt(zeros) == 0;
        siblings.add(zero ? ZeroHashes.at(i) : word32());
      }
      Opening opening = new Opening(leaf, new Proof(0, index, siblings));
      openings.add(opening);
      return opening;
    }

    @Override
    public int codeDepth() {
      return codeDepth;
    }

    @Override
    public int memDepth() {
      return memDepth;
    }
  }
}
