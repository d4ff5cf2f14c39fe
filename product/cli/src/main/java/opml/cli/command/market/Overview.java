package opml.cli.command.market;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import opml.cli.console.Amounts;
import opml.cli.console.Json;
import opml.cli.console.Table;
import opml.core.account.Wei;
import opml.ethereum.chain.BlockRef;
import opml.game.claim.ClaimStatus;
import opml.game.claim.Request;
import opml.game.claim.RequestId;
import opml.game.move.GameStatus;
import opml.game.move.Position;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;
import org.jspecify.annotations.Nullable;

/// Requests with what belongs to them, as tables or as objects.
///
/// @param window seconds in which a claim can be challenged
/// @param now the chain's time
record Overview(
    List<SeenRequest> requests,
    List<SeenClaim> claims,
    List<SeenGame> games,
    long window,
    long now) {
  /// {@return all of a picture that has to do with ids that begin like this}
  static Overview of(Picture picture, long window, String prefix) {
    String wanted = prefix.toLowerCase(Locale.ROOT);
    Set<RequestId> named = new LinkedHashSet<>();
    for (SeenRequest request : picture.requests().values()) {
      if (request.id().toString().startsWith(wanted)) {
        named.add(request.id());
      }
    }
    for (SeenClaim claim : picture.claims().values()) {
      boolean game =
          picture.gamesOn(claim.id()).stream()
              .anyMatch(seen -> seen.id().hash().toString().startsWith(wanted));
      if (game || claim.id().hash().toString().startsWith(wanted)) {
        named.add(claim.state().claim().request());
      }
    }
    List<SeenClaim> claims = named.stream().flatMap(id -> picture.claimsOn(id).stream()).toList();
    return new Overview(
        picture.requests().values().stream().filter(seen -> named.contains(seen.id())).toList(),
        claims,
        claims.stream().flatMap(claim -> picture.gamesOn(claim.id()).stream()).toList(),
        window,
        picture.now());
  }

  boolean isEmpty() {
    return requests.isEmpty();
  }

  String text(BlockRef block) {
    StringBuilder text = new StringBuilder("%s, time %d%n".formatted(block, now));
    if (requests.isEmpty()) {
      return text.append("no requests\n").toString();
    }
    Table asked = new Table("request", "model", "fee", "claims until", "claims", "status");
    for (SeenRequest seen : requests) {
      Request request = seen.state().request();
      asked.row(
          Amounts.brief(seen.id().hash()),
          Amounts.brief(request.modelId()),
          new Wei(request.fee()),
          moment(request.deadline()),
          seen.state().claims(),
          seen.state().status());
    }
    text.append(asked);
    if (!claims.isEmpty()) {
      text.append('\n').append(claimTable());
    }
    if (!games.isEmpty()) {
      text.append('\n').append(gameTable());
    }
    return text.toString();
  }

  private Table claimTable() {
    Table table =
        new Table("claim", "request", "server", "bond", "window", "games", "open", "status");
    for (SeenClaim seen : claims) {
      boolean live = seen.state().status() == ClaimStatus.LIVE;
      table.row(
          Amounts.brief(seen.id().hash()),
          Amounts.brief(seen.state().claim().request().hash()),
          seen.state().claim().server(),
          new Wei(seen.state().bond()),
          live ? moment(seen.state().claimedAt() + window) : "",
          seen.state().games(),
          seen.state().openGames(),
          seen.state().status());
    }
    return table;
  }

  private Table gameTable() {
    Table table =
        new Table(
            "game",
            "claim",
            "challenger",
            "move",
            "level",
            "disputed",
            "on turn",
            "clock",
            "status");
    for (SeenGame seen : games) {
      Position last = seen.positions().getLast();
      boolean runs = seen.status() == GameStatus.RUNNING;
      table.row(
          Amounts.brief(seen.id().hash()),
          Amounts.brief(seen.claim().hash()),
          seen.challenger(),
          last.move(),
          last.level(),
          last.length() + " steps",
          runs ? last.onTurn() : "",
          runs ? moment(seen.clock().lastMoment(last.onTurn())) : "",
          seen.status());
    }
    return table;
  }

  /// {@return a moment as it looks from now: `in 12 s`, `over`}
  private String moment(long second) {
    return second >= now ? "in " + Amounts.count(second - now) + " s" : "over";
  }

  Map<String, @Nullable Object> object(BlockRef block, Credits credits) {
    List<Map<String, @Nullable Object>> asked = new ArrayList<>();
    for (SeenRequest seen : requests) {
      Request request = seen.state().request();
      asked.add(
          Json.object(
              "id", seen.id(),
              "model", request.modelId(),
              "requester", request.requester(),
              "fee", request.fee(),
              "deadline", request.deadline(),
              "claims", seen.state().claims(),
              "liveClaims", seen.state().liveClaims(),
              "status", seen.state().status()));
    }
    return Json.object(
        "block", block.number(),
        "time", now,
        "requests", asked,
        "claims", claims.stream().map(this::object).toList(),
        "games", games.stream().map(Overview::object).toList(),
        "credits", credits.objects());
  }

  private Map<String, @Nullable Object> object(SeenClaim seen) {
    return Json.object(
        "id", seen.id().hash(),
        "request", seen.state().claim().request(),
        "server", seen.state().claim().server(),
        "bond", seen.state().bond(),
        "windowEnds", seen.state().claimedAt() + window,
        "games", seen.state().games(),
        "openGames", seen.state().openGames(),
        "status", seen.state().status());
  }

  private static Map<String, @Nullable Object> object(SeenGame seen) {
    Position last = seen.positions().getLast();
    return Json.object(
        "id", seen.id().hash(),
        "claim", seen.claim().hash(),
        "challenger", seen.challenger(),
        "server", seen.server(),
        "move", last.move(),
        "level", last.level(),
        "first", last.first(),
        "length", last.length(),
        "onTurn", last.onTurn(),
        "turnEnds", seen.clock().lastMoment(last.onTurn()),
        "status", seen.status());
  }
}
