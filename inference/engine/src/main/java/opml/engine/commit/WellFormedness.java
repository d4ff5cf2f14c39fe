package opml.engine.commit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
  private final List<? extends Function<Kernel, PinnedProgram>> editions;
  private final List<String> problems = new ArrayList<>();
  private final Map<Integer, Integer> depths = new HashMap<>();

  private WellFormedness(
      ModelPreimages model, List<? extends Function<Kernel, PinnedProgram>> editions) {
    this.model = model;
    this.editions = editions;
  }

  /// {@return what is wrong with the model; nothing if it is well-formed}
  ///
  /// @param editions programs of the kernels, any of which a node may have
  public static List<String> problems(
      ModelPreimages model, List<? extends Function<Kernel, PinnedProgram>> editions) {
    WellFormedness check = new WellFormedness(model, editions);
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
    List<Bytes32> hashes = new ArrayList<>();
    for (int i = 0; i < model.nodes().size(); i++) {
      byte[] encoded = model.nodes().get(i).descriptor();
      hashes.add(Keccak.hash(encoded));
      try {
        node("node " + i, NodeDescriptor.parse(encoded), model.nodes().get(i).fixed());
      } catch (MalformedException e) {
        problems.add("node " + i + ": " + e.getMessage());
      }
    }
    SparseTree tree = new SparseTree(descriptor.graphDepth());
    tree.setFirst(hashes);
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
    Optional<Known> known = known(node.codeRoot(), node.codeDepth());
    if (known.isEmpty()) {
      problems.add(name + ": its program is none of our kernels, no bound of its steps is known");
    } else {
      program(name, node, known.get().kernel(), known.get().program(), fixed);
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

  /// The fixed segment must be exactly what the kernel's program expects with operands at these places, and the step
  /// limit above its bound.
  private void program(
      String name, NodeDescriptor node, Kernel kernel, PinnedProgram program, byte[] fixed) {
    FixedSegment layout = FixedSegment.of(kernel);
    byte[] constants = program.constants();
    if (fixed.length != layout.size(constants.length)) {
      problems.add(name + ": the fixed segment is not as long as that of " + kernel);
      return;
    }
    Optional<Geometry> geometry = Geometry.ofAddresses(node.memDepth(), layout.addresses(fixed));
    if (geometry.isEmpty()) {
      problems.add(name + ": the addresses of the operands are not as a node's memory has them");
      return;
    }
    places(name, node, geometry.get());
    long[] scalars = layout.values(fixed);
    byte[] expected = layout.bytes(geometry.get(), scalars, constants);
    require(
        Arrays.equals(fixed, expected),
        name + ": stack, addresses or constants are not as " + kernel + " has them");
    require(
        geometry.get().holds(fixed.length, program.stackBytes()),
        name + ": the stack would reach the constants");
    long bound = program.bound().instructions(scalars);
    require(
        bound < node.steps(),
        name + ": " + kernel + " may take " + bound + " steps, the limit is 2^" + node.stepsLog2());
  }

  /// What the node reads and writes must be operands of the kernel, each at its own place.
  private void places(String name, NodeDescriptor node, Geometry geometry) {
    Map<Long, Integer> operands = new HashMap<>();
    long[] addresses = geometry.addresses();
    for (int j = 0; j < addresses.length; j++) {
      operands.put(addresses[j], geometry.depths().get(j));
    }
    Map<Long, Integer> read = new HashMap<>();
    for (Segment segment : node.segments()) {
      if (segment instanceof Segment.FromSlot(int depth, long _, int slot)) {
        read.put(segment.address(), slot);
        require(
            Objects.equals(operands.get(segment.address()), depth),
            name + ": slot " + slot + " is read where the kernel has no operand of depth " + depth);
      }
    }
    for (Output output : node.outputs()) {
      int slot = output.slot();
      require(
          Objects.equals(operands.get(output.address()), output.depth()),
          name
              + ": slot "
              + slot
              + " is written where the kernel has no operand of depth "
              + output.depth());
      require(
          read.getOrDefault(output.address(), slot) == slot,
          name + ": slot " + slot + " is written where another is read");
    }
  }

  private record Known(Kernel kernel, PinnedProgram program) {}

  private Optional<Known> known(Bytes32 codeRoot, int codeDepth) {
    return editions.stream()
        .flatMap(
            programs ->
                KernelCatalog.all().stream()
                    .map(kernel -> new Known(kernel, programs.apply(kernel))))
        .filter(known -> known.program().codeRoot().equals(codeRoot))
        .filter(known -> known.program().codeDepth() == codeDepth)
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
