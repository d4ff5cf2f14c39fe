package opml.vm.vectors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.core.merkle.SparseTree;
import opml.vm.Asm;
import opml.vm.isa.Disassembler;
import opml.vm.isa.Op;
import opml.vm.state.MachineState;
import opml.vm.state.Program;
import opml.vm.state.ProgramDescriptor;
import opml.vm.state.Words;
import opml.vm.step.Opening;
import opml.vm.step.Step;

/// Makes the golden vectors of `spec/vectors/step.json`, always the same: single steps with their witnesses, witnesses
/// that must be refused, and a digest of what every class of encodings does.
final class StepVectors {
  /// Operands at which arithmetic goes wrong if it goes wrong.
  static final List<Long> CORNERS =
      List.of(
          0L,
          1L,
          -1L,
          Long.MIN_VALUE,
          Long.MAX_VALUE,
          0x8000_0000L,
          0x7fff_ffffL,
          0xffff_ffffL,
          -0x8000_0000L,
          0x1_0000_0000L,
          0x0123_4567_89ab_cdefL,
          0xfedc_ba98_7654_3210L,
          31L,
          32L,
          63L,
          64L);

  /// Operands of the digests: a, b and the operand fields of the word.
  private static final long[][] DIGEST_OPERANDS = {
    {0x0123_4567_89ab_cdefL, 0xfedc_ba98_7654_3210L},
    {Long.MIN_VALUE, -1},
    {0xffff_ffff_8000_0000L, 0}
  };

  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Vector(
      String name,
      ProgramDescriptor program,
      Bytes32 prestate,
      byte[] witness,
      Bytes32 poststate) {}

  @SuppressWarnings("ArrayRecordComponent")
  record Refused(
      String name, ProgramDescriptor program, Bytes32 prestate, byte[] witness, String error) {}

  private final Random random = new Random(20260101);
  private final List<Vector> vectors = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();

  static StepVectors make() {
    StepVectors all = new StepVectors();
    all.everyInstructionAtCorners();
    all.jumpsAndBranches();
    all.accessesOfEveryPlace();
    all.controlAndIllegal();
    all.pcAndHalts();
    all.refusedWitnesses();
    return all;
  }

  List<Vector> vectors() {
    return vectors;
  }

  List<Refused> refused() {
    return refused;
  }

  private void everyInstructionAtCorners() {
    for (Op op : Op.values()) {
      for (int i = 0; i < 5; i++) {
        long a = corner();
        long b = i == 0 && a != 0 ? 0 : corner();
        int word = Asm.word(op, 10, 11, 12, immediate(op));
        add(word, state -> {}, a, b, random.nextInt(12), random.nextInt(26));
      }
    }
    for (Op op : List.of(Op.DIV, Op.REM, Op.DIVW, Op.REMW, Op.MULH, Op.MULHSU)) {
      add(Asm.word(op, 10, 11, 12, 0), state -> {}, Long.MIN_VALUE, -1, 3, 5);
      add(Asm.word(op, 10, 11, 12, 0), state -> {}, -0x8000_0000L, -1, 3, 5);
      add(Asm.word(op, 10, 11, 12, 0), state -> {}, -7, 2, 3, 5);
    }
    // x0 is never written, and reads as 0; x31 is the last field of the state.
    add(Asm.word(Op.ADDI, 0, 11, 0, 5), state -> {}, 7, 7, 2, 2);
    add(Asm.word(Op.JAL, 0, 0, 0, 16), state -> {}, 7, 7, 2, 2);
    add(Asm.word(Op.LD, 0, 11, 0, 8), state -> {}, 7, 7, 2, 2);
    add(Asm.word(Op.ADD, 10, 0, 12, 0), state -> {}, 7, 9, 2, 2);
    add(Asm.word(Op.ADD, 31, 11, 0, 0), state -> {}, -2, 9, 2, 2);
    add(Asm.word(Op.SD, 0, 11, 0, 0), state -> {}, 64, 9, 2, 2);
  }

  private void jumpsAndBranches() {
    for (int imm : new int[] {-4096, -2, 2, 4, 4094, 6, 0}) {
      add(Asm.word(Op.BEQ, 0, 11, 12, imm), state -> {}, 5, 5, 4, 1);
    }
    for (int imm : new int[] {-(1 << 20), -2, 2, (1 << 20) - 2, 0}) {
      add(Asm.word(Op.JAL, 1, 0, 0, imm), state -> {}, 5, 5, 4, 1);
    }
    for (long target : new long[] {-1, 3, 2, 1L << 40, 64}) {
      add(Asm.word(Op.JALR, 11, 11, 0, -1), state -> {}, target, 5, 4, 1);
    }
  }

  private void accessesOfEveryPlace() {
    for (Op op :
        List.of(Op.LB, Op.LBU, Op.LH, Op.LHU, Op.LW, Op.LWU, Op.LD, Op.SB, Op.SH, Op.SW, Op.SD)) {
      for (int memDepth : new int[] {0, 1, 11, 25, 32}) {
        long address = random.nextLong();
        add(
            Asm.word(op, 10, 11, 12, random.nextInt(4096) - 2048),
            state -> {},
            address,
            random.nextLong(),
            1,
            memDepth);
      }
    }
    for (int place = 0; place < 32; place++) {
      add(Asm.word(Op.LB, 10, 11, 12, 0), state -> {}, place, 0, 0, 3);
      add(Asm.word(Op.SB, 10, 11, 12, 0), state -> {}, place, random.nextLong(), 0, 3);
    }
  }

  private void controlAndIllegal() {
    int ecall = Op.ECALL.match();
    for (long a7 : new long[] {93, 94, 0, 93 | 1L << 32, -93}) {
      add(ecall, x -> set(x, 17, a7, 10, 0x1234), 1, 2, 2, 2);
    }
    add(ecall, x -> set(x, 17, 93, 10, -1), 1, 2, 2, 2);
    add(ecall, x -> set(x, 17, 93, 10, 256), 1, 2, 2, 2);
    // EBREAK, URET, MRET, WFI, ECALL with fields, CSRRW, FENCE with fields, FENCE.I, PAUSE.
    for (int word :
        new int[] {
          0x00100073,
          0x00200073,
          0x30200073,
          0x10500073,
          0x000000f3,
          0x30001073,
          0x0ff0000f,
          0x0aa5858f,
          0x0000100f,
          0x0100000f,
          0x0000200f
        }) {
      add(word, state -> {}, 1, 2, 2, 2);
    }
    // Compressed, all ones, atomics, floats, reserved funct7 and shift amounts.
    for (int word :
        new int[] {
          0x00000001, 0x00004501, 0xffffffff, 0x1005a52f, 0x0005a507, 0x00a5a027, 0x02c5f553,
              0x04c58533, 0x40c59533,
          0x42c58533, 0x04059513, 0x0205951b, 0x4205d51b, 0x08059513, 0x4005951b, 0x02c5953b,
              0x02c5a53b, 0x0005f503,
          0x00c5c023, 0x00c5a063, 0x00c5b063, 0x00059567, 0x0000006b
        }) {
      add(word, state -> {}, 0x55, 3, 2, 2);
    }
  }

  private void pcAndHalts() {
    int addi = Asm.word(Op.ADDI, 10, 11, 0, 1);
    for (long pc : new long[] {1, 2, 3, 128, 1L << 21, -4, Long.MIN_VALUE, 126}) {
      addState("pc %d of 128 bytes".formatted(pc), program(addi, 2, 0, 1), pc, 0, registers(4, 5));
    }
    for (int codeDepth = 0; codeDepth <= 16; codeDepth += 4) {
      long last = (32L << codeDepth) - 4;
      addState(
          "last word of code depth " + codeDepth,
          program(addi, codeDepth, last, 1),
          last,
          0,
          registers(4, 5));
    }
    for (long exit :
        new long[] {
          MachineState.exited(0), MachineState.exited(255), MachineState.ILLEGAL, 1, -1
        }) {
      addState(
          "halted, exit 0x%x".formatted(exit), program(addi, 2, 0, 1), 0, exit, registers(4, 5));
    }
  }

  private void refusedWitnesses() {
    for (Op op : List.of(Op.ADD, Op.LW, Op.SD)) {
      refuse(op, make(Asm.word(op, 10, 11, 12, 24), x -> {}, 96, 12, 6, 9));
    }
    Vector halted = vectors.getLast();
    byte[] longer = Arrays.copyOf(halted.witness(), halted.witness().length + 1);
    refuse("halted, trailing byte", halted, longer, "WitnessTooLong");
    refuse(
        "halted, one byte short", halted, Arrays.copyOf(halted.witness(), 295), "WitnessTooShort");
    refuse("empty", halted, new byte[0], "WitnessTooShort");
  }

  private void refuse(Op op, Vector honest) {
    String name = op.name().toLowerCase(Locale.ROOT);
    byte[] witness = honest.witness();
    int memory = MachineState.BYTES + 40 + 32 * siblings(witness, MachineState.BYTES);
    refuse(name + ", flipped state", honest, flip(witness, 100), "StateMismatch");
    refuse(name + ", flipped code leaf", honest, flip(witness, MachineState.BYTES), "CodeMismatch");
    refuse(
        name + ", flipped code sibling",
        honest,
        flip(witness, MachineState.BYTES + 40),
        "CodeMismatch");
    refuse(
        name + ", code mask beyond the depth",
        honest,
        flip(witness, MachineState.BYTES + 32),
        "UnusedMaskBits");
    if (memory < witness.length) {
      refuse(name + ", flipped memory leaf", honest, flip(witness, memory), "MemoryMismatch");
      refuse(
          name + ", flipped memory sibling", honest, flip(witness, memory + 40), "MemoryMismatch");
      refuse(
          name + ", last sibling flipped",
          honest,
          flip(witness, witness.length - 1),
          "MemoryMismatch");
      byte[] mask = witness.clone();
      mask[memory + 38] ^= 2;
      refuse(name + ", memory mask beyond the depth", honest, mask, "UnusedMaskBits");
      refuse(name + ", no memory proof", honest, Arrays.copyOf(witness, memory), "WitnessTooShort");
    }
    int length = witness.length;
    refuse(name + ", trailing byte", honest, Arrays.copyOf(witness, length + 1), "WitnessTooLong");
    refuse(name + ", trailing word", honest, Arrays.copyOf(witness, length + 32), "WitnessTooLong");
    refuse(
        name + ", one byte short", honest, Arrays.copyOf(witness, length - 1), "WitnessTooShort");
    refuse(
        name + ", one sibling short",
        honest,
        Arrays.copyOf(witness, length - 32),
        "WitnessTooShort");
    refuse(
        name + ", state only",
        honest,
        Arrays.copyOf(witness, MachineState.BYTES),
        "WitnessTooShort");
  }

  private void refuse(String name, Vector honest, byte[] witness, String error) {
    refused.add(new Refused(name, honest.program(), honest.prestate(), witness, error));
  }

  private static byte[] flip(byte[] bytes, int at) {
    byte[] flipped = bytes.clone();
    flipped[at] ^= (byte) 0x80;
    return flipped;
  }

  private static int siblings(byte[] witness, int opening) {
    long mask = 0;
    for (int i = 0; i < 8; i++) {
      mask = mask << 8 | witness[opening + 32 + i] & 0xff;
    }
    return Long.bitCount(mask);
  }

  private void add(int word, Consumer<long[]> change, long a, long b, int codeDepth, int memDepth) {
    vectors.add(make(word, change, a, b, codeDepth, memDepth));
  }

  private Vector make(
      int word, Consumer<long[]> change, long a, long b, int codeDepth, int memDepth) {
    long pc = 4L * random.nextInt(8 << codeDepth);
    Program program = program(word, codeDepth, pc, memDepth);
    long[] x = registers(a, b);
    change.accept(x);
    return make(Disassembler.disassemble(pc, word), program, pc, MachineState.RUNNING, x);
  }

  private void addState(String name, Program program, long pc, long exit, long[] registers) {
    vectors.add(make(name, program, pc, exit, registers));
  }

  private Vector make(String name, Program program, long pc, long exit, long[] registers) {
    SparseTree memory = new SparseTree(program.memDepth());
    for (int i = 0; i < 6; i++) {
      memory.set(random.nextLong() >>> 1 & (1L << program.memDepth()) - 1, leaf());
    }
    MachineState prestate = new MachineState(memory.root(), pc, exit, registers);
    // Some leaf near what the instruction touches is there, some are not.
    SparseAccess dry = new SparseAccess(program, memory.copy(), prestate);
    Step.step(dry);
    List<Opening> openings = dry.proof().openings();
    if (openings.size() == 2) {
      long index = openings.getLast().proof().index();
      memory.set(index, leaf());
      if (program.memDepth() > 2) {
        memory.set(index ^ 1, leaf());
        memory.set(index ^ 4, leaf());
      }
      prestate = new MachineState(memory.root(), pc, exit, registers);
    }
    SparseAccess access = new SparseAccess(program, memory, prestate);
    Step.step(access);
    return new Vector(
        name,
        program.descriptor(),
        prestate.hash(),
        access.proof().encode(),
        access.poststate().hash());
  }

  /// A program with one word at pc, another one beside it, and more here and there.
  private Program program(int word, int codeDepth, long pc, int memDepth) {
    byte[] code = new byte[32 << codeDepth];
    for (int i = 0; i < 4; i++) {
      Words.INT.set(code, 4 * random.nextInt(code.length / 4), random.nextInt());
    }
    // The last word is there, so that the code tree has the depth asked for.
    Words.INT.set(code, code.length - 4, random.nextInt());
    Words.INT.set(code, (int) pc, word);
    return Program.of(code, memDepth);
  }

  private long[] registers(long a, long b) {
    long[] x = new long[MachineState.REGISTERS];
    for (int i = 1; i < x.length; i++) {
      x[i] = random.nextInt(3) == 0 ? random.nextLong() : 0;
    }
    x[11] = a;
    x[12] = b;
    return x;
  }

  private static void set(long[] x, int r, long value, int s, long other) {
    x[r] = value;
    x[s] = other;
  }

  private Bytes32 leaf() {
    return new Bytes32(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
  }

  private long corner() {
    return CORNERS.get(random.nextInt(CORNERS.size()));
  }

  private int immediate(Op op) {
    return switch (op.format()) {
      case IMMEDIATE, STORE -> random.nextInt(4096) - 2048;
      case SHIFT -> random.nextInt(64);
      case SHIFT_WORD -> random.nextInt(32);
      case BRANCH -> 2 * (random.nextInt(4096) - 2048);
      case UPPER -> random.nextInt() & 0xfffff000;
      case JUMP -> 2 * (random.nextInt(1 << 20) - (1 << 19));
      case REGISTER, HINT, FIXED -> 0;
    };
  }

  /// {@return for each of the 128 values of a word's low seven bits, the hash of all poststates of the words with that
  /// opcode, every funct3 and every funct7, at three pairs of operands}
  ///
  /// The machine is the smallest there is: one code leaf, which is the code root, one memory leaf, which is the memory
  /// root. rd is 10, rs1 is 11, rs2 is 12, a7 is 93; a and b are in x11 and x12.
  static List<Bytes32> digests() {
    List<Bytes32> digests = new ArrayList<>();
    for (int opcode = 0; opcode < 128; opcode++) {
      byte[] digest = new byte[32];
      // Words whose two low bits are not 11 are compressed ones: one each will do.
      int classes = (opcode & 3) == 3 ? 1024 : 1;
      for (int i = 0; i < classes; i++) {
        int word = opcode | 10 << 7 | (i & 7) << 12 | 11 << 15 | 12 << 20 | i >>> 3 << 25;
        for (long[] operands : DIGEST_OPERANDS) {
          byte[] next = Arrays.copyOf(digest, 64);
          single(word, operands[0], operands[1]).poststate().hash().copyTo(next, 32);
          digest = Keccak.hash(next).toArray();
        }
      }
      digests.add(Bytes32.of(digest));
    }
    return digests;
  }

  private static SparseAccess single(int word, long a, long b) {
    byte[] code = new byte[32];
    Words.INT.set(code, 0, word);
    SparseTree memory = new SparseTree(0);
    memory.set(
        0, Bytes32.ofHex("0x8081828384858687f8f9fafbfcfdfeff000102030405060788898a8b8c8d8e8f"));
    long[] x = new long[MachineState.REGISTERS];
    x[11] = a;
    x[12] = b;
    x[17] = 93;
    Program program = Program.of(code, 0);
    SparseAccess access =
        new SparseAccess(program, memory, new MachineState(memory.root(), 0, 0, x));
    Step.step(access);
    return access;
  }

  String json() {
    StringBuilder out = new StringBuilder();
    out.append("{\n  \"about\": \"Golden vectors of one machine step (spec/machine.md).");
    out.append(" Written by the module vm's StepVectorsTest.\",\n  \"steps\": [\n");
    for (int i = 0; i < vectors.size(); i++) {
      Vector v = vectors.get(i);
      open(out, v.name(), v.program(), v.prestate(), v.witness());
      close(out, v.poststate(), "");
      out.append(i < vectors.size() - 1 ? ",\n" : "\n");
    }
    out.append("  ],\n  \"refused\": [\n");
    for (int i = 0; i < refused.size(); i++) {
      Refused v = refused.get(i);
      open(out, v.name(), v.program(), v.prestate(), v.witness());
      close(out, Bytes32.ZERO, v.error());
      out.append(i < refused.size() - 1 ? ",\n" : "\n");
    }
    out.append("  ],\n  \"digests\": [\n");
    List<Bytes32> digests = digests();
    for (int i = 0; i < digests.size(); i++) {
      out.append("    \"").append(digests.get(i)).append('"');
      out.append(i < digests.size() - 1 ? ",\n" : "\n");
    }
    return out.append("  ]\n}\n").toString();
  }

  private static void open(
      StringBuilder out, String name, ProgramDescriptor program, Bytes32 prestate, byte[] witness) {
    out.append("    {\"name\": \"").append(name);
    out.append("\", \"codeRoot\": \"").append(program.codeRoot());
    out.append("\", \"codeDepth\": ").append(program.codeDepth());
    out.append(", \"memDepth\": ").append(program.memDepth());
    out.append(", \"prestate\": \"").append(prestate);
    out.append("\", \"witness\": \"0x").append(HexFormat.of().formatHex(witness)).append("\", ");
  }

  private static void close(StringBuilder out, Bytes32 poststate, String error) {
    out.append("\"poststate\": \"").append(poststate);
    out.append("\", \"error\": \"").append(error).append("\"}");
  }
}
