package opml.llm.session;

import java.util.function.IntConsumer;
import opml.engine.plan.Team;
import opml.engine.run.KernelProvider;
import opml.llm.forward.CacheType;
import opml.llm.forward.SessionGraph;
import opml.llm.model.LanguageModel;

/// A model that is ready to read and write texts: its weights are in memory, as the kernels want them. Safe for many
/// threads, each of which has a [Session] of its own.
public final class TextEngine {
  /// Tokens that a session takes at once unless it is told otherwise.
  public static final int ROWS = 128;

  private final LanguageModel model;
  private final Passes passes;
  private final int context;
  private final Team team;

  private TextEngine(LanguageModel model, Passes passes, int context, Team team) {
    this.model = model;
    this.passes = passes;
    this.context = context;
    this.team = team;
  }

  /// Reads a model's weights.
  ///
  /// @param context tokens of a text, at most
  /// @param rows tokens that are taken at once, at most
  /// @param progress hears how many nodes of the model are ready
  /// @throws opml.core.codec.MalformedException if the file was changed meanwhile
  public static TextEngine of(
      LanguageModel model,
      int context,
      CacheType cacheType,
      int rows,
      KernelProvider kernels,
      Team team,
      IntConsumer progress) {
    SessionGraph session = SessionGraph.of(model, context, cacheType, rows);
    return new TextEngine(model, new Passes(session, kernels, progress), context, team);
  }

  public LanguageModel model() {
    return model;
  }

  /// {@return a session with an empty text; to be closed}
  public Session open() {
    return new Session(passes, context, team);
  }
}
