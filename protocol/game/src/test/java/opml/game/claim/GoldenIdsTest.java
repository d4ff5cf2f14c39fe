package opml.game.claim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.move.Position;
import opml.game.move.Side;
import org.junit.jupiter.api.Test;

/// Against `spec/vectors/commitments.json`, which a third implementation wrote and the contracts are checked by, too.
class GoldenIdsTest {
  private final String json =
      Files.readString(Path.of("..", "..", "spec", "vectors", "commitments.json"));

  GoldenIdsTest() throws IOException {}

  @Test
  void aRequest() {
    Request request =
        new Request(
            number("request", "chainId"),
            address("request", "hub"),
            address("request", "requester"),
            number("request", "nonce"),
            bytes32("request", "modelId"),
            bytes32("request", "inputRoot"),
            Availability.REFERENCED,
            address("request", "server"),
            BigInteger.valueOf(number("request", "fee")),
            number("request", "deadline"),
            address("request", "callback"),
            number("request", "callbackGas"));
    assertThat(number("request", "availability")).isEqualTo(request.availability().code());
    assertThat(request.id().hash()).isEqualTo(bytes32("request", "hash"));
  }

  @Test
  void aClaim() {
    Claim claim =
        new Claim(
            new RequestId(bytes32("claim", "requestId")),
            number("claim", "index"),
            address("claim", "server"),
            bytes32("claim", "finalState"),
            bytes32("claim", "outputHash"));
    assertThat(claim.id().hash()).isEqualTo(bytes32("claim", "hash"));
  }

  @Test
  void aGame() {
    GameIdentity game =
        new GameIdentity(
            new ClaimId(bytes32("game", "claimId")),
            number("game", "index"),
            address("game", "challenger"));
    assertThat(game.id().hash()).isEqualTo(bytes32("game", "hash"));
  }

  @Test
  void aPosition() {
    byte[] list = HexFormat.of().parseHex(text("position", "list").substring(2));
    List<Bytes32> states = new ArrayList<>();
    for (int at = 0; at < list.length; at += Bytes32.BYTES) {
      states.add(Bytes32.at(list, at));
    }
    assertThat(Position.listHash(states)).isEqualTo(bytes32("position", "listHash"));
    Position position =
        new Position(
            new GameId(bytes32("position", "gameId")),
            number("position", "move"),
            (int) number("position", "level"),
            Side.CHALLENGER,
            number("position", "first"),
            number("position", "length"),
            bytes32("position", "start"),
            bytes32("position", "context"),
            states);
    assertThat(position.poster().code()).isEqualTo((int) number("position", "poster"));
    assertThat(position.hash()).isEqualTo(bytes32("position", "hash"));
  }

  private Address address(String object, String field) {
    return Address.ofHex(text(object, field));
  }

  private Bytes32 bytes32(String object, String field) {
    return Bytes32.ofHex(text(object, field));
  }

  private long number(String object, String field) {
    return Long.parseLong(field(object, field, "([0-9]+)"));
  }

  private String text(String object, String field) {
    return field(object, field, "\"(0x[0-9a-f]*)\"");
  }

  private String field(String object, String field, String value) {
    Matcher matcher =
        Pattern.compile("\"" + object + "\": \\{[^}]*?\"" + field + "\": " + value).matcher(json);
    assertThat(matcher.find()).as(object + "." + field).isTrue();
    return matcher.group(1);
  }
}
