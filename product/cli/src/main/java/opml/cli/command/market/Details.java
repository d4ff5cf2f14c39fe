package opml.cli.command.market;

import java.time.Instant;
import java.util.HexFormat;
import java.util.function.Function;
import opml.cli.console.Moments;
import opml.core.account.Wei;
import opml.game.claim.ClaimId;
import opml.game.claim.Request;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.hub.ClaimedOutput;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;

/// One request, claim or game in full, a line for each thing that the chain knows of it.
final class Details {
  private final StringBuilder text = new StringBuilder();
  private final Overview overview;
  private final StatusWords words;
  private final Function<ClaimId, ClaimedOutput> outputs;

  /// @param outputs reads the output of a claim
  Details(Overview overview, StatusWords words, Function<ClaimId, ClaimedOutput> outputs) {
    this.outputs = outputs;
    this.overview = overview;
    this.words = words;
  }

  Details add(SeenRequest seen) {
    Request request = seen.state().request();
    head("request", seen.id());
    line("status", words.of(seen));
    line("model", request.modelId());
    line("requester", request.requester());
    line("server", request.server().isZero() ? "anyone" : request.server());
    line("fee", new Wei(request.fee()));
    line("claims until", moment(seen.state().deadline()));
    line(
        "input",
        seen.bytes()
            .map(bytes -> bytes + " bytes")
            .orElse(request.availability().isPublic() ? "uploaded in parts" : "not on the chain"));
    line("input root", request.inputRoot());
    if (!request.callback().isZero()) {
      line(
          "callback",
          "%s with %,d gas, final result %s"
              .formatted(
                  request.callback(),
                  request.callbackGas(),
                  seen.finalDelivered() ? "delivered" : "not delivered"));
    }
    line("claims", "%d, %d live".formatted(seen.state().claims(), seen.state().liveClaims()));
    return this;
  }

  Details add(SeenClaim seen) {
    head("claim", seen.id().hash());
    line("status", words.of(seen));
    line("request", seen.state().claim().request());
    line("server", seen.state().claim().server());
    line("bond", new Wei(seen.state().bond()));
    line("claimed", moment(seen.state().claimedAt()));
    line("window ends", moment(seen.state().claimedAt() + overview.window()));
    line("final state", seen.state().claim().finalState());
    line(
        "output",
        switch (outputs.apply(seen.id())) {
          case ClaimedOutput.None _ -> "0x";
          case ClaimedOutput.Whole whole -> "0x" + HexFormat.of().formatHex(whole.bytes());
          case ClaimedOutput.ByRoot root ->
              "%,d bytes with the root %s".formatted(root.bytes(), root.root());
        });
    line("games", "%d, %d open".formatted(seen.state().games(), seen.state().openGames()));
    return this;
  }

  Details add(SeenGame seen) {
    Position last = seen.positions().getLast();
    head("game", seen.id().hash());
    line("status", words.of(seen));
    line("claim", seen.claim().hash());
    line("server", seen.server());
    line("challenger", seen.challenger());
    for (Position position : seen.positions()) {
      line(
          "move " + position.move(),
          "%s disputes %s"
              .formatted(StatusWords.name(position.poster()), StatusWords.disputed(position)));
    }
    line("moved", moment(seen.clock().movedAt()));
    if (seen.settled().isPlayed()) {
      line("clock ends", moment(seen.clock().lastMoment(last.onTurn())));
    }
    for (Side side : Side.values()) {
      line(
          StatusWords.name(side) + " had",
          Moments.span(seen.clock().left(side)) + " at the last move");
    }
    return this;
  }

  private String moment(long second) {
    String from = Moments.from(overview.now(), second);
    // A deadline may lie behind all that a calendar has.
    return second >= 0 && second < 253_402_300_800L
        ? "%s (%s)".formatted(from, Instant.ofEpochSecond(second))
        : "never";
  }

  private void head(String kind, Object id) {
    text.append("\n%s %s%n".formatted(kind, id));
  }

  private void line(String name, Object value) {
    text.append("  %-15s %s%n".formatted(name, value));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
