package opml.cli.command.market;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import opml.cli.console.Console;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.Claim;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.hub.ClaimedOutput;
import opml.hub.Picture.SeenClaim;
import opml.hub.Requester.Answer;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class WaitingTest {
  private static final RequestId REQUEST = new RequestId(hash(7));

  @Command
  private static final class Waiter {
    @Mixin private Console console;
  }

  private final StringWriter out = new StringWriter();

  @Test
  void whoeverWaitsHearsThatAProvisionalResultFell() {
    SeenClaim wrong = claim(0);
    SeenClaim right = claim(1);
    assertThat(
            heard(
                new Answer.Waiting(),
                new Answer.Provisional(wrong),
                new Answer.Provisional(wrong),
                new Answer.Waiting(),
                new Answer.Provisional(right),
                new Answer.Final(right)))
        .containsExactly("provisional", fell(wrong), "provisional", "final");
    assertThat(heard(new Answer.Provisional(wrong), new Answer.Final(right)))
        .containsExactly("provisional", fell(wrong), "final");
    assertThat(heard(new Answer.Provisional(right), new Answer.Final(right)))
        .containsExactly("provisional", "final");
  }

  private static String fell(SeenClaim claim) {
    return "claim " + claim.id() + " does not stand any more";
  }

  private List<String> heard(Answer... answers) {
    Deque<Answer> left = new ArrayDeque<>(List.of(answers));
    Waiting.Look look =
        new Waiting.Look() {
          @Override
          public Answer at(RequestId id) {
            return left.removeFirst();
          }

          @Override
          public ClaimedOutput output(ClaimId id) {
            return new ClaimedOutput.Whole(new byte[] {1});
          }

          @Override
          public Optional<byte[]> input(RequestId id) {
            return Optional.empty();
          }
        };
    Waiter waiter = new Waiter();
    new CommandLine(waiter).setOut(new PrintWriter(out)).parseArgs();
    out.getBuffer().setLength(0);
    RequestedModel model = new RequestedModel(hash(9), Optional.empty());
    LongOutputs outputs = new LongOutputs(waiter.console, Optional.empty());
    new Waiting(waiter.console, outputs, look, model, 60, Duration.ofMillis(1)).until(REQUEST);
    return out.toString()
        .lines()
        .filter(line -> !line.startsWith("the values"))
        .map(line -> line.replaceAll(" output .*|: its result .*", ""))
        .toList();
  }

  private static SeenClaim claim(int index) {
    Claim claim = new Claim(REQUEST, index, Address.ZERO, hash(index), hash(100 + index));
    return new SeenClaim(
        new ClaimState(claim, ClaimStatus.LIVE, BigInteger.ONE, 1_000, 0, 0),
        3,
        0,
        hash(50),
        List.of(),
        false);
  }

  private static Bytes32 hash(int number) {
    return Bytes32.ofHex("0x" + "%064x".formatted(number));
  }
}
