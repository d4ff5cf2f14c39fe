package opml.llm.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.trace.GraphExecution;
import opml.kernels.catalog.PinnedPrograms;
import opml.kernels.transformer.Tape;
import opml.llm.forward.CacheType;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.LanguageModel;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a session says, what it takes for right, and what the graph does.
class WriterTest {
  private static final int CONTEXT = 70;

  @TempDir Path folder;

  private final Random random = new Random();
  private final long seed = random.nextLong();

  @ParameterizedTest
  @CsvSource({
    "llama,F32,F16",
    "llama,Q8_0,F32",
    "qwen2,Q8_0,F16",
    "qwen2,F32,F32",
    "qwen3,Q8_0,F16"
  })
  void sessionsAndTheGraphAgreeOnTheOneAnswer(
      String family, ElementType matrices, CacheType cacheType) throws IOException {
    random.setSeed(seed);
    LanguageModel model = TinyEngine.model(folder, family, matrices, seed);
    TextLimits limits = new TextLimits(CONTEXT, 40, cacheType);
    VocabularyTable vocabulary = VocabularyTable.of(model);
    Writer writer = new Writer(limits, vocabulary, CheckGraph.answerBytes(limits, vocabulary));
    Graph graph = CheckGraph.of(model, limits);
    Model known = Model.checking(graph, PinnedPrograms::of);
    try (Session slow = TinyEngine.of(model, CONTEXT, cacheType, 1, 1).open();
        Session fast = TinyEngine.of(model, CONTEXT, cacheType, 33, 3).open()) {
      for (int length : new int[] {1, 31, 32, 33, CONTEXT - 1}) {
        int[] prompt = random.ints(length, 0, 263).toArray();
        byte[] request = new TextRequest(prompt, Math.min(40, CONTEXT - length)).encode(limits);
        byte[] tape = writer.answer(slow, request, _ -> {});
        assertThat(writer.answer(fast, request, _ -> {})).as("seed %d", seed).isEqualTo(tape);
        assertThat(writer.answer(fast, request, _ -> {})).as("asked again").isEqualTo(tape);
        assertThat(writer.isRight(slow, request, tape)).as("seed %d", seed).isTrue();
        assertThat(end(known, graph, request, tape)).isEqualTo(GraphState.Status.DONE);
        byte[] wrong = changed(tape);
        assertThat(writer.isRight(fast, request, wrong)).as("seed %d", seed).isFalse();
        assertThat(end(known, graph, request, wrong)).isEqualTo(GraphState.Status.FAILED);
        assertThat(writer.isRight(fast, request, tape)).as("after a wrong one").isTrue();
      }
      byte[] none = new TextRequest(new int[] {1}, 1).encode(limits);
      none[Tape.LIMIT] = 100;
      byte[] refusal = writer.answer(slow, none, _ -> {});
      assertThat(TextAnswer.read(refusal).orElseThrow().reason()).isEqualTo(Tape.BAD_HEADER);
      assertThat(writer.isRight(fast, none, refusal)).isTrue();
      assertThat(end(known, graph, none, refusal)).isEqualTo(GraphState.Status.DONE);
    }
  }

  /// {@return a tape with another last token}
  private byte[] changed(byte[] tape) {
    byte[] other = tape.clone();
    int count = TextAnswer.read(tape).orElseThrow().tokens().length;
    other[Tape.ANSWER + Integer.BYTES * (count - 1)] ^= (byte) (1 + random.nextInt(255));
    return other;
  }

  private static GraphState.Status end(Model model, Graph graph, byte[] request, byte[] tape) {
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    return GraphExecution.check(model, request, tape, runner).finalState().status();
  }
}
