package opml.compiler.backend;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import opml.compiler.ir.Condition;
import opml.compiler.ir.MethodRef;
import opml.compiler.ir.NodeOp;
import opml.compiler.ir.Origin;
import opml.compiler.program.Symbol;
import opml.kernels.abi.FixedSegment;
import org.jspecify.annotations.Nullable;

/// Lays allocated methods out one behind the other, the kernel first, and writes their words. A branch that does not
/// reach its target becomes the opposite branch around a jump.
final class Assembler {
  private sealed interface Piece {
    record Word(int word) implements Piece {}

    record Branch(Condition condition, int left, int right, MachineBlock to) implements Piece {}

    record Jump(MachineBlock to) implements Piece {}

    record Call(MethodRef to) implements Piece {}
  }

  private record Placed(Piece piece, Origin origin) {}

  private final Map<MethodRef, Compiled> frames;
  private final Constants constants;
  private final int stackBytes;
  private final List<Placed> pieces = new ArrayList<>();
  private final Map<MachineBlock, Integer> blockEnds = new HashMap<>();
  private boolean[] far = {};
  private final Map<MachineBlock, Integer> blockStarts = new HashMap<>();
  private final Map<MethodRef, Integer> methodStarts = new HashMap<>();
  private MethodRef method;
  private Origin origin;

  Assembler(Map<MethodRef, Compiled> frames, Constants constants, MethodRef kernel) {
    this.frames = frames;
    this.constants = constants;
    this.method = kernel;
    this.origin = new Origin(kernel, 0);
    this.stackBytes = Compiled.of(frames, kernel).frameEnd();
  }

  void add(MachineMethod machine) {
    method = machine.ref();
    methodStarts.put(method, pieces.size());
    List<MachineBlock> blocks = new ArrayList<>(machine.blocks());
    MachineBlock entry = blocks.getFirst();
    blocks.removeIf(block -> block != entry && through(block) != block);
    for (int i = 0; i < blocks.size(); i++) {
      blockStarts.put(blocks.get(i), pieces.size());
      MachineBlock next = i + 1 < blocks.size() ? blocks.get(i + 1) : null;
      for (MachineBlock.Line at : blocks.get(i).lines()) {
        origin = at.origin();
        add(at.instruction(), next);
      }
      blockEnds.put(blocks.get(i), pieces.size());
    }
  }

  private void word(int word) {
    put(new Piece.Word(word));
  }

  private void put(Piece piece) {
    pieces.add(new Placed(piece, origin));
  }

  private void add(MachineInstruction instruction, @Nullable MachineBlock next) {
    switch (instruction) {
      case MachineInstruction.Binary b ->
          word(Encoding.binary(b.op(), b.target(), b.left(), b.right()));
      case MachineInstruction.Immediate b ->
          word(Encoding.immediate(b.op(), b.target(), b.left(), b.value()));
      case MachineInstruction.Load l ->
          word(Encoding.load(l.op(), l.target(), l.address(), l.offset()));
      case MachineInstruction.Store s ->
          word(Encoding.store(s.op(), s.address(), s.stored(), s.offset()));
      case MachineInstruction.Move m ->
          word(Encoding.immediate(NodeOp.ADD, m.target(), m.source(), 0));
      case MachineInstruction.Constant c ->
          constants.load(c.target(), c.value()).forEach(this::word);
      case MachineInstruction.Fixed f ->
          Constants.at(f.target(), (int) f.address()).forEach(this::word);
      case MachineInstruction.Reload r ->
          word(Encoding.load(NodeOp.LD, r.target(), Registers.STACK, offset(r.slot())));
      case MachineInstruction.Spill s ->
          word(Encoding.store(NodeOp.SD, Registers.STACK, s.source(), offset(s.slot())));
      case MachineInstruction.Call c -> put(new Piece.Call(c.callee()));
      case MachineInstruction.Jump(MachineBlock to) -> jump(to, next);
      case MachineInstruction.Branch b -> branch(b, next);
      case MachineInstruction.Return _ -> word(Encoding.jalr(0, Registers.LINK));
      case MachineInstruction.Exit _ -> word(Encoding.ECALL);
      case MachineInstruction.Start _ -> {
        if (stackBytes > 0) {
          word(
              Encoding.load(
                  NodeOp.LD, Registers.STACK, Registers.ZERO, FixedSegment.STACK_POINTER));
          word(Encoding.immediate(NodeOp.ADD, Registers.STACK, Registers.STACK, -stackBytes));
        }
      }
    }
  }

  private int offset(MachineInstruction.Slot slot) {
    MethodRef owner = slot.callee() == null ? method : slot.callee();
    return Compiled.of(frames, owner).frameBase() + 8 * slot.index();
  }

  private void jump(MachineBlock to, @Nullable MachineBlock next) {
    MachineBlock target = through(to);
    if (target != next) {
      put(new Piece.Jump(target));
    }
  }

  private void branch(MachineInstruction.Branch branch, @Nullable MachineBlock next) {
    MachineBlock yes = through(branch.yes());
    MachineBlock no = through(branch.no());
    if (yes == next) {
      put(new Piece.Branch(branch.condition().negated(), branch.left(), branch.right(), no));
    } else {
      put(new Piece.Branch(branch.condition(), branch.left(), branch.right(), yes));
      if (no != next) {
        put(new Piece.Jump(no));
      }
    }
  }

  /// {@return where control really goes: blocks of a jump alone are passed over}
  private static MachineBlock through(MachineBlock block) {
    MachineBlock at = block;
    for (int steps = 0; steps < 100; steps++) {
      if (at.lines().size() == 1
          && at.lines().getFirst().instruction()
              instanceof MachineInstruction.Jump(MachineBlock to)) {
        at = to;
      } else {
        return at;
      }
    }
    return block;
  }

  /// {@return the program's words}
  ///
  /// @param symbols gets the place of each method and line
  int[] assemble(List<Symbol> symbols) {
    far = new boolean[pieces.size()];
    int[] address = new int[pieces.size() + 1];
    boolean grown = true;
    while (grown) {
      for (int i = 0; i < far.length; i++) {
        address[i + 1] = address[i] + (far[i] ? 8 : 4);
      }
      grown = false;
      for (int i = 0; i < far.length; i++) {
        if (!far[i]
            && pieces.get(i).piece instanceof Piece.Branch branch
            && !Encoding.reaches(address[start(branch.to)] - address[i])) {
          far[i] = true;
          grown = true;
        }
      }
    }
    List<Integer> words = new ArrayList<>();
    for (int i = 0; i < far.length; i++) {
      Placed at = pieces.get(i);
      MethodRef from = at.origin.method();
      Symbol symbol = new Symbol(address[i], from.className(), from.name(), at.origin.line());
      if (symbols.isEmpty() || !symbols.getLast().samePlace(symbol)) {
        symbols.add(symbol);
      }
      switch (at.piece) {
        case Piece.Word(int word) -> words.add(word);
        case Piece.Jump(MachineBlock to) ->
            words.add(Encoding.jal(0, address[start(to)] - address[i]));
        case Piece.Call(MethodRef to) ->
            words.add(Encoding.jal(Registers.LINK, address[start(to)] - address[i]));
        case Piece.Branch b -> {
          int distance = address[start(b.to)] - address[i];
          if (far[i]) {
            words.add(Encoding.branch(b.condition.negated(), b.left, b.right, 8));
            words.add(Encoding.jal(0, distance - 4));
          } else {
            words.add(Encoding.branch(b.condition, b.left, b.right, distance));
          }
        }
      }
    }
    return words.stream().mapToInt(Integer::intValue).toArray();
  }

  /// {@return the most instructions that a block executes; those that calls execute are not among them}
  int words(MachineBlock block) {
    int end = blockEnds.getOrDefault(block, 0);
    int words = 0;
    for (int i = blockStarts.getOrDefault(block, 0); i < end; i++) {
      words += far[i] ? 2 : 1;
    }
    return words;
  }

  private int start(MachineBlock block) {
    Integer start = blockStarts.get(block);
    if (start == null) {
      throw new IllegalStateException("a block that was not laid out");
    }
    return start;
  }

  private int start(MethodRef ref) {
    Integer start = methodStarts.get(ref);
    if (start == null) {
      throw new IllegalStateException("a method that was not laid out: " + ref);
    }
    return start;
  }
}
