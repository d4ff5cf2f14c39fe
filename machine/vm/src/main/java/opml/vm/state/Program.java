package opml.vm.state;

import java.util.Arrays;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.PagedTree;
import opml.core.merkle.Proof;
import opml.vm.isa.Instruction;
import org.jspecify.annotations.Nullable;

/// A program: the bytes of its code from address 0, zero-padded to a tree of 32-byte leaves of eight instructions each,
/// and the size of the memory it runs with. Code is immutable and is not part of the memory.
public final class Program {
  private final byte[] code;
  private final int codeDepth;
  private final int memDepth;

  /// Index behind the last word that was given; what follows is padding.
  private final int end;

  private final PagedTree tree;

  /// The words from [#firstWord] on, decoded when they are first asked for.
  private Instruction @Nullable [] instructions;

  /// Made when it is first asked for, since a run does not need the code's root.
  private volatile @Nullable ProgramDescriptor descriptor;

  private Program(byte[] code, int codeDepth, int memDepth) {
    this.code = Arrays.copyOf(code, Bytes32.BYTES << codeDepth);
    this.end = (code.length + 3) / 4;
    this.codeDepth = codeDepth;
    this.memDepth = memDepth;
    this.tree = new PagedTree(this.code, codeDepth, false);
  }

  /// {@return a program whose code tree is the shallowest that holds it}
  ///
  /// @param code little-endian instruction words from address 0, at most 2 MiB
  /// @param memDepth 0 to 32
  /// @throws IllegalArgumentException if the code is too long or the depth out of range
  public static Program of(byte[] code, int memDepth) {
    int codeDepth = MerkleRoot.depthFor(code.length);
    if (codeDepth > ProgramDescriptor.MAX_CODE_DEPTH) {
      throw new IllegalArgumentException(
          "a program has at most %d bytes of code, not %d"
              .formatted(Bytes32.BYTES << ProgramDescriptor.MAX_CODE_DEPTH, code.length));
    }
    ProgramDescriptor.checkMemDepth(memDepth);
    return new Program(code, codeDepth, memDepth);
  }

  public ProgramDescriptor descriptor() {
    ProgramDescriptor known = descriptor;
    if (known == null) {
      synchronized (tree) {
        known = new ProgramDescriptor(tree.root(), codeDepth, memDepth);
      }
      descriptor = known;
    }
    return known;
  }

  public Bytes32 codeRoot() {
    return descriptor().codeRoot();
  }

  public int codeDepth() {
    return codeDepth;
  }

  public int memDepth() {
    return memDepth;
  }

  /// {@return the descriptor's commitment}
  public Bytes32 commitment() {
    return descriptor().commitment();
  }

  /// {@return a copy of the code, zero-padded to the whole tree}
  public byte[] code() {
    return code.clone();
  }

  /// {@return whether there is an instruction word at `pc`: it is aligned and inside the code tree}
  public boolean holds(long pc) {
    return ProgramDescriptor.holds(codeDepth, pc);
  }

  /// {@return whether another program has the same code and memory size}
  public boolean isSame(Program other) {
    return this == other || memDepth == other.memDepth && Arrays.equals(code, other.code);
  }

  /// {@return the number of instruction words in the whole code tree}
  public int words() {
    return code.length / 4;
  }

  /// {@return the index of the first word that is not 0, or [#words()]: a program linked far above 0 begins with a lot
  /// of padding}
  public int firstWord() {
    int zeros = Arrays.mismatch(code, new byte[code.length]);
    return zeros < 0 ? words() : zeros / 4;
  }

  /// {@return the words from [#firstWord()] on, decoded; those behind them are 0; not to be written to}
  public synchronized Instruction[] instructions() {
    Instruction[] known = instructions;
    if (known == null) {
      int first = firstWord();
      known = new Instruction[Math.max(0, end - first)];
      for (int i = 0; i < known.length; i++) {
        known[i] = Instruction.decode((int) Words.INT.get(code, 4 * (first + i)));
      }
      instructions = known;
    }
    return known;
  }

  /// {@return the instruction word at `pc`; 0, which is illegal, where the program has none}
  public int word(long pc) {
    return holds(pc) ? (int) Words.INT.get(code, (int) pc) : 0;
  }

  /// {@return the code tree's leaf `index`}
  public Bytes32 leaf(long index) {
    return Bytes32.at(code, Math.toIntExact(Bytes32.BYTES * index));
  }

  /// {@return the proof of the code tree's leaf `index`}
  public Proof prove(long index) {
    synchronized (tree) {
      return tree.prove(index);
    }
  }
}
