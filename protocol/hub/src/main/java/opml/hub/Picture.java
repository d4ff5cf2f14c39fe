package opml.hub;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.claim.RequestState;
import opml.game.move.Clock;
import opml.game.move.Game;
import opml.game.move.GameStatus;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.game.solver.Paths;
import opml.game.trace.Trace;

/// Everything that the hub holds after one block, oldest first.
///
/// A claim is there only with its request, and a game only with its claim.
///
/// @param troubles what the node said of some objects and does not fit, a sentence each; such an object is left out, or
///     shown as far as it is known, and all others are not touched by it
public record Picture(
    BlockRef block,
    Map<RequestId, SeenRequest> requests,
    Map<ClaimId, SeenClaim> claims,
    Map<GameId, SeenGame> games,
    List<String> troubles) {
  public Picture {
    troubles = List.copyOf(troubles);
  }

  /// {@return the chain's time, in seconds since 1970}
  public long now() {
    return block.timestamp();
  }

  /// {@return the claims on a request, by index}
  public List<SeenClaim> claimsOn(RequestId request) {
    SeenRequest seen = requests.get(request);
    return seen == null ? List.of() : known(seen.claims(), claims);
  }

  /// {@return the games on a claim, by index}
  public List<SeenGame> gamesOn(ClaimId claim) {
    SeenClaim seen = claims.get(claim);
    return seen == null ? List.of() : known(seen.games(), games);
  }

  private static <K, V> List<V> known(List<K> ids, Map<K, V> all) {
    return ids.stream().flatMap(id -> Optional.ofNullable(all.get(id)).stream()).toList();
  }

  /// A request.
  ///
  /// @param block that it was made in
  /// @param bytes of its input as the hub saw it, without trailing zeros; nothing if it only saw the input's root.
  ///     [HubReader#input] reads them
  /// @param claims on it, by index
  /// @param finalDelivered whether the requester's contract was told the final result
  /// @param id that the state hashes to
  public record SeenRequest(
      RequestState state,
      long block,
      Optional<Integer> bytes,
      List<ClaimId> claims,
      boolean finalDelivered,
      RequestId id) {
    public SeenRequest {
      claims = List.copyOf(claims);
    }

    /// A request whose id is not known yet.
    public SeenRequest(
        RequestState state,
        long block,
        Optional<Integer> bytes,
        List<ClaimId> claims,
        boolean finalDelivered) {
      this(state, block, bytes, claims, finalDelivered, state.id());
    }
  }

  /// A claim; [HubReader#output] reads its output.
  ///
  /// @param block that it was made in
  /// @param resultStatus 0 ran to its end, 1 stopped, 2 failed
  /// @param games on it, by index
  /// @param provisionalDelivered whether the requester's contract was told of it
  /// @param id that the state's claim hashes to
  public record SeenClaim(
      ClaimState state,
      long block,
      int resultStatus,
      Bytes32 slotsRoot,
      List<GameId> games,
      boolean provisionalDelivered,
      ClaimId id) {
    public SeenClaim {
      games = List.copyOf(games);
    }

    /// A claim whose id is not known yet.
    public SeenClaim(
        ClaimState state,
        long block,
        int resultStatus,
        Bytes32 slotsRoot,
        List<GameId> games,
        boolean provisionalDelivered) {
      this(state, block, resultStatus, slotsRoot, games, provisionalDelivered, state.id());
    }
  }

  /// A game with all its positions.
  ///
  /// @param bond what its challenge deposited
  /// @param positions by move; those of a game that ended long ago have kept the last of their states only
  public record SeenGame(
      GameId id,
      ClaimId claim,
      Address challenger,
      Address server,
      BigInteger bond,
      ClaimStatus claimStatus,
      GameStatus status,
      Clock clock,
      List<Position> positions) {
    public SeenGame {
      positions = List.copyOf(positions);
    }

    /// {@return which side this account plays; the server's if it plays both}
    public Optional<Side> side(Address account) {
      if (account.equals(server)) {
        return Optional.of(Side.SERVER);
      }
      return account.equals(challenger) ? Optional.of(Side.CHALLENGER) : Optional.empty();
    }

    /// {@return the game as the solver takes it; nothing if a level of it opened where this trace has no such opening}
    public Optional<Game> game(Trace trace) {
      return Paths.path(positions, trace).map(this::along);
    }

    /// {@return the game without a path, enough to settle it by}
    public Game settled() {
      return new Game(
          challenger, server, claimStatus, status, positions.getFirst(), List.of(), clock);
    }

    private Game along(List<Long> path) {
      return new Game(challenger, server, claimStatus, status, positions.getLast(), path, clock);
    }
  }
}
