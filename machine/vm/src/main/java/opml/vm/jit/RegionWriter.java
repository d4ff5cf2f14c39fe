package opml.vm.jit;

import static java.lang.constant.ConstantDescs.CD_MethodHandles;
import static java.lang.constant.ConstantDescs.CD_MethodHandles_Lookup;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CLASS_INIT_NAME;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedSet;
import opml.vm.isa.Instruction;
import opml.vm.isa.Op;
import org.jspecify.annotations.Nullable;

/// Writes the class of a region: registers are loaded from the frame, the blocks follow, and all exits meet at the end,
/// where the registers are stored back.
final class RegionWriter {
  private static final ClassDesc REGION = Emitter.desc(Region.class);

  /// The class that is written.
  static final ClassDesc TYPE = ClassDesc.of(Region.class.getPackageName() + ".TranslatedRegion");

  /// Its fields, which HotSpot takes for constants: the memory's bytes, the bytes of its dirty pages.
  static final String MEMORY = "MEMORY";

  static final String DIRTY = "DIRTY";

  private static final int CONSTANT =
      ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_FINAL;

  private static final ClassDesc LOOKUP = CD_MethodHandles_Lookup;

  // Local variables of the method; 0 is the region itself.
  private static final int FRAME = 1;
  private static final int BUDGET = 2;
  private static final int INDEX = 3;
  private static final int PC = 4;
  private static final int REGISTERS = 6;

  /// A way out of a block that has to count, or to leave the region, beside the code.
  private record Detour(int word, @Nullable Place to, int cost) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Detour detour
          && word == detour.word
          && cost == detour.cost
          && Objects.equals(to, detour.to);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * word + cost) + (to == null ? 0 : to.hashCode());
    }
  }

  private final Guest guest;
  private final Map<Place, BasicBlock> blocks;
  private final int memoryBytes;
  private final Invariants invariants;
  private final Map<Integer, Long> constants;
  private final Facts facts;
  private final Potentials potentials;
  private final BudgetChecks checks;
  private final Map<Place, Label> labels = new LinkedHashMap<>();
  private final Map<Detour, Label> detours = new LinkedHashMap<>();

  /// @param blocks the head first; not empty
  RegionWriter(
      Guest guest,
      Map<Place, BasicBlock> blocks,
      int memoryBytes,
      Invariants invariants,
      Map<Integer, Long> constants) {
    this.guest = guest;
    this.blocks = blocks;
    this.memoryBytes = memoryBytes;
    this.invariants = invariants;
    this.constants = constants;
    this.facts = new Facts(constants);
    this.potentials = new Potentials(blocks, guest.hits());
    this.checks = new BudgetChecks(blocks);
  }

  /// {@return the class file}
  byte[] write() {
    return ClassFile.of()
        .build(
            TYPE,
            type ->
                type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                    .withSuperclass(REGION)
                    .withField(MEMORY, Emitter.BYTES, CONSTANT)
                    .withField(DIRTY, Emitter.BYTES, CONSTANT)
                    .withMethodBody(
                        CLASS_INIT_NAME, MTD_void, ClassFile.ACC_STATIC, RegionWriter::initialise)
                    .withMethodBody(
                        INIT_NAME,
                        MTD_void,
                        0,
                        code -> code.aload(0).invokespecial(REGION, INIT_NAME, MTD_void).return_())
                    .withMethodBody(
                        "run",
                        MethodTypeDesc.of(CD_long, CD_long.arrayType()),
                        ClassFile.ACC_FINAL,
                        this::run));
  }

  private static void initialise(CodeBuilder code) {
    initialise(code, 0, MEMORY);
    initialise(code, 1, DIRTY);
    code.return_();
  }

  private static void initialise(CodeBuilder code, int at, String field) {
    code.invokestatic(CD_MethodHandles, "lookup", MethodTypeDesc.of(LOOKUP)).loadConstant(at);
    code.invokestatic(REGION, "data", MethodTypeDesc.of(Emitter.BYTES, LOOKUP, CD_int));
    code.putstatic(TYPE, field, Emitter.BYTES);
  }

  private void run(CodeBuilder code) {
    Emitter emitter = new Emitter(code, memoryBytes, INDEX, REGISTERS, facts);
    for (Place place : blocks.keySet()) {
      labels.put(place, code.newLabel());
    }
    code.aload(FRAME).loadConstant(Region.BUDGET).laload().l2i().istore(BUDGET);
    guards(code);
    BitSet used = invariants.used();
    for (int r = used.nextSetBit(0); r >= 0; r = used.nextSetBit(r + 1)) {
      if (!constants.containsKey(r)) {
        code.aload(FRAME).loadConstant(r).laload().lstore(emitter.local(r));
      }
    }
    Label leave = code.newLabel();
    chains(code, emitter, leave);
    for (Map.Entry<Detour, Label> detour : detours.entrySet()) {
      detour(code.labelBinding(detour.getValue()), detour.getKey(), leave);
    }
    code.labelBinding(leave).lstore(PC);
    BitSet written = invariants.written();
    for (int r = written.nextSetBit(0); r >= 0; r = written.nextSetBit(r + 1)) {
      code.aload(FRAME).loadConstant(r).lload(emitter.local(r)).lastore();
    }
    code.aload(FRAME).loadConstant(Region.BUDGET).iload(BUDGET).i2l().lastore();
    code.lload(PC).lreturn();
  }

  /// Leaves at once where a guessed constant is another one.
  private void guards(CodeBuilder code) {
    if (constants.isEmpty()) {
      return;
    }
    Label wrong = code.newLabel();
    Label right = code.newLabel();
    for (Map.Entry<Integer, Long> constant : constants.entrySet()) {
      code.aload(FRAME).loadConstant(constant.getKey().intValue()).laload();
      code.loadConstant(constant.getValue().longValue()).lcmp().ifne(wrong);
    }
    int head = blocks.keySet().iterator().next().word();
    code.goto_(right).labelBinding(wrong);
    code.aload(FRAME).loadConstant(Region.BUDGET).loadConstant(Region.WRONG_GUESS).lastore();
    code.loadConstant(pc(head)).lreturn().labelBinding(right);
  }

  /// Writes all blocks, each behind the one that goes on to it where that is possible.
  private void chains(CodeBuilder code, Emitter emitter, Label leave) {
    SequencedSet<Place> open = new LinkedHashSet<>(blocks.keySet());
    while (!open.isEmpty()) {
      Place place = open.getFirst();
      while (place != null && open.remove(place)) {
        BasicBlock block = Objects.requireNonNull(blocks.get(place));
        Place next = block.next() != null ? block.next() : block.taken();
        block(code, emitter, block, open, leave);
        place = next;
      }
    }
  }

  private void block(
      CodeBuilder code, Emitter emitter, BasicBlock block, SequencedSet<Place> open, Label leave) {
    Place place = block.place();
    code.labelBinding(Objects.requireNonNull(labels.get(place)));
    facts.forget();
    if (checks.isAt(place)) {
      code.iload(BUDGET).loadConstant(checks.need(place) + potentials.at(place));
      code.if_icmplt(detour(code, place.word(), null, potentials.at(place)));
    }
    int last = block.end() - 1;
    for (int word = place.word(); word < last; word++) {
      emitter.execute(guest.at(word), pc(word));
    }
    Instruction i = guest.at(last);
    if (guest.isBranch(last)) {
      emitter.branch(i, way(code, block, guest.target(last), block.taken()));
      go(code, block, block.end(), block.next(), open, leave);
    } else if (i.op() == Op.JAL) {
      emitter.put(i.rd(), pc(block.end()));
      go(code, block, guest.target(last), block.taken(), open, leave);
    } else if (i.op() == Op.JALR) {
      indirect(code, emitter, block, i, leave);
    } else {
      emitter.execute(i, pc(last));
      go(code, block, block.end(), block.next(), open, leave);
    }
  }

  /// A jump through a register. Where it should be the return of a call that the region followed, the return address is
  /// compared with what that call put there; if it is another one, the region is left.
  private void indirect(
      CodeBuilder code, Emitter emitter, BasicBlock block, Instruction i, Label leave) {
    emitter.get(i.rs1());
    Place back = block.taken();
    if (back != null && blocks.containsKey(back)) {
      Label elsewhere = code.newLabel();
      code.dup2().loadConstant(pc(back.word())).lcmp().ifne(elsewhere).pop2();
      code.goto_(way(code, block, back.word(), back));
      code.labelBinding(elsewhere);
    }
    if (i.imm() != 0) {
      code.loadConstant((long) i.imm()).ladd();
    }
    emitter.put(i.rd(), pc(block.end()));
    count(code, potentials.at(block.place()) + block.length());
    code.loadConstant(-4L).land().goto_(leave);
  }

  /// Goes on to a place, or out of the region to a word.
  private void go(
      CodeBuilder code,
      BasicBlock from,
      int word,
      @Nullable Place to,
      SequencedSet<Place> open,
      Label leave) {
    if (to != null && blocks.containsKey(to)) {
      count(code, potentials.cost(from, to));
      if (!open.contains(to)) {
        code.goto_(label(to));
      }
    } else {
      count(code, potentials.at(from.place()) + from.length());
      code.loadConstant(pc(word)).goto_(leave);
    }
  }

  /// {@return where to jump to go on to a place, or out of the region to a word}
  private Label way(CodeBuilder code, BasicBlock from, int word, @Nullable Place to) {
    if (to == null || !blocks.containsKey(to)) {
      return detour(code, word, null, potentials.at(from.place()) + from.length());
    }
    int cost = potentials.cost(from, to);
    return cost == 0 ? label(to) : detour(code, word, to, cost);
  }

  private Label detour(CodeBuilder code, int word, @Nullable Place to, int cost) {
    Detour detour = new Detour(word, to, cost);
    Label label = detours.get(detour);
    if (label == null) {
      label = code.newLabel();
      detours.put(detour, label);
    }
    return label;
  }

  private void detour(CodeBuilder code, Detour detour, Label leave) {
    count(code, detour.cost());
    if (detour.to() != null) {
      code.goto_(label(detour.to()));
    } else {
      code.loadConstant(pc(detour.word())).goto_(leave);
    }
  }

  private static void count(CodeBuilder code, int cost) {
    if (cost != 0) {
      code.iinc(BUDGET, -cost);
    }
  }

  private Label label(Place place) {
    return Objects.requireNonNull(labels.get(place));
  }

  private static long pc(int word) {
    return 4L * word;
  }
}
