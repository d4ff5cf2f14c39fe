package opml.compiler.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.kernels.bound.Formula;
import opml.kernels.bound.StepBound;
import opml.kernels.catalog.PinnedProgram;

/// A kernel as an RV64IM program. Its image depends on the kernel's class files alone, not on parameters, memory size,
/// machine or time.
public final class CompiledProgram {
  private final String name;
  private final int[] words;
  private final byte[] constants;
  private final int stackBytes;
  private final Optional<StepBound> bound;
  private final List<Symbol> symbols;

  /// @param words instructions from pc 0
  /// @param constants what stands behind the parameters in the fixed segment
  /// @param stackBytes the most that the program uses of its stack
  /// @param bound of the instructions executed, over the kernel's arguments, segments included
  /// @param symbols by ascending pc
  public CompiledProgram(
      String name,
      int[] words,
      byte[] constants,
      int stackBytes,
      Optional<StepBound> bound,
      List<Symbol> symbols) {
    this.name = name;
    this.words = words.clone();
    this.constants = constants.clone();
    this.stackBytes = stackBytes;
    this.bound = bound;
    this.symbols = List.copyOf(symbols);
  }

  /// {@return a program that was compiled before, and of which only the image was kept}
  public static CompiledProgram kept(String name, PinnedProgram pinned, byte[] code) {
    int[] words = new int[code.length / 4];
    ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
    Symbol place = new Symbol(0, name, "program " + pinned.codeRoot(), 0);
    return new CompiledProgram(
        name, words, pinned.constants(), pinned.stackBytes(), Optional.empty(), List.of(place));
  }

  public String name() {
    return name;
  }

  /// {@return the instructions as little-endian bytes from pc 0}
  public byte[] code() {
    ByteBuffer out = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int word : words) {
      out.putInt(word);
    }
    return out.array();
  }

  public int instructionCount() {
    return words.length;
  }

  public byte[] constants() {
    return constants.clone();
  }

  public int stackBytes() {
    return stackBytes;
  }

  /// {@return the most instructions that the program executes, over its scalars; nothing where the compiler cannot tell
  /// how often a loop turns, and the kernel does not say it}
  ///
  /// @param segments how many arguments come before the scalars
  public Optional<StepBound> bound(int segments) {
    return bound.flatMap(
        all ->
            all.with(
                index ->
                    index < segments
                        ? Optional.empty()
                        : Optional.of(new Formula.Argument(index - segments))));
  }

  public List<Symbol> symbols() {
    return symbols;
  }

  /// {@return the least depth of a tree that holds the code}
  public int codeDepth() {
    return MerkleRoot.depthFor(4L * words.length);
  }

  public Bytes32 codeRoot() {
    return MerkleRoot.of(code(), codeDepth());
  }

  /// {@return what the engine needs to know of the program}
  ///
  /// @param segments how many of the kernel's arguments are segments
  /// @throws IllegalStateException if the compiler cannot tell how many instructions it executes at most
  public PinnedProgram pinned(int segments) {
    StepBound steps =
        bound(segments)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        name
                            + " has a loop that the compiler cannot count; Trips in it says how often"
                            + " it turns"));
    return new PinnedProgram(codeRoot(), codeDepth(), constants(), stackBytes, steps);
  }

  /// {@return the method and line that the instruction at `pc` comes from}
  ///
  /// @throws IllegalArgumentException outside of the program
  public Symbol at(long pc) {
    if (pc < 0 || pc >= 4L * words.length) {
      throw new IllegalArgumentException(
          "pc 0x%x is outside of %s, which has 0x%x bytes".formatted(pc, name, 4L * words.length));
    }
    int low = 0;
    int high = symbols.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (symbols.get(middle).pc() <= pc) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return symbols.get(low);
  }
}
