package opml.lab.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import opml.agent.Agent;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.engine.commit.GraphState;
import opml.engine.graph.GraphNode;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.trace.GraphExecution;
import opml.ethereum.devchain.AnvilBinary;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.move.GameStatus;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.kernels.memory.Mem;
import opml.kernels.transformer.GrammarTable;
import opml.kernels.transformer.SamplingHeader;
import opml.kernels.transformer.Tape;
import opml.lab.play.OnDevChain;
import opml.lab.play.Scene;
import opml.lab.play.SmallStory;
import opml.llm.grammar.Grammar;
import opml.llm.tape.DrySampling;
import opml.llm.tape.Sampling;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;
import opml.proof.Frames;
import opml.proof.GraphWork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// Answers of a language model before the real hub: a lie about anything in them is refuted by one instruction.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class LanguageModelOnChainTest extends OnDevChain {
  private static final int LIMIT = 6;

  /// Long enough that answers lie in the second tile of tokens.
  private static final int[] PROMPT =
      IntStream.range(0, 30).map(i -> SmallStory.LETTERS + i * 7 % 26).toArray();

  @TempDir static Path folder;

  private static final class Story {
    static final SmallStory SMALL = SmallStory.in(folder);
    static final byte[] REQUEST = new TextRequest(PROMPT, LIMIT).encode(SmallStory.LIMITS);
    static final byte[] RIGHT = SMALL.answer(REQUEST);

    /// By chance, with all samplers there are.
    static final byte[] SAMPLED =
        new TextRequest(
                PROMPT,
                LIMIT,
                Sampling.builder()
                    .seed(11)
                    .temperature(1.3f)
                    .topK(200)
                    .topP(0.98f)
                    .minP(0.001f)
                    .typical(0.99f)
                    .repeatLastN(64)
                    .repeatPenalty(1.1f)
                    .frequencyPenalty(0.1f)
                    .presencePenalty(0.1f)
                    .build())
            .encode(SmallStory.LIMITS);

    static final byte[] DRAWN = SMALL.answer(SAMPLED);

    /// What would be said again is penalised.
    static final byte[] REPEATED =
        new TextRequest(
                repeating(),
                LIMIT,
                Sampling.GREEDY.withDry(DrySampling.of(100, 1.75f, 2, -1, DrySampling.BREAKERS)))
            .encode(SmallStory.LIMITS);

    static final byte[] DRY = SMALL.answer(REPEATED);

    /// {@return a prompt of which the model would say again what stands behind the first four letters, as they are the
    /// last ones}
    private static int[] repeating() {
      int[] text = PROMPT.clone();
      for (int i = 0; i < 50 && first(text) != text[4]; i++) {
        text[4] = first(text);
      }
      assertThat(text[4]).as("what %s goes on with", Arrays.toString(text)).isEqualTo(first(text));
      return text;
    }

    private static int first(int... prompt) {
      byte[] tape = SMALL.answer(new TextRequest(prompt, 1).encode(SmallStory.LIMITS));
      return TextAnswer.read(tape).orElseThrow().tokens()[0];
    }

    /// Under a grammar.
    static final byte[] MASKED =
        new TextRequest(
                PROMPT,
                LIMIT,
                Sampling.GREEDY.withGrammar(Grammar.ofGbnf("root ::= [m-z] [a-l] [p-z]{3} [a-l]")))
            .encode(SmallStory.LIMITS);

    static final byte[] HELD = SMALL.answer(MASKED);
  }

  private final SmallStory story = Story.SMALL;
  private final Scene scene = Scene.set(dev, story.model(), story.workshop());
  private final List<Action.Move> moves = new ArrayList<>();

  @Test
  void anAnswerStandsAgainstAShamAndBecomesFinal() {
    RequestId request = scene.ask(Story.REQUEST);
    Server server = scene.server(2, this::hear);
    act(server);
    assertThat(scene.claims()).hasSize(1);
    act(scene.verifier(4, Journal.SILENT));
    assertThat(scene.games()).as("an honest verifier agrees").isEmpty();
    // Somebody says that the check of a choice fails, by another number in its logits.
    int logits = node("linear.f32", "logits of choices");
    Liar sham = new Liar(story.model(), new Lie.InElement(logits, 4), _ -> Story.RIGHT);
    play(scene.verifier(5, sham, this::hear), server);
    assertThat(scene.games())
        .singleElement()
        .satisfies(game -> assertThat(game.status()).isEqualTo(GameStatus.SERVER_WON));
    scene.passWindow();
    server.tick();
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.FINAL);
    assertThat(scene.picture().requests().get(request).claims()).hasSize(1);
  }

  @Test
  void aClaimKnowsItsEndWithoutARunAndItsWayByOne() {
    var model = story.model();
    var claimed = story.workshop().work(model.id(), Story.REQUEST).orElseThrow();
    var ran = story.workshop().checkingWork(model, Story.REQUEST, Story.RIGHT);
    assertThat(claimed.result().status()).isEqualTo(ran.result().status());
    assertThat(claimed.result().finalState()).isEqualTo(ran.result().finalState());
    assertThat(claimed.result().output()).isEqualTo(ran.result().output());
    assertThat(claimed.claimEvidence()).isEqualTo(ran.claimEvidence());
    assertThat(claimed.openingEvidence()).isEqualTo(ran.openingEvidence());
    long length = ran.trace().length();
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20; i++) {
      long[] states = random.longs(5, 0, length + 1).sorted().toArray();
      assertThat(claimed.trace().at(states)).as("seed %d", seed).isEqualTo(ran.trace().at(states));
    }
  }

  @Test
  void aLieAboutOneToken() {
    byte[] lie = answer(tokens -> tokens[2] = tokens[2] == 265 ? 266 : 265);
    refuted(Story.REQUEST, lie, new Lie.InExit(node("check.choices", "check")));
  }

  @Test
  void aLieAboutASampledToken() {
    int[] tokens = TextAnswer.read(Story.DRAWN).orElseThrow().tokens();
    assertThat(tokens).isNotEqualTo(right().tokens());
    tokens[3] = tokens[3] == 265 ? 266 : 265;
    cheaplyRefuted(
        "another token than the one that was drawn",
        Story.SAMPLED,
        tape(tokens),
        new Lie.InExit(node("check.choices", "check")));
  }

  @Test
  void aLieAboutADraw() {
    int[] tokens = TextAnswer.read(Story.DRAWN).orElseThrow().tokens();
    // A byte's token, so that with another bit it is one, too.
    int at =
        IntStream.range(0, tokens.length)
            .filter(i -> tokens[i] >= 3 && tokens[i] < 256 && (tokens[i] ^ 0x40) > 2)
            .findFirst()
            .orElseThrow();
    Lie lie = new Lie.InByte(node("choose.sampled", "sample"), 4L * at);
    byte[] tape = following(Story.SAMPLED, Story.DRAWN, lie);
    assertThat(TextAnswer.read(tape).orElseThrow().tokens()[at]).isEqualTo(tokens[at] ^ 0x40);
    cheaplyRefuted("another draw than the seed's", Story.SAMPLED, tape, lie);
  }

  @Test
  void theMostLikelyAnswerIsNotTheOneOfASeed() {
    cheaplyRefuted(
        "the most likely tokens in place of drawn ones",
        Story.SAMPLED,
        Story.RIGHT,
        new Lie.InExit(node("check.choices", "check")));
  }

  @Test
  void aLieAboutATokenThatRepeatsASequence() {
    int[] tokens = TextAnswer.read(Story.DRY).orElseThrow().tokens();
    tokens[2] = tokens[2] == 265 ? 266 : 265;
    cheaplyRefuted(
        "another token than DRY leaves",
        Story.REPEATED,
        tape(tokens),
        new Lie.InExit(node("check.choices", "check")));
  }

  @Test
  void aLieAboutABreaker() {
    // A breaker is said to end where the text does, so that it repeats nothing.
    Lie lie = new Lie.InByte(node("dry.breaks", "breaks"), 8L * 29 + 7);
    byte[] tape = following(Story.REPEATED, Story.DRY, lie);
    assertThat(tape).isNotEqualTo(Story.DRY);
    cheaplyRefuted("a lie about a breaker", Story.REPEATED, tape, lie);
  }

  @Test
  void aTableOfSequencesWithoutRoomHasOneAnswer() {
    byte[] endless = Story.REPEATED.clone();
    endless[SamplingHeader.DRY + 2] = 1;
    assertThat(reason(endless)).isEqualTo(Tape.BAD_HEADER);
    refuted(endless, Story.DRY, begin());
  }

  @Test
  void aTokenThatTheGrammarForbids() {
    int[] tokens = TextAnswer.read(Story.HELD).orElseThrow().tokens();
    tokens[1] = SmallStory.LETTERS + 'z' - 'a';
    cheaplyRefuted(
        "a token that the grammar forbids",
        Story.MASKED,
        tape(tokens),
        new Lie.InExit(node("check.choices", "check")));
  }

  @Test
  void aLieAboutWhatTheGrammarForbids() {
    int first = TextAnswer.read(Story.HELD).orElseThrow().tokens()[0];
    Lie lie = new Lie.InByte(node("grammar.mask", "mask"), 4L * first + 3);
    byte[] tape = following(Story.MASKED, Story.HELD, lie);
    assertThat(tape).isNotEqualTo(Story.HELD);
    cheaplyRefuted("a lie about what the grammar forbids", Story.MASKED, tape, lie);
  }

  @Test
  void aLieAboutWhereTheTextIsInTheGrammar() {
    // The last choice's place becomes the one before it: other letters.
    Lie lie = new Lie.InByte(node("grammar.walk", "walk"), (long) LIMIT * GrammarTable.BYTES);
    byte[] tape = following(Story.MASKED, Story.HELD, lie);
    cheaplyRefuted("a lie about the place in the grammar", Story.MASKED, tape, lie);
  }

  @Test
  void aGrammarWithoutRoomHasOneAnswer() {
    byte[] endless = Story.MASKED.clone();
    endless[SamplingHeader.GRAMMAR + 2] = 1;
    assertThat(reason(endless)).isEqualTo(Tape.BAD_HEADER);
    refuted(endless, Story.HELD, begin());
  }

  @Test
  void aMalformedSamplingHasOneAnswer() {
    byte[] cold = Story.SAMPLED.clone();
    cold[SamplingHeader.TEMPERATURE + 3] = (byte) 0xff;
    assertThat(reason(cold)).isEqualTo(Tape.BAD_HEADER);
    refuted(cold, Story.DRAWN, begin());
  }

  @Test
  void aLieAboutALogit() {
    inElement("linear.f32", "logits of choices", 285 + 270);
  }

  @Test
  void aLieInAnEmbedding() {
    inElement("embed.f32", "tokens from 0", 3);
  }

  @Test
  void aLieInAProductWithAWeight() {
    inElement("linear.f32", "ffn_down of tokens from 0", 40);
  }

  @Test
  void aLieInAKey() {
    inByte("keep", "keep keys of tokens from 0", 3);
  }

  @Test
  void aLieInAValue() {
    inByte("keep", "keep values of tokens from 32", 33 * 16 + 3);
  }

  @Test
  void aLieInAQuery() {
    inElement("rotate", "rotated queries of tokens from 0", 29 * 32);
  }

  @Test
  void tooShortAndTooLongFail() {
    int[] tokens = right().tokens();
    byte[] early =
        TextAnswer.of(Arrays.copyOf(tokens, 3), false, story.vocabulary(), story.room())
            .encode(story.room());
    refuted(Story.REQUEST, early, begin());
  }

  @Test
  void tooLongFails() {
    int[] tokens = Arrays.copyOf(right().tokens(), LIMIT + 1);
    byte[] late =
        TextAnswer.of(tokens, false, story.vocabulary(), story.room()).encode(story.room());
    refuted(Story.REQUEST, late, begin());
  }

  @Test
  void garbageBehindTheAnswerFails() {
    byte[] garbage = Story.RIGHT.clone();
    garbage[garbage.length - 1] = 1;
    refuted(Story.REQUEST, garbage, begin());
  }

  @Test
  void anotherTextOfTheSameTokensFails() {
    byte[] other = Story.RIGHT.clone();
    other[Tape.ANSWER + 4 * LIMIT] ^= 1;
    refuted(Story.REQUEST, other, begin());
  }

  @Test
  void badInputHasOneAnswer() {
    byte[] unknown = Story.REQUEST.clone();
    unknown[Tape.HEADER + 5] = 9;
    byte[] header = Story.REQUEST.clone();
    header[Tape.HEADER - 1] = 1;
    assertThat(reason(unknown)).isEqualTo(Tape.BAD_TOKEN);
    assertThat(reason(header)).isEqualTo(Tape.BAD_HEADER);
    refuted(unknown, Story.RIGHT, begin());
  }

  @Test
  void aHostileHeaderWithAnInventedAnswer() {
    byte[] header = Story.REQUEST.clone();
    Arrays.fill(header, 0, 8, (byte) 0xff);
    refuted(header, Story.RIGHT, begin());
  }

  @Test
  void oneAnswerOfManyPasses() {
    long seed = System.nanoTime();
    var random = new SplittableRandom(seed);
    GraphRunner natives =
        GraphRunner.natively(
            story.model().graph(), KernelProvider.reference(), NodeRunner.unavailable());
    for (int i = 0; i < 40; i++) {
      byte[] tape = Story.RIGHT.clone();
      int at = random.nextInt(i % 2 == 0 ? 40 : tape.length);
      tape[at] ^= (byte) (1 << random.nextInt(8));
      GraphExecution check = GraphExecution.check(story.model(), Story.REQUEST, tape, natives);
      assertThat(check.finalState()).as("byte %d, seed %d", at, seed).isEqualTo(GraphState.FAILED);
    }
    assertThat(
            GraphExecution.check(story.model(), Story.REQUEST, Story.RIGHT, natives)
                .finalState()
                .status())
        .isEqualTo(GraphState.Status.DONE);
  }

  // ------------------------------------------------------------------ lies

  private static TextAnswer right() {
    return TextAnswer.read(Story.RIGHT).orElseThrow();
  }

  private int reason(byte[] request) {
    return ByteBuffer.wrap(story.answer(request))
        .order(ByteOrder.LITTLE_ENDIAN)
        .getInt(Tape.REASON);
  }

  private interface Change {
    void of(int[] tokens);
  }

  /// {@return the tape of the right answer with other tokens}
  private byte[] answer(Change change) {
    int[] tokens = right().tokens();
    change.of(tokens);
    return tape(tokens);
  }

  private byte[] tape(int... tokens) {
    return TextAnswer.of(tokens, false, story.vocabulary(), story.room()).encode(story.room());
  }

  private int node(String kernel, String name) {
    List<GraphNode> nodes = story.model().graph().nodes();
    return IntStream.range(0, nodes.size())
        .filter(i -> nodes.get(i).kernel().name().equals(kernel))
        .filter(i -> nodes.get(i).name().contains(name))
        .findFirst()
        .orElseThrow();
  }

  /// The first check fails, and he says that it does not.
  private Lie begin() {
    return new Lie.InExit(node("tape.begin", "tape"));
  }

  private void inElement(String kernel, String name, int element) {
    consistently(new Lie.InElement(node(kernel, name), element));
  }

  /// The higher byte of a half.
  private void inByte(String kernel, String name, long element) {
    consistently(new Lie.InByte(node(kernel, name), 2 * element + 1));
  }

  /// The liar claims what follows from his lie, and is refuted.
  private void consistently(Lie lie) {
    byte[] tape = following(Story.REQUEST, Story.RIGHT, lie);
    assertThat(tape).as("a lie that changes an answer").isNotEqualTo(Story.RIGHT);
    refuted(Story.REQUEST, tape, lie);
  }

  /// {@return the answer that follows from a lie}
  private byte[] following(byte[] request, byte[] right, Lie lie) {
    byte[] tape = right;
    for (int i = 0; i <= LIMIT; i++) {
      byte[] claimed = tape;
      Liar liar = new Liar(story.model(), lie, _ -> claimed);
      GraphWork work = (GraphWork) liar.work(request);
      if (work.result().status() == 1) {
        return tape;
      }
      tape = withTheChoiceThatFails(tape, work.frames());
    }
    throw new AssertionError("no answer follows from " + lie);
  }

  /// {@return the tape with what is chosen where a check of a choice fails}
  private byte[] withTheChoiceThatFails(byte[] tape, Frames frames) {
    long failed =
        LongStream.range(0, frames.length())
            .filter(step -> frames.stateAt(step + 1).equals(GraphState.FAILED))
            .findFirst()
            .orElseThrow();
    GraphNode check = story.model().graph().nodes().get((int) failed);
    assertThat(check.kernel().name()).isEqualTo("check.choices");
    var chosen = frames.at(failed).slot(check.inputs()[1]);
    int[] tokens = TextAnswer.read(tape).orElseThrow().tokens();
    for (int i = 0; i < tokens.length; i++) {
      if (tokens[i] != Mem.i32(chosen, 4L * i)) {
        tokens[i] = Mem.i32(chosen, 4L * i);
        break;
      }
    }
    return TextAnswer.of(tokens, false, story.vocabulary(), story.room()).encode(story.room());
  }

  /// The liar claims that this tape passes and defends it; an honest verifier proves him wrong.
  private void refuted(byte[] request, byte[] tape, Lie lie) {
    scene.ask(request);
    UnaryOperator<byte[]> claims = _ -> tape;
    Server liar = scene.server(3, new Liar(story.model(), lie, claims), this::hear);
    act(liar);
    assertThat(scene.claims()).hasSize(1);
    play(scene.verifier(4, this::hear), liar);
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.DEAD);
    assertThat(scene.games())
        .singleElement()
        .satisfies(game -> assertThat(game.status()).isEqualTo(GameStatus.CHALLENGER_WON));
    // To one instruction: the verifier executes it, or the liar, if it is his turn, cannot.
    assertThat(moves).hasAtLeastOneElementOfType(Action.Refine.class);
    assertThat(scene.games().getFirst().positions().getLast().length()).isLessThanOrEqualTo(16);
  }

  /// The same of an answer by chance, until all is paid; it costs no more than a chain has room for.
  private void cheaplyRefuted(String title, byte[] request, byte[] tape, Lie lie) {
    OneDispute dispute =
        OneDispute.ofAnswer(
            dev,
            story.workshop(),
            story.model(),
            request,
            new Liar(story.model(), lie, _ -> tape),
            title,
            Audience.SILENT);
    System.out.printf("%s: %,d gas, %d moves%n", title, dispute.gas(), dispute.moves());
    assertThat(dispute.gas()).isLessThanOrEqualTo(2_000_000);
    assertThat(dispute.moves()).isLessThanOrEqualTo(15);
  }

  /// Has somebody do what is to be done; who still computes is not silent.
  private static void act(Agent agent) {
    do {
      agent.tick();
    } while (agent.isBehind());
  }

  private void hear(Entry entry) {
    if (entry instanceof Entry.Moved moved) {
      moves.add(moved.move());
    }
  }

  /// Both play until the game is over; whoever is silent loses by time.
  private void play(Verifier challenger, Server server) {
    act(challenger);
    assertThat(scene.games()).hasSize(1);
    while (scene.games().getFirst().status() == GameStatus.RUNNING) {
      int before = moves.size();
      act(server);
      act(challenger);
      if (moves.size() == before) {
        scene.passAllowance();
      }
    }
  }
}
