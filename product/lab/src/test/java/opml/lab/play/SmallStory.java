package opml.lab.play;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.plan.Team;
import opml.engine.run.KernelProvider;
import opml.kernels.catalog.PinnedPrograms;
import opml.llm.forward.CacheType;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.session.Session;
import opml.llm.session.TextEngine;
import opml.llm.session.Writer;
import opml.proof.Answers;
import opml.proof.GraphWorkshop;

/// A small language model of chance, with a vocabulary of letters, as a file and all that follows from it.
public final class SmallStory {
  private static final int WIDTH = 32;
  private static final int FEED_FORWARD = 64;
  private static final int LAYERS = 2;
  private static final int HEADS = 4;
  private static final int KV_HEADS = 2;
  private static final int VOCABULARY = 3 + 256 + 26;
  private static final int CONTEXT = 48;

  /// The token of the letter a; before it are three that are no text, and one for each byte.
  public static final int LETTERS = 3 + 256;

  /// Texts that need a second tile.
  public static final TextLimits LIMITS = new TextLimits(CONTEXT, 8, CacheType.F16);

  private final LanguageModel language;
  private final VocabularyTable vocabulary;
  private final Model model;
  private final Session session;
  private final Writer writer;

  private SmallStory(Path folder) {
    try {
      Path file = folder.resolve("small.bin");
      Files.write(file, weights(new Random(20260729)));
      Files.write(folder.resolve("tokenizer.bin"), tokenizer());
      language = LanguageModels.open(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    vocabulary = VocabularyTable.of(language);
    Graph graph = CheckGraph.of(language, LIMITS);
    model = Model.checking(graph, PinnedPrograms::of);
    session =
        TextEngine.of(
                language,
                CONTEXT,
                LIMITS.cacheType(),
                16,
                KernelProvider.reference(),
                new Team(1),
                _ -> {})
            .open();
    writer = new Writer(LIMITS, vocabulary, room());
  }

  /// {@return the model, written into a folder}
  public static SmallStory in(Path folder) {
    return new SmallStory(folder);
  }

  public Model model() {
    return model;
  }

  public VocabularyTable vocabulary() {
    return vocabulary;
  }

  /// {@return the bytes of an answer's tape}
  public int room() {
    return CheckGraph.answerBytes(LIMITS, vocabulary);
  }

  /// {@return the tape of the right answer}
  public synchronized byte[] answer(byte[] request) {
    return writer.answer(session, request, _ -> {});
  }

  /// {@return a workshop of somebody honest}
  public GraphWorkshop workshop() {
    GraphWorkshop workshop = new GraphWorkshop(List.of());
    workshop.add(model, Answers.leavingNothing((input, _) -> answer(input)));
    return workshop;
  }

  private static byte[] weights(Random random) {
    int kv = KV_HEADS * WIDTH / HEADS;
    int floats =
        VOCABULARY * WIDTH
            + LAYERS * (2 * WIDTH + 2 * WIDTH * WIDTH + 2 * kv * WIDTH + 3 * WIDTH * FEED_FORWARD)
            + WIDTH
            + CONTEXT * WIDTH / HEADS;
    ByteBuffer out = ByteBuffer.allocate(28 + 4 * floats).order(ByteOrder.LITTLE_ENDIAN);
    for (int number :
        new int[] {WIDTH, FEED_FORWARD, LAYERS, HEADS, KV_HEADS, VOCABULARY, CONTEXT}) {
      out.putInt(number);
    }
    while (out.hasRemaining()) {
      out.putFloat((float) random.nextGaussian() * 0.4f);
    }
    return bytes(out);
  }

  private static byte[] tokenizer() {
    ByteBuffer out = ByteBuffer.allocate(1 << 14).order(ByteOrder.LITTLE_ENDIAN).putInt(5);
    for (int id = 0; id < VOCABULARY; id++) {
      String piece =
          switch (id) {
            case 0 -> "<unk>";
            case 1 -> "\n<s>\n";
            case 2 -> "\n</s>\n";
            default ->
                id < LETTERS
                    ? "<0x%02X>".formatted(id - 3)
                    : String.valueOf((char) ('a' + id - LETTERS));
          };
      byte[] bytes = piece.getBytes(UTF_8);
      out.putFloat(-id).putInt(bytes.length).put(bytes);
    }
    return bytes(out.flip());
  }

  private static byte[] bytes(ByteBuffer buffer) {
    buffer.position(0);
    byte[] bytes = new byte[buffer.limit()];
    buffer.get(bytes);
    return bytes;
  }
}
