package opml.engine.commit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.PageHashes;
import opml.core.merkle.SparseTree;
import opml.core.merkle.ZeroHashes;
import opml.kernels.abi.FixedSegment;
import opml.kernels.abi.Geometry;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedProgram;

/// Judges a model by its preimages (`spec/protocol.md` §1.7). The contract does not: it
/// only has hashes. An agent that served or disputed an ill-formed model could lose a game that it plays
/// right, so agents refuse it.
///
/// Only kernels of our catalogue are admitted, since no other program has a bound of its steps, which is tested.
/// Scalars are taken as they are: what kernels take for granted of them is checked where models are imported,
/// so whoever has the model file should rather import it and compare identities.
public final class WellFormedness {
  private final ModelPreimages model;
  private final Function<Kernel, PinnedProgram> programs;
  private final List<String> problems = new ArrayList<>();
  private final Map<Integer, Integer> depths = new HashMap<>();

  private WellFormedness(ModelPreimages model, Function<Kernel, PinnedProgram> programs) {
    this.model = model;
    this.programs = programs;
  }

  /// {@return what is wrong with the model; nothing if it is well-formed}
  public static List<String> problems(
      ModelPreimages model, Function<Kernel, PinnedProgram> programs) {
    WellFormedness check = new WellFormedness(model, programs);
    check.run();
    return List.copyOf(check.problems);
  }

  private void run() {
    ModelDescriptor descriptor = model.model();
    if (model.nodes().size() != descriptor.nodeCount()
        || model.slots().size() > 1L << descriptor.slotDepth()) {
      problems.add(
          model.nodes().size()
              + " nodes and "
              + model.slots().size()
              + " slots are given, the model has "
              + descriptor.nodeCount()
              + " and at most 2^"
              + descriptor.slotDepth());
      return;
    }
    slots();
    nameSlot(descriptor.inputSlot(), descriptor.inputDepth(), "input");
    nameSlot(descriptor.outputSlot(), descriptor.outputDepth(), "output");
    require(
        !descriptor.outputGiven() || descriptor.inputSlot() != descriptor.outputSlot(),
        "slot " + descriptor.inputSlot() + " is both the input's and the given output's");
    SparseTree tree = new SparseTree(descriptor.graphDepth());
    for (int i = 0; i < model.nodes().size(); i++) {
      byte[] encoded = model.nodes().get(i).descriptor();
      tree.set(i, Keccak.hash(encoded));
      try {
        node("node " + i, NodeDescriptor.parse(encoded), model.nodes().get(i).fixed());
      } catch (MalformedException e) {
        problems.add("node " + i + ": " + e.getMessage());
      }
    }
    require(tree.root().equals(descriptor.graphRoot()), "the nodes do not hash to graphRoot");
  }

  private void slots() {
    SparseTree tree = new SparseTree(model.model().slotDepth());
    for (int i = 0; i < model.slots().size(); i++) {
      ModelPreimages.SlotPreimage slot = model.slots().get(i);
      long bytes = slot.initial().map(PageHashes::bytes).orElse(0L);
      if (slot.depth() < MerkleRoot.depthFor(bytes) || slot.depth() > 32) {
        problems.add("slot " + i + ": its initial value does not fit depth " + slot.depth());
        continue;
      }
      depths.put(i, slot.depth());
      tree.set(
          i,
          slot.initial()
              .map(hashes -> hashes.root(slot.depth()))
              .orElseGet(() -> ZeroHashes.at(slot.depth())));
    }
    require(
        tree.root().equals(model.model().initialSlotsRoot()),
        "the slots do not hash to initialSlotsRoot");
  }

  private void node(String name, NodeDescriptor node, byte[] fixed) {
    try {
      node.memoryRoot(slot -> ZeroHashes.at(1));
    } catch (IllegalArgumentException e) {
      problems.add(name + ": " + e.getMessage());
    }
    int fixedSegments = 0;
    for (Segment segment : node.segments()) {
      switch (segment) {
        case Segment.FromSlot from -> nameSlot(from.slot(), from.depth(), name);
        case Segment.Fixed constant -> {
          fixedSegments++;
          boolean known =
              constant.depth() >= MerkleRoot.depthFor(fixed.length)
                  && MerkleRoot.of(fixed, constant.depth()).equals(constant.root());
          require(
              known && constant.index() == 0, name + ": the fixed segment is not the given one");
        }
      }
    }
    require(fixedSegments == 1, name + ": " + fixedSegments + " fixed segments, not one");
    outputs(name, node);
    Optional<Kernel> kernel = kernel(node.codeRoot(), node.codeDepth());
    if (kernel.isEmpty()) {
      problems.add(name + ": its program is none of our kernels, no bound of its steps is known");
    } else {
      program(name, node, kernel.get(), fixed);
    }
  }

  private void outputs(String name, NodeDescriptor node) {
    Set<Integer> slots = new HashSet<>();
    List<Output> outputs = node.outputs();
    require(!outputs.isEmpty(), name + ": no output");
    for (int i = 0; i < outputs.size(); i++) {
      Output output = outputs.get(i);
      nameSlot(output.slot(), output.depth(), name);
      require(slots.add(output.slot()), name + ": slot " + output.slot() + " is written twice");
      require(
          !model.model().outputGiven() || output.slot() != model.model().outputSlot(),
          name + ": slot " + output.slot() + " holds the given output, and is written");
      for (Output other : outputs.subList(0, i)) {
        boolean apart =
            output.address() >= other.address() + (32L << other.depth())
                || other.address() >= output.address() + (32L << output.depth());
        require(apart, name + ": two outputs overlap");
      }
    }
  }

  /// The fixed segment must be exactly what the kernel's program expects at this size of memory, and the step
  /// limit above its bound.
  private void program(String name, NodeDescriptor node, Kernel kernel, byte[] fixed) {
    PinnedProgram program = programs.apply(kernel);
    FixedSegment layout = FixedSegment.of(kernel);
    byte[] constants = program.constants();
    Optional<Geometry> geometry = Geometry.ofMemory(node.memDepth());
    if (fixed.length != layout.size(constants.length) || geometry.isEmpty()) {
      problems.add(name + ": the fixed segment or the memory is not as " + kernel + " has it");
      return;
    }
    long[] scalars = layout.values(fixed);
    byte[] expected = layout.bytes(geometry.get(), scalars, constants);
    require(
        Arrays.equals(fixed, expected),
        name + ": stack, addresses or constants are not as " + kernel + " has them");
    require(
        fixed.length + program.stackBytes() <= geometry.get().regionBytes(),
        name + ": the stack would reach the constants");
    long bound = program.bound().instructions(scalars);
    require(
        bound < node.steps(),
        name + ": " + kernel + " may take " + bound + " steps, the limit is 2^" + node.stepsLog2());
  }

  private Optional<Kernel> kernel(Bytes32 codeRoot, int codeDepth) {
    return KernelCatalog.all().stream()
        .filter(kernel -> programs.apply(kernel).codeRoot().equals(codeRoot))
        .filter(kernel -> programs.apply(kernel).codeDepth() == codeDepth)
        .findFirst();
  }

  /// Every naming of a slot must have the depth of its initial value.
  private void nameSlot(long slot, int depth, String by) {
    Optional<Integer> known = Optional.ofNullable(depths.get((int) slot));
    if (known.isEmpty()) {
      problems.add(by + ": slot " + slot + " is not given");
    } else if (known.get() != depth) {
      problems.add(
          by
              + ": slot "
              + slot
              + " is read or written at depth "
              + depth
              + ", but has depth "
              + known.get());
    }
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      problems.add(problem);
    }
  }
}
