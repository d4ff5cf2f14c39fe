package opml.node.watch;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import opml.agent.Assessment;
import opml.agent.Assessment.AssessedClaim;
import opml.agent.Assessment.AssessedGame;
import opml.agent.Assessment.Outlook;
import opml.agent.Budget;
import opml.agent.Exposure;
import opml.agent.Loop;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.send.GasMeter;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.move.Clock;
import opml.game.move.GameStatus;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.game.solver.Verdict;
import opml.hub.Journal;
import opml.hub.Picture;
import opml.hub.Picture.SeenGame;
import opml.node.watch.AccountMoney.Holding;
import opml.node.watch.Watched.WatchedRole;

/// A node whose account serves, and is on turn in one game.
final class PlayedGame {
  static final Address SELF = Address.ofHex("0x" + "1".repeat(40));
  static final Address OTHER = Address.ofHex("0x" + "2".repeat(40));
  static final long NOW = 1_000_000;
  static final String ROLE = "serve";

  private final Loop.Listener silent = _ -> {};
  final GasMeter meter = new GasMeter();
  final NodeMetrics metrics = new NodeMetrics(meter, (_, _) -> {});
  final RoleWatch role = new RoleWatch(ROLE, Journal.SILENT, silent, metrics);
  final Watched node;

  /// What this computer's clock says, in seconds since 1970.
  volatile long now = NOW;

  /// What is at stake, of 10 ETH.
  volatile long exposed = 3;

  /// What became of a block that was final.
  volatile Optional<String> belowFinal = Optional.empty();

  /// What its role that watches says of live claims.
  final List<AssessedClaim> claims = new CopyOnWriteArrayList<>();

  /// The second by which somebody must act.
  volatile long lastMoment = NOW + 20_000;

  volatile BigInteger unclaimed = BigInteger.TEN;
  volatile long wrongFinal;

  /// @param self whose node it is
  /// @param left seconds that both sides had when the challenger moved, 100 s ago
  PlayedGame(
      Address self, long left, Optional<Supplier<Optional<Holding>>> money, List<String> stopped) {
    Bytes32 zero = Bytes32.ZERO;
    GameId id = new GameId(zero);
    SeenGame game =
        new SeenGame(
            id,
            new ClaimId(zero),
            OTHER,
            SELF,
            BigInteger.ONE,
            ClaimStatus.LIVE,
            GameStatus.RUNNING,
            new Clock(left, left, NOW - 100),
            List.of(new Position(id, 1, 0, Side.CHALLENGER, 0, 2, zero, zero, List.of(zero))));
    Picture picture =
        new Picture(
            new BlockRef(7, zero, zero, NOW - 12, Wei.ZERO),
            Map.of(),
            Map.of(),
            Map.of(id, game),
            List.of());
    this.node =
        new Watched(
            self,
            money,
            Wei.ether(1),
            List.of(new WatchedRole(role, () -> Optional.of(picture), () -> belowFinal)),
            () -> stopped,
            Duration.ofHours(1),
            () -> Instant.ofEpochSecond(now));
    metrics.show(node);
    metrics.showExposure(
        new Budget(
            Optional.empty(), Optional.of(Wei.ether(20)), Optional.of(Wei.ether(10)), Wei.gwei(50)),
        () -> Optional.of(new Exposure.Figures(Wei.ether(exposed), Wei.ether(5))),
        () -> false);
    metrics.show(this::said, () -> Instant.ofEpochSecond(now));
  }

  private Optional<Assessment> said() {
    return Optional.of(
        new Assessment(
            new BlockRef(7, Bytes32.ZERO, Bytes32.ZERO, NOW - 12, Wei.ZERO),
            claims,
            List.of(
                new AssessedGame(
                    new GameId(Bytes32.ZERO),
                    Optional.of(Verdict.RIGHT),
                    Optional.of(Side.SERVER))),
            OptionalLong.of(lastMoment),
            Optional.of(unclaimed),
            wrongFinal));
  }

  /// Has the role that watches see one more live claim.
  void claim(Verdict verdict, Outlook outlook) {
    claims.add(
        new AssessedClaim(
            new ClaimId(Bytes32.ofWord(claims.size())), Optional.of(verdict), outlook));
  }
}
