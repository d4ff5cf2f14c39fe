package opml.llm.session;

import java.lang.foreign.MemorySegment;
import opml.engine.tensor.Tensor;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import opml.kernels.transformer.DrySequences;
import opml.llm.forward.VocabularyTable;
import org.jspecify.annotations.Nullable;

/// What the tokens of a text have of breakers, by the kernel that notes it in the graph that checks: of each token
/// once, and only while repeated sequences are penalised, so that other texts need no table of the vocabulary. For one
/// thread.
final class Breaks {
  private final TextBatch batch;
  private final MemorySegment request;
  private final MemorySegment history;
  private final MemorySegment noted;
  private final int vocabulary;
  private final MemorySegment control = Tensor.allocate(4L * Tile.CONTROL);
  private final MemorySegment room = Tensor.allocate(DrySequences.BYTE_SETS);

  /// What is known of tokens; nothing where nothing is asked for.
  private @Nullable VocabularyTable texts;

  private int count;

  /// @param noted 64 bits for each token of the history, to be written
  Breaks(
      TextBatch batch,
      MemorySegment request,
      MemorySegment history,
      MemorySegment noted,
      int vocabulary) {
    this.batch = batch;
    this.request = request;
    this.history = history;
    this.noted = noted;
    this.vocabulary = vocabulary;
  }

  /// Begins anew, with what the request asks for now.
  void begin(boolean isAsked) {
    texts = isAsked ? batch.tokenTexts() : null;
    count = 0;
  }

  /// Forgets all but the first tokens.
  void cut(int kept) {
    count = Math.min(count, kept);
  }

  /// Notes what is not noted yet of so many tokens of the history.
  void note(int tokens) {
    VocabularyTable known = texts;
    if (known == null || count >= tokens) {
      return;
    }
    Mem.putI32(control, 4L * Tile.TOKENS, tokens - count);
    Mem.putI32(control, 4L * Tile.POSITION, count);
    DrySequences.dryBreaks(
        new Tile(control, Tile.TOKENS, 0, tokens - count),
        request,
        history,
        known.pieces().data(),
        known.ends().data(),
        noted,
        room,
        vocabulary,
        known.longest());
    count = tokens;
  }
}
