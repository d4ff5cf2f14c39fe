package opml.cli.console;

import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;

/// Says what belongs to what.
public interface Kin {
  /// Knows of nothing.
  Kin NONE =
      new Kin() {
        @Override
        public Optional<ClaimId> claimOf(GameId game) {
          return Optional.empty();
        }

        @Override
        public Optional<RequestId> requestOf(ClaimId claim) {
          return Optional.empty();
        }

        @Override
        public Optional<Bytes32> modelOf(RequestId request) {
          return Optional.empty();
        }
      };

  Optional<ClaimId> claimOf(GameId game);

  Optional<RequestId> requestOf(ClaimId claim);

  Optional<Bytes32> modelOf(RequestId request);
}
