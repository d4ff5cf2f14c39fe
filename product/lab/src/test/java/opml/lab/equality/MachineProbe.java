package opml.lab.equality;

import java.util.function.Function;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.vm.machine.Interpreter;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import opml.vm.state.ProgramDescriptor;
import opml.vm.step.StepProof;

/// Asks a machine, through types that every class loader shares: loaded beside mutants it asks those.
public final class MachineProbe implements Function<Object[], Bytes32> {
  /// {@return the poststate of (prestate, code root, code depth, memory depth, witness), 0 if it is refused; or the
  /// state after (code, memory depth, memory bytes, pc, registers, steps) in the interpreter}
  @Override
  public Bytes32 apply(Object[] question) {
    return question.length == 5 ? step(question) : run(question);
  }

  private static Bytes32 step(Object[] question) {
    ProgramDescriptor program =
        new ProgramDescriptor((Bytes32) question[1], (int) question[2], (int) question[3]);
    try {
      return StepProof.verify((Bytes32) question[0], program, (byte[]) question[4]).hash();
    } catch (MalformedException e) {
      return Bytes32.ZERO;
    }
  }

  private static Bytes32 run(Object[] question) {
    Program program = Program.of((byte[]) question[0], (int) question[1]);
    Memory memory = new Memory(MemoryImage.zero((int) question[1]));
    memory.write(0, (byte[]) question[2]);
    // So that pages are clean, and only what the program writes is hashed anew.
    memory.root();
    Interpreter machine =
        new Interpreter(program, memory, (long) question[3], (long[]) question[4]);
    machine.runTo((long) question[5]);
    return machine.state().hash();
  }
}
