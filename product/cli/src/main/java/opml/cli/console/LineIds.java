package opml.cli.console;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.Receipt;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import org.jspecify.annotations.Nullable;

/// The ids that a line of a journal is about, each under its own name: `game`, `claim`, `request`, `model`,
/// `transaction`. What belongs to what is added as far as it is known, so that whoever looks for a request finds all
/// lines of it.
final class LineIds {
  private static final Pattern NAMED =
      Pattern.compile("\\b(request|claim|game|model) (0x[0-9a-f]{64})\\b");

  /// The topics of an event that introduces something: its signature, the new id, what it belongs to, whose it is.
  private static final int INTRODUCING = 4;

  private final Kin kin;
  private @Nullable GameId game;
  private @Nullable ClaimId claim;
  private @Nullable RequestId request;
  private @Nullable Bytes32 model;

  LineIds(Kin kin) {
    this.kin = kin;
  }

  /// Notes the ids of facts, and those that a fact in words begins with: `claim 0x…`.
  LineIds of(Map<String, Object> facts) {
    facts.forEach(this::note);
    return this;
  }

  private void note(String name, Object value) {
    switch (value) {
      case GameId id -> game = id;
      case ClaimId id -> claim = id;
      case RequestId id -> request = id;
      case String words when name.equals("what") -> {
        Matcher named = NAMED.matcher(words);
        if (named.find()) {
          note(named.group(1), Bytes32.ofHex(named.group(2)));
        }
      }
      // A line about a model alone calls it so.
      case String id when name.equals("id") && id.matches("0x[0-9a-f]{64}") ->
          model = Bytes32.ofHex(id);
      case Bytes32 id -> {
        switch (name) {
          case "game" -> game = new GameId(id);
          case "claim" -> claim = new ClaimId(id);
          case "request" -> request = new RequestId(id);
          case "model" -> model = id;
          default -> {}
        }
      }
      default -> {}
    }
  }

  /// Notes the claim that a transaction made.
  LineIds made(Receipt receipt, RequestId of) {
    claim = introduced(receipt, of.hash()).map(ClaimId::new).orElse(claim);
    return this;
  }

  /// Notes the game that a transaction opened.
  LineIds made(Receipt receipt, ClaimId of) {
    game = introduced(receipt, of.hash()).map(GameId::new).orElse(game);
    return this;
  }

  private static Optional<Bytes32> introduced(Receipt receipt, Bytes32 of) {
    return receipt.logs().stream()
        .map(LogEntry::topics)
        .filter(topics -> topics.size() == INTRODUCING && topics.get(2).equals(of))
        .map(topics -> topics.get(1))
        .findFirst();
  }

  /// {@return the ids by their names, what they belong to among them}
  Map<String, Object> all() {
    GameId ofGame = game;
    ClaimId ofClaim = claim == null && ofGame != null ? kin.claimOf(ofGame).orElse(null) : claim;
    RequestId ofRequest =
        request == null && ofClaim != null ? kin.requestOf(ofClaim).orElse(null) : request;
    Bytes32 ofModel =
        model == null && ofRequest != null ? kin.modelOf(ofRequest).orElse(null) : model;
    Map<String, Object> ids = new LinkedHashMap<>();
    put(ids, "game", ofGame);
    put(ids, "claim", ofClaim);
    put(ids, "request", ofRequest);
    put(ids, "model", ofModel);
    return ids;
  }

  private static void put(Map<String, Object> ids, String name, @Nullable Object id) {
    if (id != null) {
      ids.put(name, id);
    }
  }
}
