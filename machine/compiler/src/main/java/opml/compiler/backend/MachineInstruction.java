package opml.compiler.backend;

import opml.compiler.ir.Condition;
import opml.compiler.ir.MethodRef;
import opml.compiler.ir.NodeOp;
import org.jspecify.annotations.Nullable;

/// A machine instruction, or a short fixed sequence of them, over registers: 0 to 31 are the machine's own, higher
/// numbers stand for values that [Allocator] still has to place. -1 means none.
sealed interface MachineInstruction {
  int NONE = -1;

  /// {@return the register written, or -1}
  default int target() {
    return NONE;
  }

  /// {@return the registers read; -1 for none}
  default int[] sources() {
    return new int[0];
  }

  /// {@return the same with other registers}
  MachineInstruction with(int target, int[] sources);

  /// A register-register operation.
  record Binary(NodeOp op, int target, int left, int right) implements MachineInstruction {
    @Override
    public int[] sources() {
      return new int[] {left, right};
    }

    @Override
    public MachineInstruction with(int target, int[] s) {
      return new Binary(op, target, s[0], s[1]);
    }
  }

  /// An operation with a 12-bit immediate or a shift amount.
  record Immediate(NodeOp op, int target, int left, int value) implements MachineInstruction {
    @Override
    public int[] sources() {
      return new int[] {left};
    }

    @Override
    public MachineInstruction with(int target, int[] s) {
      return new Immediate(op, target, s[0], value);
    }
  }

  record Load(NodeOp op, int target, int address, int offset) implements MachineInstruction {
    @Override
    public int[] sources() {
      return new int[] {address};
    }

    @Override
    public MachineInstruction with(int target, int[] s) {
      return new Load(op, target, s[0], offset);
    }
  }

  record Store(NodeOp op, int address, int stored, int offset) implements MachineInstruction {
    @Override
    public int[] sources() {
      return new int[] {address, stored};
    }

    @Override
    public MachineInstruction with(int target, int[] s) {
      return new Store(op, s[0], s[1], offset);
    }
  }

  record Move(int target, int source) implements MachineInstruction {
    @Override
    public int[] sources() {
      return new int[] {source};
    }

    @Override
    public MachineInstruction with(int target, int[] s) {
      return new Move(target, s[0]);
    }
  }

  /// Any 64-bit constant, in one instruction or several, or from the program's constants.
  record Constant(int target, long value) implements MachineInstruction {
    @Override
    public MachineInstruction with(int target, int[] s) {
      return new Constant(target, value);
    }
  }

  /// The doubleword at an address of the fixed segment.
  record Fixed(int target, long address) implements MachineInstruction {
    @Override
    public MachineInstruction with(int target, int[] s) {
      return new Fixed(target, address);
    }
  }

  /// The doubleword at a place of the frame.
  record Reload(int target, Slot slot) implements MachineInstruction {
    @Override
    public MachineInstruction with(int target, int[] s) {
      return new Reload(target, slot);
    }
  }

  record Spill(int source, Slot slot) implements MachineInstruction {
    @Override
    public int[] sources() {
      return new int[] {source};
    }

    @Override
    public MachineInstruction with(int target, int[] s) {
      return new Spill(s[0], slot);
    }
  }

  /// Arguments are in registers and the callee's frame already; `used` are the registers.
  record Call(MethodRef callee, int used, int clobbered, boolean returns)
      implements MachineInstruction {
    @Override
    public MachineInstruction with(int target, int[] s) {
      return this;
    }
  }

  record Jump(MachineBlock to) implements MachineInstruction {
    @Override
    public MachineInstruction with(int target, int[] s) {
      return this;
    }
  }

  record Branch(Condition condition, int left, int right, MachineBlock yes, MachineBlock no)
      implements MachineInstruction {
    @Override
    public int[] sources() {
      return new int[] {left, right};
    }

    @Override
    public MachineInstruction with(int target, int[] s) {
      return new Branch(condition, s[0], s[1], yes, no);
    }
  }

  /// Back to the caller, the result in a0 if there is one.
  record Return(boolean hasValue) implements MachineInstruction {
    @Override
    public int[] sources() {
      return hasValue ? new int[] {Registers.LINK, Registers.ARGUMENT} : new int[] {Registers.LINK};
    }

    @Override
    public MachineInstruction with(int target, int[] s) {
      return this;
    }
  }

  /// The end of the program: ecall, with a0 and a7 set.
  record Exit() implements MachineInstruction {
    @Override
    public int[] sources() {
      return new int[] {Registers.ARGUMENT, Registers.SERVICE};
    }

    @Override
    public MachineInstruction with(int target, int[] s) {
      return this;
    }
  }

  /// The stack pointer for the whole run: the top of region 0 less what all frames need.
  record Start() implements MachineInstruction {
    @Override
    public MachineInstruction with(int target, int[] s) {
      return this;
    }
  }

  /// A doubleword of some method's frame: of `callee`'s where arguments are passed, else of the method's own.
  record Slot(@Nullable MethodRef callee, int index) {}
}
