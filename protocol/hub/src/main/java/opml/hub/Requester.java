package opml.hub;

import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.ChainException;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.move.Side;
import opml.game.solver.Settler;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;

/// Asks, watches what becomes of it, and takes the fee back if nobody answered.
public final class Requester {
  /// What has become of a request.
  public sealed interface Answer {
    /// Nobody has claimed anything that still stands.
    record Waiting() implements Answer {}

    /// Somebody claims this; it may be refuted yet, and nothing of value may depend on it.
    record Provisional(SeenClaim claim) implements Answer {}

    /// This is the result, for good.
    record Final(SeenClaim claim) implements Answer {}

    /// Nobody answered in time, and no claim can come any more; the fee waits to be taken back.
    record Unanswered() implements Answer {}

    /// No claim stood in time; the fee is the requester's credit again.
    record Expired() implements Answer {}

    /// {@return what has become of a request of a picture}
    static Answer of(Picture picture, SeenRequest request) {
      return switch (request.state().status()) {
        case NONE, OPEN ->
            picture.claimsOn(request.id()).stream()
                .filter(claim -> claim.state().status() == ClaimStatus.LIVE)
                .findFirst()
                .<Answer>map(Provisional::new)
                .orElseGet(
                    () ->
                        picture.now() > request.state().deadline()
                            ? new Unanswered()
                            : new Waiting());
        case FINAL ->
            picture.claimsOn(request.id()).stream()
                .filter(claim -> claim.state().status() == ClaimStatus.FINAL)
                .findFirst()
                .map(Final::new)
                .orElseThrow(
                    () ->
                        new ChainException.Malformed(
                            "the node shows request %s final, and none of its claims"
                                .formatted(request.id())));
        case EXPIRED -> new Expired();
      };
    }
  }

  /// Seconds that others are given to settle what pays them.
  private static final long PATIENCE = 30;

  private final Hub hub;
  private final HubReader reader;
  private final Responder responder;
  private final Settler settler;

  public Requester(Hub hub, Journal journal) {
    this.hub = hub;
    this.reader = new HubReader(hub.deployment(), hub.sender().chain(), 1, hub.sender().time());
    this.responder = new Responder(hub, journal);
    this.settler = new Settler(hub.deployment().parameters().window());
  }

  /// Puts a request.
  ///
  /// @param input the model's input bytes, with or without their trailing zeros
  /// @param fee for the server whose claim becomes final
  public RequestId request(Bytes32 modelId, byte[] input, Terms terms, Wei fee) {
    return hub.request(modelId, terms, input, fee);
  }

  /// {@return what has become of a request; what is due about it and nobody does is done on the way}
  public Answer answer(RequestId id) {
    Picture picture = reader.read();
    SeenRequest request = picture.requests().get(id);
    if (request == null) {
      return new Answer.Waiting();
    }
    expire(request, picture.now());
    picture.claimsOn(id).stream()
        .filter(claim -> claim.state().status() == ClaimStatus.LIVE)
        .forEach(claim -> settle(picture, claim));
    responder.await();
    return Answer.of(picture, request);
  }

  private void expire(SeenRequest request, long now) {
    Wei fee = new Wei(request.state().request().fee());
    settler.actions(request.state(), now).forEach(action -> responder.note(action, fee));
  }

  /// Settles a claim, and ends a game that has lost its clock, where those whom it would pay have not done so: they may
  /// be away for good, and only the requester waits.
  private void settle(Picture picture, SeenClaim claim) {
    Wei stake = new Wei(claim.state().bond());
    long earlier = picture.now() - PATIENCE;
    settler.actions(claim.state(), earlier).forEach(action -> responder.note(action, stake));
    for (SeenGame game : picture.gamesOn(claim.id())) {
      Side onTurn = game.positions().getLast().onTurn();
      if (game.settled().isPlayed() && game.clock().isLate(onTurn, earlier)) {
        responder.note(new Action.Timeout(game.id()), stake);
      }
    }
  }

  /// {@return the output of a claim that was answered with, with its trailing zeros; empty if it is that the run fails}
  ///
  /// @throws IllegalArgumentException if the claim names its root alone
  public byte[] output(ClaimId id) {
    return reader.output(id);
  }

  /// {@return what a claim that was answered with says of the output}
  public ClaimedOutput claimedOutput(ClaimId id) {
    return reader.claimedOutput(id);
  }

  /// Ends the own requests that nobody answered, so that their fees become credit.
  public void endUnanswered() {
    Picture picture = reader.read();
    picture.requests().values().stream()
        .filter(seen -> seen.state().request().requester().equals(hub.account()))
        .forEach(seen -> expire(seen, picture.now()));
    responder.await();
  }

  /// Has the requester's shares of dead claims, and fees given back, paid out.
  public void withdraw() {
    Wei credit = hub.credit();
    settler.actions(credit.value()).forEach(action -> responder.note(action, credit));
    responder.await();
  }
}
