package opml.cli.command.market;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import opml.cli.console.Amounts;
import opml.cli.console.Json;
import opml.cli.console.Moments;
import opml.cli.console.Table;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.Request;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.hub.ClaimedOutput;
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
  /// More rows of a table are not read; programs get all.
  private static final int ROWS = 20;

  /// {@return all of a picture}
  static Overview of(Picture picture, long window) {
    return new Overview(
        List.copyOf(picture.requests().values()),
        List.copyOf(picture.claims().values()),
        List.copyOf(picture.games().values()),
        window,
        picture.now());
  }

  /// {@return all of a picture that has to do with ids that begin like this}
  static Overview of(Picture picture, long window, IdPrefix prefix) {
    Set<RequestId> named = new LinkedHashSet<>();
    for (SeenRequest request : picture.requests().values()) {
      if (prefix.begins(request.id())) {
        named.add(request.id());
      }
    }
    for (SeenClaim claim : picture.claims().values()) {
      boolean game =
          picture.gamesOn(claim.id()).stream().anyMatch(seen -> prefix.begins(seen.id().hash()));
      if (game || prefix.begins(claim.id().hash())) {
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

  /// {@return counts, for the first lines}
  String counts() {
    StatusWords words = new StatusWords(window, now);
    return "%s%n%s%n%s%n"
        .formatted(
            counted("request", requests.stream().map(words::of).toList()),
            counted("claim", claims.stream().map(words::of).toList()),
            counted("game", games.stream().map(words::of).toList()));
  }

  private static String counted(String what, List<String> statuses) {
    Map<String, Long> counts =
        statuses.stream()
            .collect(Collectors.groupingBy(status -> status, TreeMap::new, Collectors.counting()));
    String all =
        "%s %s%s"
            .formatted(
                statuses.isEmpty() ? "no" : Amounts.count(statuses.size()),
                what,
                statuses.size() == 1 ? "" : "s");
    return counts.isEmpty()
        ? all
        : all
            + ": "
            + counts.entrySet().stream()
                .map(entry -> Amounts.count(entry.getValue()) + " " + entry.getKey())
                .collect(Collectors.joining("; "));
  }

  /// {@return a table of each kind of which there is something, newest last}
  String tables() {
    StatusWords words = new StatusWords(window, now);
    StringBuilder text = new StringBuilder();
    Table asked = new Table("request", "model", "fee", "claims until", "claims", "status");
    for (SeenRequest seen : last(requests)) {
      Request request = seen.state().request();
      asked.row(
          Amounts.brief(seen.id().hash()),
          Amounts.brief(request.modelId()),
          Amounts.rounded(new Wei(request.fee())),
          seen.state().status() == RequestStatus.OPEN
              ? Moments.from(now, seen.state().deadline())
              : "",
          seen.state().claims(),
          words.of(seen));
    }
    Table claimed =
        new Table(
            "claim", "request", "server", "bond", "claimed", "window ends", "games", "status");
    for (SeenClaim seen : last(claims)) {
      claimed.row(
          Amounts.brief(seen.id().hash()),
          Amounts.brief(seen.state().claim().request().hash()),
          Amounts.brief(seen.state().claim().server()),
          Amounts.rounded(new Wei(seen.state().bond())),
          Moments.from(now, seen.state().claimedAt()),
          seen.state().status() == ClaimStatus.LIVE
              ? Moments.from(now, seen.state().claimedAt() + window)
              : "",
          seen.state().games(),
          words.of(seen));
    }
    Table played =
        new Table(
            "game", "claim", "challenger", "move", "disputed", "moved", "clock ends", "status");
    for (SeenGame seen : last(games)) {
      Position position = seen.positions().getLast();
      played.row(
          Amounts.brief(seen.id().hash()),
          Amounts.brief(seen.claim().hash()),
          Amounts.brief(seen.challenger()),
          position.move(),
          StatusWords.disputed(position),
          Moments.from(now, seen.clock().movedAt()),
          seen.settled().isPlayed()
              ? Moments.from(now, seen.clock().lastMoment(position.onTurn()))
              : "",
          words.of(seen));
    }
    append(text, asked, requests);
    append(text, claimed, claims);
    append(text, played, games);
    return text.toString();
  }

  private static <T> List<T> last(List<T> all) {
    return all.subList(Math.max(0, all.size() - ROWS), all.size());
  }

  private static void append(StringBuilder text, Table table, Collection<?> all) {
    if (all.isEmpty()) {
      return;
    }
    text.append('\n').append(table);
    if (all.size() > ROWS) {
      text.append("and %,d before these; --json shows all%n".formatted(all.size() - ROWS));
    }
  }

  /// @param outputs reads the output of a claim
  Map<String, @Nullable Object> object(
      BlockRef block,
      Credits credits,
      Attention attention,
      Function<ClaimId, ClaimedOutput> outputs) {
    return Json.object(
        "block", block.number(),
        "time", now,
        "requests", requests.stream().map(Overview::object).toList(),
        "claims", claims.stream().map(seen -> object(seen, outputs)).toList(),
        "games", games.stream().map(Overview::object).toList(),
        "credits", credits.objects(),
        "attention", attention.items().stream().map(Attention.Item::object).toList());
  }

  static Map<String, @Nullable Object> object(SeenRequest seen) {
    Request request = seen.state().request();
    return Json.object(
        "id", seen.id(),
        "model", request.modelId(),
        "requester", request.requester(),
        "server", request.server(),
        "fee", request.fee(),
        "deadline", seen.state().deadline(),
        "inputRoot", request.inputRoot(),
        "inputBytes", seen.bytes(),
        "callback", request.callback(),
        "callbackGas", request.callbackGas(),
        "claims", seen.state().claims(),
        "liveClaims", seen.state().liveClaims(),
        "status", seen.state().status());
  }

  private Map<String, @Nullable Object> object(
      SeenClaim seen, Function<ClaimId, ClaimedOutput> outputs) {
    return Json.object(
        "id", seen.id().hash(),
        "request", seen.state().claim().request(),
        "server", seen.state().claim().server(),
        "bond", seen.state().bond(),
        "claimedAt", seen.state().claimedAt(),
        "windowEnds", seen.state().claimedAt() + window,
        "finalState", seen.state().claim().finalState(),
        "outputHex", hex(outputs.apply(seen.id())),
        "outputRoot", root(outputs.apply(seen.id())),
        "games", seen.state().games(),
        "openGames", seen.state().openGames(),
        "status", seen.state().status());
  }

  private static @Nullable String hex(ClaimedOutput output) {
    return switch (output) {
      case ClaimedOutput.None _ -> "0x";
      case ClaimedOutput.Whole whole -> "0x" + HexFormat.of().formatHex(whole.bytes());
      case ClaimedOutput.ByRoot _ -> null;
    };
  }

  private static @Nullable Bytes32 root(ClaimedOutput output) {
    return output instanceof ClaimedOutput.ByRoot root ? root.root() : null;
  }

  static Map<String, @Nullable Object> object(SeenGame seen) {
    Position last = seen.positions().getLast();
    List<Map<String, @Nullable Object>> moves = new ArrayList<>();
    for (Position position : seen.positions()) {
      moves.add(
          Json.object(
              "move", position.move(),
              "poster", position.poster(),
              "level", position.level(),
              "first", position.first(),
              "length", position.length()));
    }
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
        "movedAt", seen.clock().movedAt(),
        "turnEnds", seen.clock().lastMoment(last.onTurn()),
        "serverLeft", seen.clock().left(Side.SERVER),
        "challengerLeft", seen.clock().left(Side.CHALLENGER),
        "moves", moves,
        "status", seen.status());
  }
}
