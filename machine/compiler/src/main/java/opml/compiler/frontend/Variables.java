package opml.compiler.frontend;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import opml.compiler.frontend.Type.Kind;
import opml.compiler.ir.Block;
import opml.compiler.ir.MethodGraph;
import opml.compiler.ir.Node;

/// Local variables turned into static single assignment while the blocks are being filled (Braun and others, Simple
/// and Efficient Construction of Static Single Assignment Form, 2013).
final class Variables {
  /// A local variable or an operand stack entry that lives across blocks, of one inlined instance of a method. A slot
  /// that javac uses for two types is two variables.
  ///
  /// @param leaf which value of a [Type.Struct]
  record Variable(int frame, int slot, int leaf, Kind kind) {}

  private record Pending(Variable variable, Node phi) {}

  private final MethodGraph graph;
  private final Map<Block, Map<Variable, Node>> values = new HashMap<>();
  private final Map<Block, List<Pending>> pending = new HashMap<>();
  private final Set<Block> sealed = new HashSet<>();

  Variables(MethodGraph graph) {
    this.graph = graph;
  }

  void write(Variable variable, Block block, Node value) {
    values.computeIfAbsent(block, _ -> new HashMap<>()).put(variable, value);
  }

  Node read(Variable variable, Block block) {
    Node known = values.getOrDefault(block, Map.of()).get(variable);
    if (known != null) {
      return known.resolved();
    }
    Node value;
    if (!sealed.contains(block)) {
      value = graph.phi(block, variable.kind().isNarrow());
      pending.computeIfAbsent(block, _ -> new ArrayList<>()).add(new Pending(variable, value));
    } else if (block.predecessors().isEmpty()) {
      throw new IllegalStateException(variable + " is read but never written");
    } else if (block.predecessors().size() == 1) {
      value = read(variable, block.predecessors().getFirst());
    } else {
      Node phi = graph.phi(block, variable.kind().isNarrow());
      write(variable, block, phi);
      value = complete(variable, phi);
    }
    write(variable, block, value);
    return value;
  }

  /// Declares that a block's predecessors are all known and filled.
  void seal(Block block) {
    if (!sealed.add(block)) {
      return;
    }
    for (Pending open : pending.getOrDefault(block, List.of())) {
      complete(open.variable(), open.phi());
    }
    pending.remove(block);
  }

  private Node complete(Variable variable, Node phi) {
    Block block = phi.home();
    for (Block before : List.copyOf(block.predecessors())) {
      phi.addInput(read(variable, before));
    }
    Node only = phi;
    for (Node input : phi.inputs()) {
      if (input != phi && input != only) {
        if (only != phi) {
          return phi;
        }
        only = input;
      }
    }
    if (only != phi) {
      phi.replaceBy(only);
      block.phis().remove(phi);
    }
    return only;
  }
}
