package opml.compiler.backend;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import opml.compiler.ir.Block;
import opml.compiler.ir.Immediates;
import opml.compiler.ir.MethodGraph;
import opml.compiler.ir.MethodRef;
import opml.compiler.ir.Node;
import opml.compiler.ir.NodeOp;
import opml.compiler.ir.Origin;
import opml.compiler.ir.Schedule;
import opml.compiler.ir.Terminator;
import org.jspecify.annotations.Nullable;

/// Chooses instructions for a scheduled graph and replaces its phis by copies at the ends of their predecessors.
final class Selector {
  private static final int FIRST_VIRTUAL = 32;

  private final Schedule schedule;
  private final boolean isKernel;
  private final Map<MethodRef, Compiled> callees;
  private final Map<Block, MachineBlock> blocks = new LinkedHashMap<>();
  private final Map<Node, Integer> registers = new HashMap<>();
  private final Map<Node, Map<Block, Integer>> constants = new HashMap<>();
  private int nextRegister = FIRST_VIRTUAL;
  private int link = MachineInstruction.NONE;
  private MachineBlock out;
  private Origin origin;

  private Selector(
      MethodGraph graph, MethodRef ref, boolean isKernel, Map<MethodRef, Compiled> callees) {
    this.schedule = new Schedule(graph);
    this.isKernel = isKernel;
    this.callees = callees;
    for (Block block : schedule.flow().order()) {
      blocks.put(
          block, new MachineBlock(blocks.size(), block.id(), schedule.flow().loopDepth(block)));
    }
    this.out = machine(graph.entry());
    this.origin = new Origin(ref, 0);
  }

  /// @param isKernel whether this is where the program starts and ends
  static MachineMethod select(
      MethodGraph graph,
      MethodRef ref,
      boolean isKernel,
      int parameters,
      Map<MethodRef, Compiled> callees) {
    Selector selector = new Selector(graph, ref, isKernel, callees);
    selector.run(parameters);
    return new MachineMethod(
        ref,
        new ArrayList<>(selector.blocks.values()),
        selector.nextRegister,
        isKernel ? 0 : Math.max(0, parameters - Registers.ARGUMENTS));
  }

  private void run(int parameters) {
    boolean calls =
        blocks.keySet().stream()
            .anyMatch(block -> block.effects().stream().anyMatch(n -> n.op() == NodeOp.CALL));
    if (isKernel) {
      emit(new MachineInstruction.Start());
    } else {
      if (calls) {
        link = nextRegister++;
        emit(new MachineInstruction.Move(link, Registers.LINK));
      }
      arguments(parameters);
    }
    for (Block block : blocks.keySet()) {
      out = machine(block);
      for (Node node : schedule.nodes(block)) {
        origin = node.origin();
        node(node, block);
      }
      origin = block.origin();
      copies(block);
      end(block);
    }
  }

  private MachineBlock machine(Block block) {
    MachineBlock found = blocks.get(block);
    if (found == null) {
      throw new IllegalStateException("no machine block for " + block);
    }
    return found;
  }

  private void emit(MachineInstruction instruction) {
    out.add(instruction, origin);
  }

  /// Takes over the arguments that are used.
  private void arguments(int parameters) {
    Map<Long, Node> used = new HashMap<>();
    for (Block block : blocks.keySet()) {
      block.phis().forEach(node -> collectArguments(node, used));
      schedule.nodes(block).forEach(node -> collectArguments(node, used));
      block.terminator().inputs().forEach(node -> note(node, used));
    }
    for (long i = 0; i < parameters; i++) {
      Node argument = used.get(i);
      if (argument == null) {
        continue;
      }
      int register = register(argument);
      emit(
          i < Registers.ARGUMENTS
              ? new MachineInstruction.Move(register, Registers.ARGUMENT + (int) i)
              : new MachineInstruction.Reload(
                  register, new MachineInstruction.Slot(null, (int) i - Registers.ARGUMENTS)));
    }
  }

  private static void collectArguments(Node node, Map<Long, Node> used) {
    node.inputs().forEach(input -> note(input, used));
  }

  private static void note(Node node, Map<Long, Node> used) {
    if (node.op() == NodeOp.ARGUMENT) {
      used.put(node.value(), node);
    }
  }

  private int register(Node node) {
    return registers.computeIfAbsent(node, _ -> nextRegister++);
  }

  /// {@return the register that holds an input at a use in `block`}
  private int source(Node node, Block block) {
    if (node.isConstant(0)) {
      return Registers.ZERO;
    }
    if (node.op() == NodeOp.CONSTANT || node.op() == NodeOp.FIXED) {
      Block home = schedule.homeFor(node, block);
      return constants
          .computeIfAbsent(node, _ -> new HashMap<>())
          .computeIfAbsent(home, _ -> nextRegister++);
    }
    return register(node);
  }

  private void node(Node node, Block block) {
    switch (node.op()) {
      case CONSTANT -> {
        if (node.value() != 0) {
          emit(new MachineInstruction.Constant(source(node, block), node.value()));
        }
      }
      case FIXED -> emit(new MachineInstruction.Fixed(source(node, block), node.value()));
      case CALL -> call(node, block);
      default -> {
        if (node.op().isLoad()) {
          int address = source(node.input(0), block);
          emit(new MachineInstruction.Load(node.op(), register(node), address, (int) node.value()));
        } else if (node.op().isStore()) {
          int address = source(node.input(0), block);
          int stored = source(node.input(1), block);
          emit(new MachineInstruction.Store(node.op(), address, stored, (int) node.value()));
        } else {
          operation(node, block);
        }
      }
    }
  }

  private void operation(Node node, Block block) {
    int left = source(node.input(0), block);
    Node right = node.input(1);
    if (right.isConstant()
        && Immediates.folds(node, 1, right.value())
        && hasImmediateForm(node.op())) {
      emit(new MachineInstruction.Immediate(node.op(), register(node), left, (int) right.value()));
    } else {
      emit(new MachineInstruction.Binary(node.op(), register(node), left, source(right, block)));
    }
  }

  private static boolean hasImmediateForm(NodeOp op) {
    return switch (op) {
      case ADD, ADDW, AND, OR, XOR, SLT, SLTU, SLL, SRL, SRA, SLLW, SRLW, SRAW -> true;
      default -> false;
    };
  }

  private void call(Node call, Block block) {
    Compiled callee = Compiled.of(callees, call.callee());
    int used = 0;
    for (int i = call.arity() - 1; i >= 0; i--) {
      Node argument = call.input(i);
      if (i < Registers.ARGUMENTS) {
        int register = Registers.ARGUMENT + i;
        copy(argument, register, block);
        used |= Registers.bit(register);
      } else {
        int from;
        if (argument.isConstant()
            && !argument.isConstant(0)
            && Immediates.isCheap(argument.value())) {
          from = nextRegister++;
          emit(new MachineInstruction.Constant(from, argument.value()));
        } else {
          from = source(argument, block);
        }
        emit(
            new MachineInstruction.Spill(
                from, new MachineInstruction.Slot(call.callee(), i - Registers.ARGUMENTS)));
      }
    }
    boolean returns = !call.callee().descriptor().endsWith("V");
    emit(new MachineInstruction.Call(call.callee(), used, callee.clobbered(), returns));
    if (returns) {
      emit(new MachineInstruction.Move(register(call), Registers.ARGUMENT));
    }
  }

  private void copy(Node from, int to, Block block) {
    if (from.isConstant() && (from.isConstant(0) || Immediates.isCheap(from.value()))) {
      emit(new MachineInstruction.Constant(to, from.value()));
    } else {
      emit(new MachineInstruction.Move(to, source(from, block)));
    }
  }

  /// The phis of the successor take their values all at once: a copy waits until nobody needs its target, and a cycle
  /// is opened by a spare register.
  private void copies(Block block) {
    if (!(block.terminator() instanceof Terminator.Jump(Block next)) || next.phis().isEmpty()) {
      return;
    }
    int edge = next.predecessors().indexOf(block);
    Map<Integer, Integer> moves = new LinkedHashMap<>();
    List<Node> loaded = new ArrayList<>();
    for (Node phi : next.phis()) {
      Node value = phi.input(edge);
      if (value.isConstant() && Immediates.folds(phi, edge, value.value())) {
        loaded.add(phi);
      } else if (source(value, block) != register(phi)) {
        moves.put(register(phi), source(value, block));
      }
    }
    while (!moves.isEmpty()) {
      Map.Entry<Integer, Integer> free =
          moves.entrySet().stream()
              .filter(move -> !moves.containsValue(move.getKey()))
              .findFirst()
              .orElse(null);
      if (free != null) {
        emit(new MachineInstruction.Move(free.getKey(), free.getValue()));
        moves.remove(free.getKey());
      } else {
        int first = moves.keySet().iterator().next();
        int spare = nextRegister++;
        emit(new MachineInstruction.Move(spare, first));
        moves.replaceAll((_, source) -> source == first ? spare : source);
      }
    }
    for (Node phi : loaded) {
      emit(new MachineInstruction.Constant(register(phi), phi.input(edge).value()));
    }
  }

  private void end(Block block) {
    switch (block.terminator()) {
      case Terminator.Jump(Block to) -> emit(new MachineInstruction.Jump(machine(to)));
      case Terminator.Branch b -> {
        int left = source(b.left().resolved(), block);
        int right = source(b.right().resolved(), block);
        emit(
            new MachineInstruction.Branch(
                b.condition(), left, right, machine(b.yes()), machine(b.no())));
      }
      case Terminator.Return(Node value) -> leave(value, block);
    }
  }

  private void leave(@Nullable Node value, Block block) {
    if (value != null) {
      Node result = value.resolved();
      if (result.isConstant()) {
        emit(new MachineInstruction.Constant(Registers.ARGUMENT, result.value()));
      } else {
        emit(new MachineInstruction.Move(Registers.ARGUMENT, source(result, block)));
      }
    }
    if (isKernel) {
      if (value == null) {
        emit(new MachineInstruction.Constant(Registers.ARGUMENT, 0));
      }
      emit(new MachineInstruction.Constant(Registers.SERVICE, 93));
      emit(new MachineInstruction.Exit());
      return;
    }
    if (link != MachineInstruction.NONE) {
      emit(new MachineInstruction.Move(Registers.LINK, link));
    }
    emit(new MachineInstruction.Return(value != null));
  }
}
