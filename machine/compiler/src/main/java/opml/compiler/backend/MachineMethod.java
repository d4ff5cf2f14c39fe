package opml.compiler.backend;

import java.util.List;
import opml.compiler.ir.MethodRef;

/// A method in machine instructions, its blocks in the order in which they will lie.
final class MachineMethod {
  private final MethodRef ref;
  private final List<MachineBlock> blocks;
  private final int incomingSlots;
  private int registers;
  private int slots;

  /// @param registers one more than the highest register in use
  /// @param incomingSlots doublewords of the frame that callers fill with arguments
  MachineMethod(MethodRef ref, List<MachineBlock> blocks, int registers, int incomingSlots) {
    this.ref = ref;
    this.blocks = blocks;
    this.registers = registers;
    this.incomingSlots = incomingSlots;
    this.slots = incomingSlots;
  }

  MethodRef ref() {
    return ref;
  }

  List<MachineBlock> blocks() {
    return blocks;
  }

  int registers() {
    return registers;
  }

  int newRegister() {
    return registers++;
  }

  int incomingSlots() {
    return incomingSlots;
  }

  /// {@return the doublewords of the method's frame}
  int slots() {
    return slots;
  }

  int newSlot() {
    return slots++;
  }
}
