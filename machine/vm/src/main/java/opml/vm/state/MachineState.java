package opml.vm.state;

import java.util.Arrays;
import opml.core.codec.ByteReader;
import opml.core.codec.ByteWriter;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;

/// A machine's whole state, its memory represented by the root. Any 296 bytes are the encoding of a state:
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 32 | memory root |
/// | 32 | 8 | pc |
/// | 40 | 8 | exit |
/// | 48 + 8(i-1) | 8 | register x_i, i = 1..31 |
///
/// numbers big-endian (`spec/machine.md` §1).
public final class MachineState {
  /// Bytes of an encoded state.
  public static final int BYTES = 296;

  /// Number of registers, x0 included.
  public static final int REGISTERS = 32;

  /// Exit of a machine that runs.
  public static final long RUNNING = 0;

  /// Exit of a machine that met an illegal instruction.
  public static final long ILLEGAL = 1L << 62;

  private final Bytes32 memRoot;
  private final long pc;
  private final long exit;
  private final long[] registers;

  /// A state with these registers, x0 first.
  ///
  /// @throws IllegalArgumentException unless there are 32 registers and x0 is 0
  public MachineState(Bytes32 memRoot, long pc, long exit, long[] registers) {
    if (registers.length != REGISTERS || registers[0] != 0) {
      throw new IllegalArgumentException("a machine has 32 registers, the first of them 0");
    }
    this.memRoot = memRoot;
    this.pc = pc;
    this.exit = exit;
    this.registers = registers.clone();
  }

  /// {@return the state in which a node's program starts: pc, exit and registers 0}
  public static MachineState initial(Bytes32 memRoot) {
    return new MachineState(memRoot, 0, RUNNING, new long[REGISTERS]);
  }

  /// {@return the exit of a machine that left by ecall 93 with this in a0; its low eight bits count}
  public static long exited(long a0) {
    return Long.MIN_VALUE | a0 & 0xff;
  }

  public Bytes32 memRoot() {
    return memRoot;
  }

  public long pc() {
    return pc;
  }

  /// {@return 0 while running, 2^62 after an illegal instruction, 2^63 + code after exit; any other value halts, too}
  public long exit() {
    return exit;
  }

  /// {@return the value of register 0 to 31}
  public long register(int number) {
    return registers[number];
  }

  /// {@return a copy of all registers, x0 first}
  public long[] registers() {
    return registers.clone();
  }

  public boolean halted() {
    return exit != RUNNING;
  }

  /// {@return whether the program left by ecall 93}
  public boolean hasExited() {
    return exit < 0 && (exit & Long.MAX_VALUE) <= 0xff;
  }

  /// {@return the exit code 0 to 255}
  ///
  /// @throws IllegalStateException unless the program left by ecall 93
  public int exitCode() {
    if (!hasExited()) {
      throw new IllegalStateException("the machine has not exited: " + this);
    }
    return (int) exit & 0xff;
  }

  /// {@return the 296 bytes}
  public byte[] encode() {
    ByteWriter out = new ByteWriter().bytes32(memRoot).u64(pc).u64(exit);
    for (int i = 1; i < REGISTERS; i++) {
      out.u64(registers[i]);
    }
    return out.toArray();
  }

  /// {@return the state that the next 296 bytes encode}
  public static MachineState read(ByteReader in) {
    Bytes32 memRoot = in.bytes32("memory root");
    long pc = in.u64("pc");
    long exit = in.u64("exit");
    long[] registers = new long[REGISTERS];
    for (int i = 1; i < REGISTERS; i++) {
      registers[i] = in.u64("register");
    }
    return new MachineState(memRoot, pc, exit, registers);
  }

  /// {@return the state that exactly these bytes encode}
  ///
  /// @throws opml.core.codec.MalformedException unless there are 296
  public static MachineState parse(byte[] bytes) {
    ByteReader in = new ByteReader("machine state", bytes);
    MachineState state = read(in);
    in.end();
    return state;
  }

  /// {@return the commitment: keccak-256 of the encoding}
  public Bytes32 hash() {
    return Keccak.hash(encode());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MachineState state
        && memRoot.equals(state.memRoot)
        && pc == state.pc
        && exit == state.exit
        && Arrays.equals(registers, state.registers);
  }

  @Override
  public int hashCode() {
    return 31 * memRoot.hashCode() + Arrays.hashCode(registers) + Long.hashCode(pc ^ exit);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("pc=0x%x exit=0x%x memRoot=%s".formatted(pc, exit, memRoot));
    for (int i = 1; i < REGISTERS; i++) {
      if (registers[i] != 0) {
        text.append(" x%d=0x%x".formatted(i, registers[i]));
      }
    }
    return text.toString();
  }
}
