package opml.cli.command.market;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.OutputText;
import opml.cli.console.StopSignal;
import opml.ethereum.chain.ChainException;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.hub.Picture.SeenClaim;
import opml.hub.Requester;

/// Waits for the result of a request. A chain that is away for a while is waited for, too.
final class Waiting {
  private static final int RESULT_FAILED = 2;

  private final Console console;
  private final Requester requester;
  private final RequestedModel model;
  private final long pauseMillis;
  private final Set<ClaimId> told = new HashSet<>();

  /// @param poll seconds between two looks at the chain
  Waiting(Console console, Requester requester, RequestedModel model, double poll) {
    this.console = console;
    this.requester = requester;
    this.model = model;
    this.pauseMillis = (long) (poll * 1_000);
  }

  /// {@return the exit code, once the request is over}
  int until(RequestId id) {
    try (StopSignal _ = StopSignal.open()) {
      while (true) {
        switch (look(id)) {
          case Requester.Answer.Waiting _ -> {}
          case Requester.Answer.Provisional provisional -> {
            if (told.add(provisional.claim().id())) {
              tell("provisional", provisional.claim());
            }
          }
          case Requester.Answer.Final end -> {
            tell("final", end.claim());
            if (end.claim().resultStatus() == RESULT_FAILED) {
              throw new Failure("the model fails on this input");
            }
            return ExitCode.OK;
          }
          case Requester.Answer.Expired _ ->
              throw new Failure("request " + id + " expired: nobody answered, and the fee is back");
        }
        Thread.sleep(pauseMillis);
      }
    } catch (InterruptedException e) {
      throw new Failure("no longer waiting; 'opml status " + id + "' shows what becomes of it", e);
    }
  }

  private Requester.Answer look(RequestId id) throws InterruptedException {
    try {
      return requester.answer(id);
    } catch (ChainException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      console.note("opml: " + Messages.of(e) + "; waiting on");
      return new Requester.Answer.Waiting();
    }
  }

  private void tell(String event, SeenClaim claim) {
    OutputText read = model.read(claim.output()).orElse(null);
    String hex = "0x" + HexFormat.of().formatHex(claim.output());
    console.show(
        Json.object(
            "event",
            event,
            "claim",
            claim.id(),
            "server",
            claim.state().claim().server(),
            "outputHex",
            hex,
            "output",
            read == null ? null : read.values(),
            "top",
            read == null ? null : read.top()),
        () -> event + " " + (read == null ? "output " + hex : read));
  }
}
