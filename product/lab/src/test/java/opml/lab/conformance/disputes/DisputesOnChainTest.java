package opml.lab.conformance.disputes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import opml.ethereum.devchain.AnvilBinary;
import opml.formats.onnx.operator.Operators;
import opml.lab.play.OnDevChain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// Some operators of chance and a network, each disputed on a chain; `-Dopml.disputes=N` plays more operators, and
/// `opml conformance disputes` all.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class DisputesOnChainTest extends OnDevChain {
  private static final int OPERATORS = Integer.getInteger("opml.disputes", 6);

  @Test
  void whoeverLiesAboutANodesResultLosesToOneInstruction() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<DisputeSubject> operators =
        new ArrayList<>(Operators.all().stream().map(DisputeSubject::of).toList());
    Collections.shuffle(operators, random);
    List<DisputeSubject> networks = new ArrayList<>(DisputedNetworks.all());
    Collections.shuffle(networks, random);
    List<DisputeSubject> some =
        new ArrayList<>(operators.subList(0, Math.min(OPERATORS, operators.size())));
    some.add(networks.getFirst());
    List<DisputeResult> results =
        new DisputeConformance(dev, some.size(), seed).play(some, done -> {});
    assertThat(results)
        .as("seed %d", seed)
        .allSatisfy(
            result -> {
              assertThat(result.failures()).isEmpty();
              assertThat(result.instruction()).isNotNegative();
              assertThat(result.moves()).isGreaterThan(3);
            });
  }
}
