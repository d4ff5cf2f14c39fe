package opml.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.ChainException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the hub's client hashes by itself, held against `spec/vectors/commitments.json`, which another implementation
/// wrote.
class GoldenHubTest {
  private static JsonNode golden;

  @BeforeAll
  static void read() throws IOException {
    golden =
        new ObjectMapper()
            .readTree(Path.of("..", "..", "spec", "vectors", "commitments.json").toFile());
  }

  @Test
  void aFinalStateIsTheHashOfStatusAndSlots() {
    JsonNode state = golden.get("state");
    assertThat(HubEvent.finalState(state.get("status").asLong(), hash(state.get("slotsRoot"))))
        .isEqualTo(hash(state.get("hash")));
    assertThat(HubEvent.finalState(2, Bytes32.ZERO)).isEqualTo(hash(golden.get("failed")));
  }

  @Test
  void noStateHasAnotherStatus() {
    for (long status : new long[] {-1, 3, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> HubEvent.finalState(status, Bytes32.ZERO))
          .isInstanceOf(ChainException.Malformed.class);
    }
  }

  private static Bytes32 hash(JsonNode node) {
    return Bytes32.ofHex(node.asText());
  }
}
