package opml.agent.work;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import opml.compiler.CompiledProgram;
import opml.compiler.Programs;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Output;
import opml.engine.graph.Graph;
import opml.engine.graph.Operand;
import opml.engine.tensor.Tensor;
import opml.vm.machine.Interpreter;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.MemoryImage.Piece;
import opml.vm.state.Program;

/// Makes the machine that runs a node: its kernel's program, and its memory with the fixed segment at address 0 and the
/// operands at the starts of their regions (`spec/graph.md`).
public final class NodeMachines {
  private record Key(String kernel, int memDepth) {}

  private final Map<Key, Program> programs = new ConcurrentHashMap<>();

  /// {@return the machine before its first instruction}
  ///
  /// @param slots the bytes of the slots before the node
  public Interpreter machine(CommittedNode node, IntFunction<MemorySegment> slots) {
    return new Interpreter(program(node), image(node, slots));
  }

  /// {@return the program of a node, as the machine loads it}
  ///
  /// @throws IllegalStateException if this build's compiler does not give the pinned program
  public Program program(CommittedNode node) {
    CompiledProgram compiled = Programs.of(node.node().kernel());
    if (!compiled.codeRoot().equals(node.descriptor().codeRoot())) {
      throw new IllegalStateException(
          "kernel %s compiles to code root %s, pinned is %s: this build is broken"
              .formatted(
                  node.node().kernel().name(), compiled.codeRoot(), node.descriptor().codeRoot()));
    }
    Key key = new Key(node.node().kernel().name(), node.descriptor().memDepth());
    return programs.computeIfAbsent(key, k -> Program.of(compiled.code(), k.memDepth()));
  }

  /// {@return what the node does, by the machine}
  public NodeExecution.Outcome execute(Graph graph, CommittedNode node, Frames.Frame before) {
    Interpreter machine = machine(node, before::slot);
    machine.runTo(node.descriptor().steps());
    return outcome(graph, node, machine.state(), machine.memory());
  }

  /// {@return what the end of a run says that the node does}
  public static NodeExecution.Outcome outcome(
      Graph graph, CommittedNode node, MachineState end, Memory memory) {
    if (!end.hasExited() || end.exitCode() > 1) {
      return NodeExecution.Outcome.FAILED;
    }
    List<MemorySegment> outputs = new ArrayList<>();
    for (Output output : node.descriptor().outputs()) {
      long bytes = graph.slots().get(output.slot()).bytes();
      byte[] value = memory.read(output.index() << (5 + output.depth()), Math.toIntExact(bytes));
      outputs.add(Tensor.allocate(bytes).copyFrom(MemorySegment.ofArray(value)));
    }
    return new NodeExecution.Outcome(end.exitCode(), outputs);
  }

  private static MemoryImage image(CommittedNode node, IntFunction<MemorySegment> slots) {
    List<Piece> pieces = new ArrayList<>();
    pieces.add(Piece.of(0, node.fixed()));
    List<Operand> operands = node.node().operands();
    for (int j = 0; j < operands.size(); j++) {
      long address = node.geometry().address(j + 1);
      switch (operands.get(j)) {
        case Operand.Read read -> pieces.add(new Piece(address, slots.apply(read.slot())));
        case Operand.Update update -> pieces.add(new Piece(address, slots.apply(update.slot())));
        case Operand.Write _, Operand.Absent _ -> {
          // Found zeroed.
        }
      }
    }
    return new MemoryImage(node.descriptor().memDepth(), pieces);
  }
}
