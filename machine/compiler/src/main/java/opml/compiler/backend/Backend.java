package opml.compiler.backend;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import opml.compiler.ir.LoopTurns;
import opml.compiler.ir.Lower;
import opml.compiler.ir.MethodGraph;
import opml.compiler.ir.MethodRef;
import opml.compiler.program.CompiledProgram;
import opml.compiler.program.Symbol;
import opml.kernels.abi.FixedSegment;

/// Turns graphs into a program: methods are handed over callees first, the kernel last.
public final class Backend {
  private static final int MOST_STACK = 2040;

  private final Map<MethodRef, Compiled> compiled = new HashMap<>();
  private final List<MachineMethod> methods = new ArrayList<>();
  private final Map<MethodRef, LoopTurns> turns = new HashMap<>();

  /// Compiles a method that others call.
  public void method(MethodRef ref, int parameters, MethodGraph graph) {
    add(ref, parameters, graph, false);
  }

  /// Compiles the kernel and puts the program together.
  ///
  /// @param parameters how many the kernel has, segments included
  /// @param tables that lie behind them
  public CompiledProgram kernel(
      String name, MethodRef ref, int parameters, byte[] tables, MethodGraph graph) {
    add(ref, parameters, graph, true);
    int stackBytes = Compiled.of(compiled, ref).frameEnd();
    if (stackBytes > MOST_STACK) {
      throw new IllegalArgumentException(
          name
              + " needs "
              + stackBytes
              + " bytes of stack; at most "
              + MOST_STACK
              + " are in reach");
    }
    Constants constants = new Constants(FixedSegment.constants(parameters), tables);
    Assembler assembler = new Assembler(compiled, constants, ref);
    methods.reversed().forEach(assembler::add);
    List<Symbol> symbols = new ArrayList<>();
    int[] words = assembler.assemble(symbols);
    StepBounds bounds = new StepBounds();
    methods.forEach(method -> bounds.add(method, turnsOf(method), assembler::words));
    return new CompiledProgram(name, words, constants.bytes(), stackBytes, bounds.of(ref), symbols);
  }

  private void add(MethodRef ref, int parameters, MethodGraph graph, boolean isKernel) {
    turns.put(ref, new LoopTurns(graph));
    Lower.run(graph);
    MachineMethod method = Selector.select(graph, ref, isKernel, parameters, compiled);
    Allocator.allocate(method);
    compiled.put(ref, describe(method));
    methods.add(method);
  }

  private LoopTurns turnsOf(MachineMethod method) {
    return Objects.requireNonNull(turns.get(method.ref()));
  }

  private Compiled describe(MachineMethod method) {
    int clobbered = Registers.bit(Registers.LINK);
    int base = 0;
    for (MachineBlock block : method.blocks()) {
      for (MachineBlock.Line line : block.lines()) {
        if (line.instruction() instanceof MachineInstruction.Call call) {
          clobbered |= call.clobbered();
          base = Math.max(base, Compiled.of(compiled, call.callee()).frameEnd());
        } else if (line.instruction().target() > 0) {
          clobbered |= Registers.bit(line.instruction().target());
        }
      }
    }
    return new Compiled(clobbered, base, 8 * method.slots());
  }
}
