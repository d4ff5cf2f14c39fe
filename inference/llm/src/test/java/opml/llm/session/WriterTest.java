package opml.llm.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
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
import opml.llm.grammar.Grammar;
import opml.llm.grammar.TextWalk;
import opml.llm.model.LanguageModel;
import opml.llm.tape.DrySampling;
import opml.llm.tape.RandomGrammar;
import opml.llm.tape.RandomSampling;
import opml.llm.tape.Sampling;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a session says, what it takes for right, and what the graph does.
class WriterTest {
  private static final int CONTEXT = 70;

  private static final List<String> GRAMMARS =
      List.of(
          "root ::= [a-z]{3,9}",
          "root ::= \"yes\" | \"no\"",
          "root ::= \"[\" (root (\",\" root)*)? \"]\" | [0-9]",
          "root ::= .{2} \"é\"",
          "root ::= \"\"",
          "root ::= \"{\" [^}]* \"}\"");

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
        Sampling sampling = length == 1 ? Sampling.GREEDY : RandomSampling.of(random);
        byte[] request =
            new TextRequest(prompt, Math.min(40, CONTEXT - length), sampling).encode(limits);
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

  @Test
  void noOtherTokenPasses() throws IOException {
    random.setSeed(seed);
    LanguageModel model = TinyEngine.model(folder, "llama", ElementType.F32, seed);
    TextLimits limits = new TextLimits(CONTEXT, 40, CacheType.F16);
    VocabularyTable vocabulary = VocabularyTable.of(model);
    int room = CheckGraph.answerBytes(limits, vocabulary);
    Writer writer = new Writer(limits, vocabulary, room);
    Graph graph = CheckGraph.of(model, limits);
    Model known = Model.checking(graph, PinnedPrograms::of);
    try (Session session = TinyEngine.of(model, CONTEXT, CacheType.F16, 16, 1).open()) {
      for (int trial = 0; trial < 12; trial++) {
        Sampling sampling = RandomSampling.whole(random, 263);
        int[] prompt = random.ints(1 + random.nextInt(29), 3, 263).toArray();
        byte[] request = new TextRequest(prompt, 40, sampling).encode(limits);
        byte[] tape = writer.answer(session, request, _ -> {});
        TextAnswer answer = TextAnswer.read(tape).orElseThrow();
        int[] tokens = answer.tokens();
        int at = random.nextInt(tokens.length);
        tokens[at] = 3 + (tokens[at] - 3 + 1 + random.nextInt(259)) % 260;
        boolean ended = answer.reason() == Tape.ENDED && at < tokens.length - 1;
        byte[] other = TextAnswer.of(tokens, ended, vocabulary, room).encode(room);
        String what = "%s, token %d, seed %d".formatted(sampling, at, seed);
        assertThat(writer.isRight(session, request, tape)).as(what).isTrue();
        assertThat(end(known, graph, request, tape)).as(what).isEqualTo(GraphState.Status.DONE);
        assertThat(writer.isRight(session, request, other)).as(what).isFalse();
        assertThat(end(known, graph, request, other)).as(what).isEqualTo(GraphState.Status.FAILED);
      }
    }
  }

  @Test
  void aGrammarHoldsInSessionsAndInTheGraph() throws IOException {
    random.setSeed(seed);
    LanguageModel model = TinyEngine.model(folder, "llama", ElementType.F32, seed);
    TextLimits limits = new TextLimits(300, 40, CacheType.F16);
    VocabularyTable vocabulary = VocabularyTable.of(model);
    int room = CheckGraph.answerBytes(limits, vocabulary);
    Writer writer = new Writer(limits, vocabulary, room);
    Graph graph = CheckGraph.of(model, limits);
    Model known = Model.checking(graph, PinnedPrograms::of);
    int ended = 0;
    try (Session slow = TinyEngine.of(model, 300, CacheType.F16, 1, 1).open();
        Session fast = TinyEngine.of(model, 300, CacheType.F16, 33, 2).open()) {
      for (int trial = 0; trial < 10; trial++) {
        Grammar grammar =
            trial < 6 ? Grammar.ofGbnf(GRAMMARS.get(trial)) : RandomGrammar.of(random);
        Sampling sampling =
            (trial % 3 == 0 ? Sampling.GREEDY : RandomSampling.whole(random, 263))
                .withGrammar(grammar);
        int[] prompt = random.ints(1 + random.nextInt(40), 3, 263).toArray();
        byte[] request = new TextRequest(prompt, 35, sampling).encode(limits);
        String what = "%s, trial %d, seed %d".formatted(sampling, trial, seed);
        byte[] tape = writer.answer(slow, request, _ -> {});
        TextAnswer answer = TextAnswer.read(tape).orElseThrow();
        assertThat(writer.answer(fast, request, _ -> {})).as(what).isEqualTo(tape);
        assertThat(writer.isRight(fast, request, tape)).as(what).isTrue();
        assertThat(end(known, graph, request, tape)).as(what).isEqualTo(GraphState.Status.DONE);
        if (trial < 6 && answer.reason() == Tape.ENDED) {
          ended++;
          assertThat(TextWalk.accepts(grammar, new String(answer.text(), UTF_8)))
              .as("%s: %s", what, new String(answer.text(), UTF_8))
              .isTrue();
        }
        byte[] plain =
            new TextRequest(prompt, 35, sampling.withGrammar(Grammar.ANY)).encode(limits);
        byte[] other = writer.answer(fast, plain, _ -> {});
        boolean same = Arrays.equals(other, tape);
        assertThat(writer.isRight(slow, request, other)).as(what).isEqualTo(same);
        assertThat(end(known, graph, request, other))
            .as(what)
            .isEqualTo(same ? GraphState.Status.DONE : GraphState.Status.FAILED);
      }
    }
    assertThat(ended).as("seed %d", seed).isPositive();
  }

  @Test
  void whatRepeatsItselfIsPenalisedInSessionsAndInTheGraph() throws IOException {
    random.setSeed(seed);
    LanguageModel model = TinyEngine.model(folder, "llama", ElementType.F32, seed);
    TextLimits limits = new TextLimits(120, 40, CacheType.F16);
    VocabularyTable vocabulary = VocabularyTable.of(model);
    Writer writer = new Writer(limits, vocabulary, CheckGraph.answerBytes(limits, vocabulary));
    Graph graph = CheckGraph.of(model, limits);
    Model known = Model.checking(graph, PinnedPrograms::of);
    int others = 0;
    try (Session slow = TinyEngine.of(model, 120, CacheType.F16, 1, 1).open();
        Session fast = TinyEngine.of(model, 120, CacheType.F16, 33, 2).open()) {
      for (int trial = 0; trial < 12; trial++) {
        int[] prompt = random.ints(1 + random.nextInt(50), 3, 6 + random.nextInt(257)).toArray();
        Sampling sampling =
            Sampling.GREEDY
                .withDry(RandomSampling.dry(random))
                .withGrammar(trial % 4 == 0 ? Grammar.ofGbnf("root ::= [a-d]*") : Grammar.ANY);
        byte[] request = new TextRequest(prompt, 40, sampling).encode(limits);
        String what = "%s, trial %d, seed %d".formatted(sampling, trial, seed);
        byte[] tape = writer.answer(slow, request, _ -> {});
        assertThat(writer.answer(fast, request, _ -> {})).as(what).isEqualTo(tape);
        assertThat(writer.isRight(fast, request, tape)).as(what).isTrue();
        assertThat(end(known, graph, request, tape)).as(what).isEqualTo(GraphState.Status.DONE);
        byte[] plain =
            new TextRequest(prompt, 40, sampling.withDry(DrySampling.NONE)).encode(limits);
        byte[] other = writer.answer(fast, plain, _ -> {});
        others += Arrays.equals(other, tape) ? 0 : 1;
        assertThat(writer.isRight(slow, request, other))
            .as(what)
            .isEqualTo(Arrays.equals(other, tape));
      }
    }
    assertThat(others).as("seed %d", seed).isPositive();
  }

  @Test
  void anotherSeedIsAnotherAnswer() throws IOException {
    LanguageModel model = TinyEngine.model(folder, "llama", ElementType.F32, seed);
    TextLimits limits = new TextLimits(CONTEXT, 40, CacheType.F16);
    VocabularyTable vocabulary = VocabularyTable.of(model);
    Writer writer = new Writer(limits, vocabulary, CheckGraph.answerBytes(limits, vocabulary));
    try (Session session = TinyEngine.of(model, CONTEXT, CacheType.F16, 16, 1).open()) {
      Set<Bytes32> answers = new HashSet<>();
      for (int i = 0; i < 10; i++) {
        byte[] request = new TextRequest(new int[] {1, 9}, 40, Sampling.drawn(i)).encode(limits);
        byte[] tape = writer.answer(session, request, _ -> {});
        assertThat(writer.answer(session, request, _ -> {})).as("seed %d", seed).isEqualTo(tape);
        answers.add(Keccak.hash(tape));
      }
      // Some models of chance end most answers at once, so a few seeds may well draw the same.
      assertThat(answers).as("seed %d", seed).hasSizeGreaterThan(1);
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
