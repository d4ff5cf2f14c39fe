package opml.lab.scenario;

/// Where a liar's run departs from the truth. Everything behind that point is computed honestly from what it left, so
/// that the lie is consistent and has to be found.
public sealed interface Lie {
  /// An instruction of a node leaves another result: a bit of a register, or, if it stored something, of what it
  /// stored.
  ///
  /// @param node the step of level 0
  /// @param instruction the first step of level 1 to consider; one that does not matter to the output is passed over
  record InInstruction(int node, long instruction) implements Lie {}

  /// An element of a node's output is another one, from the instruction on that last wrote it.
  ///
  /// @param element the first one to consider; a zero is passed over
  record InElement(int node, int element) implements Lie {}

  /// A byte of a step's first output is another one: a byte that the step writes, from the instruction on that last
  /// wrote it; one that it leaves alone, from its last instruction on. In a model that loops, each step that finds the
  /// same as this one lies as it does.
  ///
  /// @param step of level 0
  /// @param offset of the byte in the output's slot
  record InByte(long step, long offset) implements Lie {}

  /// A bit of one of a step's outputs is another one: from the instruction on that last wrote its byte, or, if the step
  /// leaves that alone, from its last instruction on.
  ///
  /// @param step of level 0
  /// @param output which one, in the order of the node's descriptor
  /// @param bit of the output's slot
  record InBit(long step, int output, long bit) implements Lie {}

  /// A node whose program fails, which ends a check, exits as if it had found nothing wrong.
  ///
  /// @param node the step of level 0
  record InExit(int node) implements Lie {}

  /// The machine of a node changes after it has halted.
  record InPadding(int node) implements Lie {}

  /// A bit of a node's first output flips in the last step of its level, long after its machine halted.
  ///
  /// @param bit of the output; two such lies with different bits contradict each other
  record InLastStep(int node, int bit) implements Lie {}

  /// The state of the graph changes without anything that could be shown for it: the states from `node` on are no
  /// hashes of anything.
  record Nonsense(int node) implements Lie {}

  /// The whole run is that of another input.
  record OtherInput() implements Lie {}

  /// The whole run is that of other weights.
  record OtherWeights() implements Lie {}

  /// A node runs with another scalar parameter.
  record OtherParameter(int node) implements Lie {}
}
