package opml.agent.equality;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import opml.agent.chain.ContractAbi;
import opml.agent.devchain.DevChain;
import opml.agent.devchain.TestChain;
import opml.core.hash.Bytes32;
import opml.vm.isa.Op;
import opml.vm.step.StepProof;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// `Step.java` and the deployed `Step.sol` give the same poststate for the same witness.
///
/// `-Dopml.equality.steps=5000000` makes the random part as long as one likes; `-Dopml.equality.seed` repeats a run.
class StepEqualityTest {
  private static final int STEPS = Integer.getInteger("opml.equality.steps", 60_000);
  private static final int PIECE = 2048;

  private static DevChain chain;
  private static StepContract contract;

  private final long seed = Long.getLong("opml.equality.seed", System.nanoTime());

  @BeforeAll
  static void install() {
    Solc.assumeInstalled();
    chain = TestChain.start();
    Map<String, String> sources =
        Map.of(
            "test/vm/StepBatch.sol", Solc.source("test/vm/StepBatch.sol"),
            "src/vm/IStep.sol", Solc.source("src/vm/IStep.sol"));
    contract =
        StepContract.install(
            chain,
            0,
            StepContract.deployed(chain, ContractAbi.load("Step").bytecode()),
            Solc.code(Solc.compile(sources), "test/vm/StepBatch.sol", "StepBatch"));
  }

  @AfterAll
  static void close() {
    if (chain != null) {
      chain.close();
    }
  }

  private interface Maker {
    StepCase make(int number, Random random);
  }

  @Test
  void everyEncodingClassGivesTheSamePoststate() {
    compare(
        Words.CLASSES,
        (number, random) -> {
          Operands operands = new Operands(random);
          int word = new Words(random).ofClass(number);
          return new StepMaker(random).make(word, 0, 0, operands.registers(), 0, random.nextInt(2));
        });
  }

  @Test
  void wordsBesideInstructionsGiveTheSamePoststate() {
    compare(
        16 * Words.NEIGHBOURS,
        (number, random) -> {
          int word = new Words(random).neighbour(number % Words.NEIGHBOURS);
          long[] x = new Operands(random).registers();
          x[17] = number < 8 * Words.NEIGHBOURS ? 93 : x[17];
          return new StepMaker(random).make(word, 0, 0, x, 0, random.nextInt(4));
        });
  }

  @Test
  void everyInstructionAtEveryPairOfCornersGivesTheSamePoststate() {
    List<Long> corners = Operands.CORNERS;
    int pairs = corners.size() * corners.size();
    Op[] ops = Op.values();
    compare(
        ops.length * pairs,
        (number, random) -> {
          int word = new Words(random).instruction(ops[number / pairs]);
          long[] x = new Operands(random).registers();
          x[word >>> 15 & 31] = corners.get(number % pairs / corners.size());
          x[word >>> 20 & 31] = corners.get(number % corners.size());
          x[0] = 0;
          return new StepMaker(random).make(word, 0, 0, x, 0, random.nextInt(4));
        });
  }

  @Test
  void randomStatesGiveTheSamePoststate() {
    compare(
        STEPS,
        (number, random) -> {
          Operands operands = new Operands(random);
          int codeDepth = operands.depth(16);
          return new StepMaker(random)
              .make(
                  new Words(random).any(),
                  operands.pc(codeDepth),
                  operands.exit(),
                  operands.registers(),
                  codeDepth,
                  operands.depth(32));
        });
  }

  /// Compares `count` steps, in pieces that two threads make and ask for.
  private void compare(int count, Maker maker) {
    long start = System.nanoTime();
    int pieces = (count + PIECE - 1) / PIECE;
    try (var pool = Executors.newFixedThreadPool(2)) {
      List<Future<?>> running = new ArrayList<>();
      for (int piece = 0; piece < pieces; piece++) {
        int from = piece * PIECE;
        int to = Math.min(count, from + PIECE);
        running.add(pool.submit(() -> comparePiece(from, to, maker)));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
      throw new AssertionError("seed " + seed, e);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "%d steps equal in %.1f s, %.0f a second, seed %d%n",
        count, seconds, count / seconds, seed);
  }

  /// Neighbouring seeds give neighbouring first numbers, unless they are mixed up before.
  private Random random(int number) {
    long z = (seed + number) * 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    return new Random(z ^ z >>> 27);
  }

  private void comparePiece(int from, int to, Maker maker) {
    List<StepCase> steps =
        IntStream.range(from, to)
            .mapToObj(number -> maker.make(number, random(number)))
            .toList();
    List<Bytes32> answers = contract.answers(steps);
    for (int i = 0; i < steps.size(); i++) {
      StepCase step = steps.get(i);
      if (!answers.get(i).equals(step.poststate())) {
        assertThat(answers.get(i))
            .as("seed %d, step %d: %s", seed, from + i, step.name())
            .isEqualTo(step.poststate());
      }
      Bytes32 replayed = StepProof.verify(step.prestate(), step.program(), step.witness()).hash();
      if (!replayed.equals(step.poststate())) {
        assertThat(replayed)
            .as("seed %d, step %d, replayed: %s", seed, from + i, step.name())
            .isEqualTo(step.poststate());
      }
    }
  }
}
