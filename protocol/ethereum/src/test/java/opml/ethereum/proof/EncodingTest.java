package opml.ethereum.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import opml.core.account.Wei;
import opml.ethereum.chain.ChainException;
import opml.ethereum.rpc.PlainAnswers;
import org.junit.jupiter.api.Test;

/// Headers and transactions of every form, against another implementation.
class EncodingTest {
  @Test
  void transactionsOfEveryTypeAreEncodedHashedAndAscribed() {
    JsonNode vectors = Vectors.of("transactions");
    assertThat(vectors).hasSize(7);
    for (JsonNode vector : vectors) {
      Envelope envelope = Envelope.of(PlainAnswers.of(vector.get("json")));
      assertThat(envelope.encoded().toString()).isEqualTo(vector.get("encoded").asText());
      assertThat(envelope.hash().toString()).isEqualTo(vector.get("hash").asText());
      assertThat(envelope.signer().toString()).isEqualToIgnoringCase(vector.get("sender").asText());
      assertThat(envelope.created().isPresent()).isNotEqualTo(vector.get("json").has("to"));
    }
  }

  @Test
  void aUnitOfGasCostsWhatTheFormSays() {
    JsonNode vectors = Vectors.of("transactions");
    List<Wei> prices =
        vectors
            .valueStream()
            .map(one -> Envelope.of(PlainAnswers.of(one.get("json"))).gasPrice(Wei.gwei(49)))
            .toList();
    assertThat(prices)
        .as("20 gwei, or base fee and 2 gwei, but at most 50")
        .startsWith(Wei.gwei(20), Wei.gwei(20), Wei.gwei(20), Wei.gwei(50))
        .endsWith(Wei.gwei(50));
    Envelope dynamic = Envelope.of(PlainAnswers.of(vectors.get(3).get("json")));
    assertThat(dynamic.gasPrice(Wei.gwei(1))).isEqualTo(Wei.gwei(3));
  }

  @Test
  void aTypeThatIsNotKnownIsRefusedByItsNumber() {
    ObjectNode deposit = Vectors.of("transactions").get(3).get("json").deepCopy();
    deposit.put("type", "0x7e");
    assertThatThrownBy(() -> Envelope.of(PlainAnswers.of(deposit)))
        .isInstanceOf(ChainException.Malformed.class)
        .hasMessageContaining("a transaction of type 126");
  }

  @Test
  void headersFromLondonToOsakaHashToTheirBlock() {
    JsonNode vectors = Vectors.of("headers");
    assertThat(vectors).hasSize(6);
    for (JsonNode vector : vectors) {
      JsonNode json = vector.get("json");
      Header header = Header.of(PlainAnswers.of(json));
      assertThat(header.hash().toString()).isEqualTo(json.get("hash").asText());
      assertThat(header.number()).isEqualTo(30_000_000);
      assertThat(header.block().timestamp()).isEqualTo(1_900_000_000);
      assertThat(header.block().baseFee()).isEqualTo(Wei.of(1_234_567));
      assertThat(header.stateRoot().toString()).isEqualTo(json.get("stateRoot").asText());
      assertThat(header.beneficiary().toString()).isEqualToIgnoringCase(json.get("miner").asText());
    }
  }

  @Test
  void aHeaderWithAnyOtherFieldIsALie() {
    JsonNode json = Vectors.of("headers").get(5).get("json");
    json.fieldNames()
        .forEachRemaining(
            name -> {
              ObjectNode changed = json.deepCopy();
              String text = json.get(name).asText();
              char last = text.charAt(text.length() - 1);
              changed.put(name, text.substring(0, text.length() - 1) + (last == '1' ? '2' : '1'));
              assertThatThrownBy(() -> Header.of(PlainAnswers.of(changed)))
                  .as(name)
                  .isInstanceOf(ChainException.Malformed.class)
                  .satisfies(
                      e ->
                          assertThat(NodeLie.in(String.valueOf(e.getMessage())))
                              .contains(NodeLie.HEADER));
            });
  }

  @Test
  void aFieldOfALaterForkIsRefusedByItsName() {
    ObjectNode later = Vectors.of("headers").get(5).get("json").deepCopy();
    later.put("blockAccessListHash", later.get("parentHash").asText());
    assertThat(Header.of(PlainAnswers.of(later))).as("what is no part of the hash").isNotNull();
    later.put("hash", later.get("stateRoot").asText());
    assertThatThrownBy(() -> Header.of(PlainAnswers.of(later)))
        .isInstanceOf(ChainException.Malformed.class)
        .hasMessageContaining("fields that are not known here")
        .hasMessageEndingWith(": blockAccessListHash");
  }

  @Test
  void aHeaderBeforeLondonIsRefused() {
    ObjectNode earlier = Vectors.of("headers").get(0).get("json").deepCopy();
    earlier.remove("baseFeePerGas");
    assertThatThrownBy(() -> Header.of(PlainAnswers.of(earlier)))
        .isInstanceOf(ChainException.Malformed.class)
        .hasMessageContaining("no baseFeePerGas");
  }
}
