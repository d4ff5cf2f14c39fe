package opml.llm.session;

import java.nio.file.Path;
import java.util.function.IntConsumer;
import opml.engine.plan.Team;
import opml.engine.run.KernelProvider;
import opml.engine.run.Residence;
import opml.llm.forward.CacheType;
import opml.llm.forward.SessionGraph;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.LanguageModel;
import org.jspecify.annotations.Nullable;

/// A model that is ready to read and write texts: its weights are in memory, as the kernels want them, or come into it.
/// Safe for many threads, each of which has a [Session] of its own.
public final class TextEngine {
  /// Tokens that a session takes at once unless it is told otherwise.
  public static final int ROWS = 128;

  private final LanguageModel model;
  private final Passes passes;
  private final int context;
  private final CacheType cacheType;
  private final Residence residence;
  private final Team team;
  private @Nullable VocabularyTable vocabulary;
  private @Nullable TokenTexts tokenTexts;

  private TextEngine(
      LanguageModel model,
      Passes passes,
      int context,
      CacheType cacheType,
      Residence residence,
      Team team) {
    this.model = model;
    this.passes = passes;
    this.context = context;
    this.cacheType = cacheType;
    this.residence = residence;
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
    return of(model, context, cacheType, rows, kernels, Residence.AT_ONCE, team, progress);
  }

  /// Makes a model ready.
  ///
  /// @param context tokens of a text, at most
  /// @param rows tokens that are taken at once, at most
  /// @param residence of weights, if there is room for them
  /// @param progress hears how many nodes of the model are ready
  /// @throws opml.core.codec.MalformedException if the file was changed meanwhile
  public static TextEngine of(
      LanguageModel model,
      int context,
      CacheType cacheType,
      int rows,
      KernelProvider kernels,
      Residence residence,
      Team team,
      IntConsumer progress) {
    SessionGraph session = SessionGraph.of(model, context, cacheType, rows);
    return new TextEngine(
        model,
        new Passes(session, kernels, residence, progress),
        context,
        cacheType,
        residence,
        team);
  }

  public LanguageModel model() {
    return model;
  }

  /// {@return a file for the sessions of this model; it need not be there yet} All weights are hashed for it.
  ///
  /// @throws IllegalStateException if weights come into memory by and by, and so may be others than those hashed
  public SessionFile file(Path path) {
    if (residence == Residence.WHEN_USED_AGAIN) {
      throw new IllegalStateException("what is kept is of weights that were read at once");
    }
    return new SessionFile(path, SessionFile.fingerprint(model, passes.session()), cacheType);
  }

  /// {@return a session with an empty text; to be closed}
  public Session open() {
    return new Session(batch());
  }

  /// {@return a batch without texts; to be closed}
  public TextBatch batch() {
    return new TextBatch(passes, context, team, this::vocabulary, this::tokenTexts);
  }

  /// {@return what embeds texts; to be closed}
  public Embedder embedder() {
    return new Embedder(model, open());
  }

  private synchronized VocabularyTable vocabulary() {
    VocabularyTable made = vocabulary;
    if (made == null) {
      made = VocabularyTable.of(model);
      vocabulary = made;
    }
    return made;
  }

  private synchronized TokenTexts tokenTexts() {
    TokenTexts made = tokenTexts;
    if (made == null) {
      made = new TokenTexts(vocabulary());
      tokenTexts = made;
    }
    return made;
  }
}
