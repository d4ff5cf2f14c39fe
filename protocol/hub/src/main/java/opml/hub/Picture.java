package opml.hub;

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
public record Picture(
    BlockRef block,
    Map<RequestId, SeenRequest> requests,
    Map<ClaimId, SeenClaim> claims,
    Map<GameId, SeenGame> games) {
  /// {@return the chain's time, in seconds since 1970}
  public long now() {
    return block.timestamp();
  }

  /// {@return the claims on a request, by index}
  public List<SeenClaim> claimsOn(RequestId request) {
    return claims.values().stream()
        .filter(claim -> claim.state().claim().request().equals(request))
        .toList();
  }

  /// {@return the games on a claim, by index}
  public List<SeenGame> gamesOn(ClaimId claim) {
    return games.values().stream().filter(game -> game.claim().equals(claim)).toList();
  }

  /// A request.
  ///
  /// @param input the bytes that the hub saw, without trailing zeros; empty if it only saw their root
  /// @param finalDelivered whether the requester's contract was told the final result
  public record SeenRequest(RequestState state, Optional<byte[]> input, boolean finalDelivered) {
    public RequestId id() {
      return state.id();
    }
  }

  /// A claim.
  ///
  /// @param resultStatus 0 ran to its end, 1 stopped, 2 failed
  /// @param output with its trailing zeros; empty if the run failed
  /// @param provisionalDelivered whether the requester's contract was told of it
  public record SeenClaim(
      ClaimState state,
      int resultStatus,
      Bytes32 slotsRoot,
      byte[] output,
      boolean provisionalDelivered) {
    public ClaimId id() {
      return state.id();
    }
  }

  /// A game with all its positions.
  public record SeenGame(
      GameId id,
      ClaimId claim,
      Address challenger,
      Address server,
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

    /// {@return the same game, its claim having come to this status}
    SeenGame under(ClaimStatus current) {
      return new SeenGame(id, claim, challenger, server, current, status, clock, positions);
    }

    private Game along(List<Long> path) {
      return new Game(challenger, server, claimStatus, status, positions.getLast(), path, clock);
    }
  }
}
