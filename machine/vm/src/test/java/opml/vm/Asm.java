package opml.vm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import opml.vm.isa.Op;

/// A small assembler for tests. It encodes from the manual's field layout, and shares no code with the decoder or with
/// [opml.vm.isa.Instruction#encode()]: it is what both are compared with.
public final class Asm {
  public static final int ZERO = 0;
  public static final int RA = 1;
  public static final int SP = 2;
  public static final int T0 = 5;
  public static final int T1 = 6;
  public static final int T2 = 7;
  public static final int A0 = 10;
  public static final int A1 = 11;
  public static final int A2 = 12;
  public static final int A3 = 13;
  public static final int A7 = 17;

  private final List<Integer> words = new ArrayList<>();
  private final Map<String, Integer> labels = new HashMap<>();
  private final List<Runnable> fixups = new ArrayList<>();

  /// {@return the word of an instruction}
  public static int word(Op op, int rd, int rs1, int rs2, int imm) {
    int base = op.match();
    return switch (op.format()) {
      case REGISTER -> base | rd << 7 | rs1 << 15 | rs2 << 20;
      case IMMEDIATE, SHIFT, SHIFT_WORD -> base | rd << 7 | rs1 << 15 | imm << 20;
      case STORE -> base | rs1 << 15 | rs2 << 20 | bits(imm, 11, 5) << 25 | bits(imm, 4, 0) << 7;
      case BRANCH ->
          base
              | rs1 << 15
              | rs2 << 20
              | bits(imm, 12, 12) << 31
              | bits(imm, 10, 5) << 25
              | bits(imm, 4, 1) << 8
              | bits(imm, 11, 11) << 7;
      case UPPER -> base | rd << 7 | imm & 0xfffff000;
      case JUMP ->
          base
              | rd << 7
              | bits(imm, 20, 20) << 31
              | bits(imm, 10, 1) << 21
              | bits(imm, 11, 11) << 20
              | bits(imm, 19, 12) << 12;
      case HINT, FIXED -> base;
    };
  }

  private static int bits(int value, int high, int low) {
    return value >>> low & (1 << (high - low + 1)) - 1;
  }

  public Asm raw(int word) {
    words.add(word);
    return this;
  }

  public Asm op(Op op, int rd, int rs1, int last) {
    return switch (op.format()) {
      case REGISTER -> raw(word(op, rd, rs1, last, 0));
      default -> raw(word(op, rd, rs1, 0, last));
    };
  }

  public Asm store(Op op, int value, int base, int offset) {
    return raw(word(op, 0, base, value, offset));
  }

  public Asm li(int rd, int value) {
    int low = value << 20 >> 20;
    return op(Op.LUI, rd, 0, value - low).op(Op.ADDIW, rd, rd, low);
  }

  public Asm label(String name) {
    labels.put(name, 4 * words.size());
    return this;
  }

  public Asm branch(Op op, int rs1, int rs2, String label) {
    return later(label, distance -> word(op, 0, rs1, rs2, distance));
  }

  public Asm jal(int rd, String label) {
    return later(label, distance -> word(Op.JAL, rd, 0, 0, distance));
  }

  /// Leaves with the code in a0.
  public Asm exit() {
    return op(Op.ADDI, A7, ZERO, 93).raw(Op.ECALL.match());
  }

  private Asm later(String label, IntUnaryOperator word) {
    int at = words.size();
    fixups.add(() -> words.set(at, word.applyAsInt(labels.get(label) - 4 * at)));
    return raw(0);
  }

  public byte[] bytes() {
    fixups.forEach(Runnable::run);
    fixups.clear();
    ByteBuffer buffer = ByteBuffer.allocate(4 * words.size()).order(ByteOrder.LITTLE_ENDIAN);
    words.forEach(buffer::putInt);
    return buffer.array();
  }
}
