package opml.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import org.junit.jupiter.api.Test;

class LineIdsTest {
  private static final GameId GAME = new GameId(hash('g'));
  private static final ClaimId CLAIM = new ClaimId(hash('c'));
  private static final RequestId REQUEST = new RequestId(hash('r'));
  private static final Bytes32 MODEL = hash('m');

  private static final Kin KIN =
      new Kin() {
        @Override
        public Optional<ClaimId> claimOf(GameId game) {
          return Optional.of(CLAIM).filter(_ -> game.equals(GAME));
        }

        @Override
        public Optional<RequestId> requestOf(ClaimId claim) {
          return Optional.of(REQUEST).filter(_ -> claim.equals(CLAIM));
        }

        @Override
        public Optional<Bytes32> modelOf(RequestId request) {
          return Optional.of(MODEL).filter(_ -> request.equals(REQUEST));
        }
      };

  private static Bytes32 hash(char name) {
    return Keccak.hash(new byte[] {(byte) name});
  }

  private static Map<String, Object> ids(Object... facts) {
    return new LineIds(KIN).of(JournalWriter.facts(facts)).all();
  }

  @Test
  void whatSomethingBelongsToIsThereToo() {
    assertThat(ids("game", GAME))
        .containsExactly(
            Map.entry("game", GAME),
            Map.entry("claim", CLAIM),
            Map.entry("request", REQUEST),
            Map.entry("model", MODEL));
    assertThat(ids("request", REQUEST)).containsOnlyKeys("request", "model");
  }

  @Test
  void anIdInWordsIsFound() {
    assertThat(ids("what", "claim " + CLAIM, "why", "it is late"))
        .containsOnlyKeys("claim", "request", "model");
    assertThat(ids("what", "the credit")).isEmpty();
    assertThat(ids("id", MODEL.toString())).containsExactly(Map.entry("model", MODEL));
  }

  @Test
  void whatNobodyKnowsIsLeftOut() {
    GameId other = new GameId(hash('x'));
    assertThat(ids("game", other)).containsExactly(Map.entry("game", other));
  }
}
