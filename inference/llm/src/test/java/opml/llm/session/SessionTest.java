package opml.llm.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.Team;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.trace.GraphExecution;
import opml.kernels.catalog.PinnedPrograms;
import opml.llm.SharedFiles;
import opml.llm.forward.CacheType;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.model.TinyLlama;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Sessions against each other, and against the graph that checks what they write.
class SessionTest {
  private static final int CONTEXT = 70;

  @TempDir Path folder;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private LanguageModel tiny(String family, ElementType matrices) throws IOException {
    Path file = folder.resolve("tiny-%s-%s.gguf".formatted(family, matrices.label()));
    Files.write(file, TinyLlama.calm(family, matrices, random));
    return LanguageModels.open(file);
  }

  private static Session session(LanguageModel model, CacheType cache, int rows, int threads) {
    return TextEngine.of(
            model, CONTEXT, cache, rows, KernelProvider.reference(), new Team(threads), _ -> {})
        .open();
  }

  private int[] tokens(LanguageModel model, int count) {
    return random.ints(count, 0, model.hyperparameters().vocabulary()).toArray();
  }

  private static Bytes32 hash(Session session) {
    return Keccak.hash(session.logits().toArray(ValueLayout.JAVA_BYTE));
  }

  /// {@return what a session says behind each of some tokens}
  private static List<Bytes32> oneByOne(Session session, int[] tokens) {
    List<Bytes32> hashes = new ArrayList<>();
    for (int token : tokens) {
      session.take(token);
      hashes.add(hash(session));
    }
    return hashes;
  }

  static Stream<Arguments> models() {
    return Stream.of(
        Arguments.of("llama", ElementType.F32, CacheType.F32),
        Arguments.of("llama", ElementType.Q8_0, CacheType.F16),
        Arguments.of("qwen2", ElementType.Q4_0, CacheType.F16),
        Arguments.of("qwen3", ElementType.F16, CacheType.F16));
  }

  @ParameterizedTest
  @MethodSource("models")
  void theBitsDependOnNothingButTheText(String family, ElementType matrices, CacheType cache)
      throws IOException {
    LanguageModel model = tiny(family, matrices);
    int[] text = tokens(model, CONTEXT);
    List<Bytes32> expected;
    try (Session one = session(model, cache, 1, 1)) {
      expected = oneByOne(one, text);
    }
    assertThat(expected).as("seed %d", seed).doesNotHaveDuplicates();
    for (int rows : new int[] {2, 7, 64}) {
      try (Session other = session(model, cache, rows, 3)) {
        for (int trial = 0; trial < 6; trial++) {
          // Warm or cold, cut back anywhere, in pieces of any size.
          other.cut(random.nextInt(other.length() + 1));
          while (other.length() < text.length && (trial == 0 || random.nextInt(3) > 0)) {
            int count = 1 + random.nextInt(text.length - other.length());
            other.take(Arrays.copyOfRange(text, other.length(), other.length() + count));
            assertThat(hash(other))
                .as("%d tokens, %d at once, seed %d", other.length(), rows, seed)
                .isEqualTo(expected.get(other.length() - 1));
          }
        }
      }
    }
  }

  @Test
  void everyNodeOfACheckTakesFewerThanTwoToThe32Instructions() throws IOException {
    LanguageModel model = tiny("llama", ElementType.Q8_0);
    Graph graph = CheckGraph.of(model, new TextLimits(128, 64, CacheType.F16));
    assertThat(Model.checking(graph, PinnedPrograms::of).nodes())
        .allSatisfy(node -> assertThat(node.descriptor().stepsLog2()).isLessThanOrEqualTo(32));
  }

  @Test
  void hostileRequestsHaveOneAnswer() throws IOException {
    LanguageModel model = tiny("llama", ElementType.F32);
    TextLimits limits = new TextLimits(40, 8, CacheType.F16);
    VocabularyTable vocabulary = VocabularyTable.of(model);
    Graph graph = CheckGraph.of(model, limits);
    Model checked = Model.checking(graph, PinnedPrograms::of);
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    Writer writer = new Writer(limits, vocabulary, CheckGraph.answerBytes(limits, vocabulary));
    try (Session session = session(model, CacheType.F16, 8, 1)) {
      for (int trial = 0; trial < 200; trial++) {
        byte[] request = new TextRequest(tokens(model, 5), 3).encode(limits);
        int at = 4 * random.nextInt(24);
        int value = random.nextBoolean() ? random.nextInt(300) - 5 : random.nextInt();
        for (int i = 0; i < 4; i++) {
          request[at + i] = (byte) (value >> 8 * i);
        }
        byte[] tape = writer.answer(session, request, _ -> {});
        assertThat(GraphExecution.check(checked, request, tape, runner).finalState().status())
            .as("%d at %d, %s, seed %d", value, at, TextAnswer.read(tape), seed)
            .isEqualTo(GraphState.Status.DONE);
      }
    }
  }

  @Test
  void aSessionRefusesWhatIsNoText() throws IOException {
    LanguageModel model = tiny("llama", ElementType.F32);
    try (Session session = session(model, CacheType.F16, 8, 1)) {
      assertThatThrownBy(() -> session.take(model.hyperparameters().vocabulary()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is not in a vocabulary of 263");
      assertThatThrownBy(() -> session.take(new int[CONTEXT + 1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("71 tokens more");
      assertThatThrownBy(session::take).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> session.cut(1)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  /// The text that llama2.c writes with the same file.
  @Test
  void aRealModelWritesItsStory() throws IOException {
    LanguageModel model = LanguageModels.open(SharedFiles.require("llm/stories260K.bin"));
    String expected = Files.readString(SharedFiles.require("llm/stories260K.bin.greedy256.txt"));
    TextLimits limits = new TextLimits(256, 255, CacheType.F32);
    VocabularyTable vocabulary = VocabularyTable.of(model);
    Writer writer = new Writer(limits, vocabulary, CheckGraph.answerBytes(limits, vocabulary));
    try (Session session =
        TextEngine.of(
                model, 256, CacheType.F32, 32, KernelProvider.reference(), new Team(2), _ -> {})
            .open()) {
      byte[] tape =
          writer.answer(session, new TextRequest(new int[] {1}, 255).encode(limits), _ -> {});
      String text = new String(TextAnswer.read(tape).orElseThrow().text(), UTF_8);
      assertThat(text.strip()).isEqualTo(expected.strip().substring(0, text.strip().length()));
      assertThat(text.length()).isGreaterThan(expected.strip().length() - 3);
    }
  }
}
