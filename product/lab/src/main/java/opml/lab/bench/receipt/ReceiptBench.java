package opml.lab.bench.receipt;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import opml.engine.commit.HashCache;
import opml.engine.commit.InitialHashes;
import opml.engine.commit.Model;
import opml.engine.plan.Team;
import opml.ethereum.key.Wallet;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.bench.BenchException;
import opml.llm.forward.CacheType;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.session.Session;
import opml.llm.session.TextEngine;
import opml.llm.session.Writer;
import opml.llm.tape.Sampling;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;
import opml.receipt.AnswerReceipt;
import opml.receipt.ReceiptCheck;
import opml.receipt.ReceiptJson;
import opml.receipt.ReceiptedModel;
import opml.receipt.Voucher;
import opml.twins.Twins;

/// Measures what a receipt adds to an answer, and how long it takes to compute an answer again beside giving it. Both
/// in this process, by turns.
public final class ReceiptBench {
  private static final int RECEIPTS = 1_000;
  private static final int CONTEXT = 1_024;

  private final ReceiptedModel model;
  private final Voucher voucher;
  private final Session session;
  private final int[] prompt;
  private final int tokens;
  private final Sampling sampling;

  private ReceiptBench(LanguageModel language, int tokens) {
    int context = Math.min(CONTEXT, language.hyperparameters().context());
    this.prompt =
        language
            .tokenizer()
            .map(tokenizer -> tokenizer.encode("Once upon a time", true, true))
            .orElse(new int[] {1});
    this.tokens = tokens;
    if (tokens < 1 || tokens > context - prompt.length) {
      throw new BenchException(
          "%d tokens: expected are 1 to %d".formatted(tokens, context - prompt.length));
    }
    TextLimits limits = new TextLimits(context, tokens, CacheType.F16);
    VocabularyTable vocabulary = VocabularyTable.of(language);
    Model graph =
        Model.checking(
            CheckGraph.of(language, limits),
            PinnedPrograms::of,
            slots -> HashCache.ofUser().of(slots, InitialHashes.Progress.NONE));
    this.model = new ReceiptedModel(graph, limits, vocabulary);
    this.voucher =
        new Voucher(
            model,
            Wallet.ofChance(),
            AnswerReceipt.NOWHERE,
            Duration.ofDays(1),
            InstantSource.system());
    this.sampling = Sampling.GREEDY.withBiases(withoutEnds(vocabulary));
    this.session =
        TextEngine.of(
                language,
                context,
                limits.cacheType(),
                Math.min(TextEngine.ROWS, context),
                Twins.provider(),
                Team.shared(),
                _ -> {})
            .open();
  }

  /// Has no answer end before it is as long as is asked for.
  private static SortedMap<Integer, Float> withoutEnds(VocabularyTable vocabulary) {
    SortedMap<Integer, Float> biases = new TreeMap<>();
    for (int token = 0; token < vocabulary.stops().shape().count(); token++) {
      if (vocabulary.stops().integer(token) != 0) {
        biases.put(token, -1e9f);
      }
    }
    return biases;
  }

  /// {@return what receipts of a model's answers cost}
  ///
  /// @param file of a language model
  /// @param tokens of an answer
  /// @param rounds answers that are given and checked, at least 1, besides one before
  /// @throws IOException if the file cannot be read
  /// @throws BenchException if the model's texts are shorter, or an answer of its own is not right
  public static ReceiptFigures run(Path file, int tokens, int rounds) throws IOException {
    ReceiptBench bench = new ReceiptBench(LanguageModels.open(file), tokens);
    try {
      return bench.run(rounds);
    } finally {
      bench.session.close();
    }
  }

  private ReceiptFigures run(int rounds) {
    double[] generated = new double[rounds];
    double[] checked = new double[rounds];
    int[] answer = new int[0];
    for (int round = -1; round < rounds; round++) {
      session.cut(0);
      long start = System.nanoTime();
      answer = answer();
      double giving = since(start);
      AnswerReceipt receipt = receipts(answer).getFirst();
      session.cut(0);
      start = System.nanoTime();
      requireTrue(new ReceiptCheck(receipt));
      double checking = since(start);
      if (round >= 0) {
        generated[round] = giving;
        checked[round] = checking;
      }
    }
    return new ReceiptFigures(
        answer.length, 1e3 * added(answer), median(generated), median(checked));
  }

  private int[] answer() {
    Writer writer = new Writer(model.limits(), model.vocabulary(), model.outputBytes());
    byte[] request = new TextRequest(prompt, tokens, sampling).encode(model.limits());
    byte[] tape = writer.answer(session, request, _ -> {});
    return TextAnswer.read(tape).orElseThrow().tokens();
  }

  private List<AnswerReceipt> receipts(int... answer) {
    return voucher.receipts(prompt, tokens, sampling, answer);
  }

  private void requireTrue(ReceiptCheck check) {
    boolean isTrue =
        check.flaws().isEmpty()
            && check.flaws(model).isEmpty()
            && check.wrongAnswer(model, session).isEmpty();
    if (!isTrue) {
      throw new BenchException("the receipt of an answer of the model's is wrong");
    }
  }

  /// {@return the seconds that a receipt takes, as it stands in an answer, in 99 of 100 cases at most}
  private double added(int... answer) {
    double[] seconds = new double[RECEIPTS];
    long bytes = 0;
    for (int i = -RECEIPTS; i < RECEIPTS; i++) {
      long start = System.nanoTime();
      ObjectNode object = new ObjectMapper().createObjectNode();
      ReceiptJson.put(object, receipts(answer));
      bytes += object.toString().length();
      if (i >= 0) {
        seconds[i] = since(start);
      }
    }
    if (bytes == 0) {
      throw new BenchException("receipts without a byte");
    }
    Arrays.sort(seconds);
    return seconds[RECEIPTS * 99 / 100];
  }

  private static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
