package opml.receipt;

import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.SparseTree;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.commit.ModelDescriptor;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;

/// What receipts take of a language model's graph: its id, and the state in which a run ends that has found an answer
/// right. That follows from the roots of request and answer, since such a run leaves nothing else behind
/// ([opml.llm.forward.CheckGraph]); the graph itself is not kept.
///
/// Safe for many threads.
public final class ReceiptedModel {
  private final Bytes32 id;
  private final ModelDescriptor descriptor;
  private final SparseTree slots;
  private final TextLimits limits;
  private final VocabularyTable vocabulary;

  /// @param model the graph that checks the answers of a language model
  /// @param limits that it was made with
  /// @param vocabulary of the language model
  public ReceiptedModel(Model model, TextLimits limits, VocabularyTable vocabulary) {
    this.id = model.id();
    this.descriptor = model.descriptor();
    this.slots = model.initialSlots();
    this.limits = limits;
    this.vocabulary = vocabulary;
  }

  public Bytes32 id() {
    return id;
  }

  public TextLimits limits() {
    return limits;
  }

  public VocabularyTable vocabulary() {
    return vocabulary;
  }

  /// {@return the bytes of a request's slot}
  public int inputBytes() {
    return Math.toIntExact(descriptor.inputBytes());
  }

  /// {@return the bytes of an answer's slot}
  public int outputBytes() {
    return Math.toIntExact(descriptor.outputBytes());
  }

  /// {@return the root of a slot's bytes}; of the zeros at their end, which are most, nothing is hashed
  ///
  /// @param bytes of the slot, with or without the zeros at their end
  /// @param slotBytes how many the slot has
  public static Bytes32 root(byte[] bytes, int slotBytes) {
    return MerkleRoot.of(ShortBuffer.trim(bytes), MerkleRoot.depthFor(slotBytes));
  }

  /// {@return the state in which a run ends that has found an answer right}
  public synchronized Bytes32 finalState(Bytes32 inputRoot, Bytes32 outputRoot) {
    slots.set(descriptor.inputSlot(), inputRoot);
    slots.set(descriptor.outputSlot(), outputRoot);
    return new GraphState(GraphState.Status.DONE, slots.root()).commitment();
  }
}
