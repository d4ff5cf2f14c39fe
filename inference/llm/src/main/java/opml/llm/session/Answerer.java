package opml.llm.session;

import opml.engine.graph.Slot;
import opml.engine.plan.Team;
import opml.engine.run.KernelProvider;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.SessionGraph;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.LanguageModel;
import org.jspecify.annotations.Nullable;

/// A model that answers requests, on all cores: its weights are read when the first answer is wanted, and stay in
/// memory with the text of the last one. Safe for many threads, which are answered one after the other.
public final class Answerer implements AutoCloseable {
  private final LanguageModel language;
  private final TextLimits limits;
  private final KernelProvider kernels;
  private final VocabularyTable vocabulary;
  private final int room;
  private final Writer writer;
  private @Nullable Session session;

  public Answerer(LanguageModel language, TextLimits limits, KernelProvider kernels) {
    this.language = language;
    this.limits = limits;
    this.kernels = kernels;
    this.vocabulary = VocabularyTable.of(language);
    this.room = CheckGraph.answerBytes(limits, vocabulary);
    this.writer = new Writer(limits, vocabulary, room);
  }

  public VocabularyTable vocabulary() {
    return vocabulary;
  }

  /// {@return the bytes of an answer's tape}
  public int room() {
    return room;
  }

  /// {@return the bytes that its session takes besides the weights: keys and values of a text, above all}
  public long sessionBytes() {
    return SessionGraph.of(language, limits.context(), limits.cacheType(), rows())
        .graph()
        .slots()
        .stream()
        .filter(slot -> slot.initial().isEmpty())
        .mapToLong(Slot::bytes)
        .sum();
  }

  private int rows() {
    return Math.min(TextEngine.ROWS, limits.context());
  }

  /// {@return the tape of the answer to a request}
  ///
  /// @param request bytes of its slot
  /// @throws opml.core.codec.MalformedException if the model's file was changed meanwhile
  public synchronized byte[] answer(byte[] request) {
    return writer.answer(session(), request, _ -> {});
  }

  /// {@return the session that answers, which reads the weights if nothing has been answered yet} Whoever uses it may
  /// not have anything answered at the same time.
  ///
  /// @throws opml.core.codec.MalformedException if the model's file was changed meanwhile
  public synchronized Session session() {
    Session open = session;
    if (open == null) {
      TextEngine engine =
          TextEngine.of(
              language,
              limits.context(),
              limits.cacheType(),
              rows(),
              kernels,
              Team.shared(),
              _ -> {});
      open = engine.open();
      session = open;
    }
    return open;
  }

  @Override
  public synchronized void close() {
    if (session != null) {
      session.close();
      session = null;
    }
  }
}
