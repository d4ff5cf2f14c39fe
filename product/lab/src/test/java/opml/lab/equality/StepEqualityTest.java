package opml.lab.equality;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.hub.contracts.Artifacts;
import opml.vm.isa.Op;
import opml.vm.step.StepProof;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// `Step.java` and the deployed `Step.sol` give the same poststate for the same witness.
///
/// `-Dopml.equality.steps=5000000` makes the random part as long as one likes; `-Dopml.equality.seed` repeats a run.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class StepEqualityTest {
  private static final int STEPS = Integer.getInteger("opml.equality.steps", 60_000);
  private static final int PIECE = 2048;

  private static DevChain chain;
  private static StepContract contract;

  private final long seed = Long.getLong("opml.equality.seed", System.nanoTime());

  @BeforeAll
  static void install() {
    Solc.assumeInstalled();
    chain = DevChain.start(DevChain.Options.DEFAULT);
    Map<String, String> sources =
        Map.of(
            "test/machine/StepBatch.sol", Solc.source("test/machine/StepBatch.sol"),
            "src/machine/IStep.sol", Solc.source("src/machine/IStep.sol"));
    contract =
        StepContract.install(
            chain,
            0,
            StepContract.deployed(chain, Artifacts.STEP.load().bytecode()),
            Solc.code(Solc.compile(sources), "test/machine/StepBatch.sol", "StepBatch"));
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
        RandomWords.CLASSES,
        (number, random) -> {
          StepOperands operands = new StepOperands(random);
          int word = new RandomWords(random).ofClass(number);
          return new StepMaker(random).make(word, 0, 0, operands.registers(), 0, random.nextInt(2));
        });
  }

  @Test
  void wordsBesideInstructionsGiveTheSamePoststate() {
    compare(
        16 * RandomWords.NEIGHBOURS,
        (number, random) -> {
          int word = new RandomWords(random).neighbour(number % RandomWords.NEIGHBOURS);
          long[] x = new StepOperands(random).registers();
          x[17] = number < 8 * RandomWords.NEIGHBOURS ? 93 : x[17];
          return new StepMaker(random).make(word, 0, 0, x, 0, random.nextInt(4));
        });
  }

  @Test
  void everyInstructionAtEveryPairOfCornersGivesTheSamePoststate() {
    List<Long> corners = StepOperands.CORNERS;
    int pairs = corners.size() * corners.size();
    Op[] ops = Op.values();
    compare(
        ops.length * pairs,
        (number, random) -> {
          int word = new RandomWords(random).instruction(ops[number / pairs]);
          long[] x = new StepOperands(random).registers();
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
          StepOperands operands = new StepOperands(random);
          int codeDepth = operands.depth(16);
          return new StepMaker(random)
              .make(
                  new RandomWords(random).any(),
                  operands.pc(codeDepth),
                  operands.exit(),
                  operands.registers(),
                  codeDepth,
                  operands.depth(32));
        });
  }

  /// Programs that go on for a while, in a machine with a whole memory behind it.
  @Test
  void randomProgramsGiveTheSameStates() {
    int programs = STEPS / 1000;
    int compared = 0;
    for (int number = 0; number < programs; number++) {
      List<StepCase> trace = new StepTrace(random(number)).steps(200);
      compared += trace.size();
      check(0, trace);
    }
    assertThat(compared).as("seed %d", seed).isGreaterThan(10 * programs);
    System.out.printf("%d steps of %d programs equal, seed %d%n", compared, programs, seed);
  }

  /// For both sides alike, a witness that is not the honest one is refused or gives the honest poststate.
  @Test
  void malleatedWitnessesNeverGiveAnotherPoststate() {
    int refused = 0;
    int unchanged = 0;
    for (int kind = 0; kind < Op.values().length + 2; kind++) {
      Random random = random(kind);
      List<StepCase> changed = Malleations.of(honest(kind, random), random);
      List<Bytes32> answers = contract.answers(changed);
      for (int i = 0; i < changed.size(); i++) {
        StepCase step = changed.get(i);
        boolean refusal = StepContract.refused(answers.get(i));
        if (!refusal) {
          assertThat(answers.get(i))
              .as("seed %d, %s", seed, step.name())
              .isEqualTo(step.poststate());
        }
        assertThat(replayed(step))
            .as("seed %d, replayed: %s", seed, step.name())
            .isEqualTo(refusal ? Bytes32.ZERO : step.poststate());
        refused += refusal ? 1 : 0;
        unchanged += refusal ? 0 : 1;
      }
    }
    assertThat(refused).as("seed %d", seed).isGreaterThan(10_000);
    assertThat(unchanged).as("seed %d", seed).isGreaterThan(100);
    System.out.printf("%d refused, %d unchanged, seed %d%n", refused, unchanged, seed);
  }

  /// Every instruction; then a machine that has halted, and one whose pc is outside.
  private static StepCase honest(int kind, Random random) {
    Op[] ops = Op.values();
    RandomWords words = new RandomWords(random);
    int word = kind < ops.length ? words.instruction(ops[kind]) : words.instruction();
    int codeDepth = 2 + random.nextInt(4);
    long pc = kind == ops.length ? 32L << codeDepth : 4L * random.nextInt(8 << codeDepth);
    long exit = kind == ops.length + 1 ? 1 : 0;
    long[] registers = new StepOperands(random).registers();
    return new StepMaker(random).make(word, pc, exit, registers, codeDepth, 3 + random.nextInt(9));
  }

  private static Bytes32 replayed(StepCase step) {
    try {
      return StepProof.verify(step.prestate(), step.program(), step.witness()).hash();
    } catch (MalformedException e) {
      return Bytes32.ZERO;
    }
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
    } catch (InterruptedException | ExecutionException e) {
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
        IntStream.range(from, to).mapToObj(number -> maker.make(number, random(number))).toList();
    check(from, steps);
  }

  private void check(int from, List<StepCase> steps) {
    List<Bytes32> answers = contract.answers(steps);
    for (int i = 0; i < steps.size(); i++) {
      StepCase step = steps.get(i);
      Bytes32 expected = step.poststate();
      // The message takes longer than the step.
      if (!answers.get(i).equals(expected) || !replayed(step).equals(expected)) {
        assertThat(List.of(answers.get(i), replayed(step)))
            .as("contract and replay, seed %d, step %d: %s", seed, from + i, step.name())
            .containsOnly(expected);
      }
    }
  }
}
