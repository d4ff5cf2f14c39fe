package opml.cli.command.market;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.StopSignal;
import opml.ethereum.chain.ChainException;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.hub.ClaimedOutput;
import opml.hub.Picture.SeenClaim;
import opml.hub.Requester.Answer;
import org.jspecify.annotations.Nullable;

/// Waits for the result of a request, and says how far it is. A chain that is away for a while is waited for, too.
final class Waiting {
  /// How to look what has become of a request.
  interface Look {
    Answer at(RequestId id);

    ClaimedOutput output(ClaimId id);

    /// {@return a request's input, if the chain has it}
    Optional<byte[]> input(RequestId id);
  }

  private final Console console;
  private final LongOutputs outputs;
  private final Look look;
  private final RequestedModel model;
  private final long window;
  private final Duration pause;
  private final Set<ClaimId> told = new HashSet<>();
  private Optional<ClaimId> standing = Optional.empty();
  private String progress = "";

  /// @param outputs finds those that the chain has the root of
  /// @param window seconds in which a claim can be challenged
  /// @param pause between two looks at the chain
  Waiting(
      Console console,
      LongOutputs outputs,
      Look look,
      RequestedModel model,
      long window,
      Duration pause) {
    this.console = console;
    this.outputs = outputs;
    this.look = look;
    this.model = model;
    this.window = window;
    this.pause = pause;
  }

  /// {@return the final result of a request}
  ///
  /// @throws Failure if nobody answered in time, or the wait is broken off
  ClaimedResult until(RequestId id) {
    try (StopSignal _ = StopSignal.open()) {
      while (true) {
        Optional<ClaimedResult> end = look(id);
        if (end.isPresent()) {
          return end.get();
        }
        Thread.sleep(pause);
      }
    } catch (InterruptedException e) {
      throw new Failure("no longer waiting; 'opml result " + id + "' reads what becomes of it", e);
    }
  }

  /// Tells what has become of the request; while the chain does not say, the reason once.
  ///
  /// @return its final result
  ///
  /// @throws ChainException if it is another chain now, or one without the hub: no waiting helps then
  private Optional<ClaimedResult> look(RequestId id) throws InterruptedException {
    try {
      return heard(id, look.at(id));
    } catch (ChainException.NoContract | ChainException.WrongChain e) {
      throw e;
    } catch (ChainException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      progress("the chain does not answer: " + Messages.of(e));
      return Optional.empty();
    }
  }

  private Optional<ClaimedResult> heard(RequestId id, Answer answer) {
    tellWhatFell(id, answer);
    switch (answer) {
      case Answer.Waiting _ -> progress("no claim of a result stands yet");
      case Answer.Unanswered _ -> progress("nobody answered in time; the fee comes back");
      case Answer.Provisional provisional -> {
        if (!told.contains(provisional.claim().id())) {
          tell("provisional", id, result(provisional.claim()));
          told.add(provisional.claim().id());
        }
        progress(standing(provisional.claim()));
      }
      case Answer.Final end -> {
        ClaimedResult result = outputs.complete(result(end.claim()), () -> look.input(id));
        tell("final", id, result);
        return Optional.of(result);
      }
      case Answer.Expired _ ->
          throw new Failure(
              "request %s expired: no claim on it stood in time; 'opml withdraw' has the fee paid out"
                  .formatted(id));
    }
    return Optional.empty();
  }

  /// Whoever acted on a provisional result must hear that it does not stand any more.
  private void tellWhatFell(RequestId id, Answer answer) {
    Optional<ClaimId> now =
        switch (answer) {
          case Answer.Provisional provisional -> Optional.of(provisional.claim().id());
          case Answer.Final end -> Optional.of(end.claim().id());
          case Answer.Waiting _, Answer.Unanswered _, Answer.Expired _ -> Optional.empty();
        };
    standing
        .filter(before -> !now.equals(Optional.of(before)))
        .ifPresent(
            fell ->
                console.show(
                    Json.object("event", "fallen", "request", id, "claim", fell),
                    () ->
                        "claim %s does not stand any more: its result was wrong, or came second"
                            .formatted(fell)));
    standing = now;
  }

  private ClaimedResult result(SeenClaim claim) {
    return ClaimedResult.of(claim, look.output(claim.id()), model);
  }

  private String standing(SeenClaim claim) {
    long open = claim.state().openGames();
    return open == 0
        ? "it can be challenged until " + Instant.ofEpochSecond(claim.state().claimedAt() + window)
        : "it is disputed in " + open + (open == 1 ? " game" : " games");
  }

  private void progress(String now) {
    if (!now.equals(progress)) {
      progress = now;
      console.note("waiting: " + now);
    }
  }

  private void tell(String event, RequestId id, ClaimedResult result) {
    Map<String, @Nullable Object> object = Json.object("event", event, "request", id);
    object.putAll(result.fields());
    console.show(object, () -> event + " " + result);
  }
}
