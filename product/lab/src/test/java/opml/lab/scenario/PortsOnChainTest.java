package opml.lab.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.codec.ShortBuffer;
import opml.engine.commit.Model;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.ethereum.devchain.AnvilBinary;
import opml.game.claim.ClaimStatus;
import opml.game.move.Action;
import opml.game.move.GameStatus;
import opml.hub.HubReader;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.lab.play.OnDevChain;
import opml.lab.play.Scene;
import opml.lab.play.TestModels;
import opml.proof.NodeMachines;
import opml.twins.Twins;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A model of several inputs and outputs before the real hub, which knows one slot of either: claims, and disputes
/// about the nodes that unpack and pack them.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class PortsOnChainTest extends OnDevChain {
  private static final Model MODEL = TestModels.ports();

  private static final byte[] INPUT =
      input(new float[] {1, -2, 3.5f}, new float[] {2, -0.5f}, new byte[] {9, 8, 7, 6, 5});

  private final Scene scene = Scene.set(dev, MODEL);
  private final List<Action.Move> moves = new ArrayList<>();

  @Test
  void theOutputsByNameAreOnTheChain() {
    scene.ask(INPUT);
    Server server = scene.server(2, Journal.SILENT);
    server.tick();
    scene.verifier(3, Journal.SILENT).tick();
    assertThat(scene.games()).isEmpty();
    scene.passWindow();
    server.tick();
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.FINAL);
    HubReader reader = new HubReader(scene.deployment(), dev.chain());
    byte[] output = reader.output(List.copyOf(reader.read().claims().keySet()).getFirst());
    Map<String, Tensor> outputs =
        MODEL.graph().output().unpack(Tensor.ofBytes(ElementType.U8, Shape.of(44), output).data());
    // 1·1 - 2·3 + 3.5·5 = 12.5, and 1·2 - 2·4 + 3.5·6 = 15
    assertThat(outputs.get("y").floats()).containsExactly(25, -7.5f);
    assertThat(outputs.get("same").floats()).containsExactly(1, -2, 3.5f);
    assertThat(Arrays.copyOfRange(output, 8, 32)).as("between them").containsOnly(0);
  }

  static Stream<Lie> lies() {
    return Stream.of(
        new Lie.InElement(0, 1), // of x, while it is unpacked
        new Lie.InElement(4, 3), // of the packed bytes, when the first output comes into them
        new Lie.InElement(5, 34), // of the last output
        new Lie.InLastStep(5, 8 * 20 + 3)); // between the outputs
  }

  @ParameterizedTest
  @MethodSource("lies")
  void whoeverLiesAboutUnpackingOrPackingIsCaught(Lie lie) {
    scene.ask(INPUT);
    Server liar = scene.server(4, new Liar(MODEL, lie), this::hear);
    liar.tick();
    assertThat(scene.claims()).hasSize(1);
    Verifier verifier = scene.verifier(5, this::hear);
    verifier.tick();
    assertThat(scene.games()).hasSize(1);
    while (scene.games().getFirst().status() == GameStatus.RUNNING) {
      int before = moves.size();
      liar.tick();
      verifier.tick();
      if (moves.size() == before) {
        scene.passAllowance();
      }
    }
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.DEAD);
    assertThat(scene.games().getFirst().status()).isEqualTo(GameStatus.CHALLENGER_WON);
    assertThat(moves).hasAtLeastOneElementOfType(Action.Refine.class);
  }

  @Test
  void nativeReferenceAndMachineHaveTheSameBits() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    NodeMachines machines = new NodeMachines(MODEL);
    List<GraphRunner> runners =
        List.of(
            GraphRunner.by(MODEL.graph(), machines),
            GraphRunner.natively(MODEL.graph(), KernelProvider.reference(), machines),
            GraphRunner.natively(MODEL.graph(), Twins.provider(), machines));
    for (int round = 0; round < 5; round++) {
      byte[] input = new byte[Math.toIntExact(MODEL.descriptor().inputBytes())];
      random.nextBytes(input); // padding too
      List<GraphExecution> runs =
          runners.stream().map(runner -> GraphExecution.run(MODEL, input, runner)).toList();
      for (GraphExecution run : runs) {
        assertThat(run.finalState()).as("seed %d", seed).isEqualTo(runs.getFirst().finalState());
        assertThat(run.output()).isEqualTo(runs.getFirst().output());
        for (long i = 0; i <= run.length(); i++) {
          assertThat(run.state(i)).as("state %d", i).isEqualTo(runs.getFirst().state(i));
        }
      }
    }
  }

  private void hear(Entry entry) {
    if (entry instanceof Entry.Moved moved) {
      moves.add(moved.move());
    }
  }

  private static byte[] input(float[] x, float[] scale, byte[] note) {
    MemorySegment bytes =
        MODEL
            .graph()
            .input()
            .pack(
                Map.of(
                    "x", Tensor.ofFloats(Shape.of(1, 3), x),
                    "scale", Tensor.ofFloats(Shape.of(2), scale),
                    "note", Tensor.ofBytes(ElementType.U8, Shape.of(5), note)));
    return ShortBuffer.trim(bytes.toArray(ValueLayout.JAVA_BYTE));
  }
}
