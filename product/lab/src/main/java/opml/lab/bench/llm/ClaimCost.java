package opml.lab.bench.llm;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.engine.commit.Model;
import opml.engine.plan.GraphRunner;
import opml.engine.trace.GraphExecution;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.bench.BenchException;
import opml.llm.forward.CacheType;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.LanguageModel;
import opml.llm.session.Session;
import opml.llm.session.Writer;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;
import opml.proof.GraphWorkshop;

/// What a claim adds to the answer that it is of.
///
/// The last state of a checking run has the request, the answer and the weights in its slots and nothing else
/// (`CheckGraph`), so the claim's state follows from the answer without a run. That the game comes to the same state is
/// seen by running the graph once; the time of that is told, and is no part of the share.
final class ClaimCost {
  /// What is done, in this order.
  static final List<String> PARTS =
      List.of(
          "the answer as a tape", "the roots of request, answer and slots", "the answer's hash");

  /// Repeated, since a first time is HotSpot's.
  private static final int TIMES = 50;

  private final List<Double> seconds = new ArrayList<>();

  private ClaimCost() {}

  /// {@return seconds: of writing the answer, of the graph's run, of hashing the weights, and of each of the parts}
  static String measure(LanguageModel language, Session session, int count, int... prompt) {
    TextLimits limits = new TextLimits(session.context(), count, CacheType.F16);
    VocabularyTable vocabulary = VocabularyTable.of(language);
    int room = CheckGraph.answerBytes(limits, vocabulary);
    Writer writer = new Writer(limits, vocabulary, room);
    byte[] request = new TextRequest(prompt, count).encode(limits);
    session.cut(0);
    long start = System.nanoTime();
    byte[] tape = writer.answer(session, request, _ -> {});
    double written = since(start);
    Model model = Model.checking(CheckGraph.of(language, limits), PinnedPrograms::of);
    start = System.nanoTime();
    GraphRunner runner = GraphWorkshop.runner(model);
    model.id();
    double once = since(start);
    int[] tokens = TextAnswer.read(tape).orElseThrow().tokens();
    ClaimCost cost = new ClaimCost();
    Bytes32 claimed = Bytes32.ZERO;
    for (int i = 0; i < TIMES; i++) {
      cost.seconds.clear();
      claimed = cost.state(model, runner, vocabulary, room, request, tokens);
    }
    start = System.nanoTime();
    GraphExecution run = GraphExecution.check(model, request, tape, runner);
    double ran = since(start);
    if (!run.finalState().commitment().equals(claimed)) {
      throw new BenchException("the state of a claim is not the one that the graph ends in");
    }
    return written
        + " "
        + ran
        + " "
        + once
        + cost.seconds.stream().map(part -> " " + part).collect(Collectors.joining());
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private Bytes32 state(
      Model model,
      GraphRunner runner,
      VocabularyTable vocabulary,
      int room,
      byte[] request,
      int... tokens) {
    long start = System.nanoTime();
    byte[] tape = TextAnswer.of(tokens, false, vocabulary, room).encode(room);
    seconds.add(since(start));
    start = System.nanoTime();
    Bytes32 state =
        GraphExecution.passing(model, request, tape, runner, 0).finalState().commitment();
    seconds.add(since(start));
    start = System.nanoTime();
    Bytes32 hash = Keccak.hash(ShortBuffer.trim(tape));
    seconds.add(since(start));
    if (hash.equals(Bytes32.ZERO)) {
      throw new IllegalStateException("a hash of zeros");
    }
    return state;
  }
}
