package opml.receipt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.ethereum.key.Wallet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Against `spec/vectors/receipt.json`, which another implementation signed and a contract checks, too; and what
/// becomes of those receipts in other hands.
class GoldenReceiptTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path FILE = Path.of("..", "..", "spec", "vectors", "receipt.json");

  private static JsonNode vectors() throws IOException {
    return MAPPER.readTree(FILE.toFile());
  }

  private static ObjectNode golden(String name) throws IOException {
    return vectors().path(name).path("receipt").deepCopy();
  }

  private static AnswerReceipt read(JsonNode object) {
    ReceiptJson.Found found = ReceiptJson.read(bytes(object.toString()));
    assertThat(found.receipts()).hasSize(1);
    return found.receipts().getFirst();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> flaws(JsonNode object) {
    return new ReceiptCheck(read(object)).flaws();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nowhere", "hub"})
  void aReceiptIsReadSignedAndWrittenAsByOthers(String name) throws IOException {
    JsonNode vector = vectors().path(name);
    AnswerReceipt receipt = read(vector.path("receipt"));
    assertThat(receipt.domain().separator()).hasToString(vector.path("separator").asText());
    assertThat(receipt.vouched().hash()).hasToString(vector.path("structHash").asText());
    assertThat(receipt.digest()).hasToString(vector.path("digest").asText());
    assertThat(new ReceiptCheck(receipt).flaws()).isEmpty();
    Wallet wallet = Wallet.of(Bytes32.ofHex(vectors().path("key").asText()));
    assertThat(wallet.sign(receipt.digest())).isEqualTo(receipt.signature());
    assertThat(ReceiptJson.of(receipt).toString()).isEqualTo(vector.path("receipt").toString());
    assertThat(receipt.vouched().seed()).isEqualTo(Long.MIN_VALUE + 5);
  }

  @Test
  void eachFieldThatIsSignedIsMissedIfItIsAltered() throws IOException {
    for (String field : List.of("model", "inputRoot", "outputRoot", "finalState")) {
      ObjectNode altered = golden("hub");
      String value = altered.path("message").path(field).asText();
      String other = (value.charAt(2) == '0' ? "0x1" : "0x0") + value.substring(3);
      altered.withObject("/message").put(field, other);
      assertThat(flaws(altered)).as(field).anyMatch(flaw -> flaw.contains("the signature is of"));
    }
    ObjectNode later = golden("hub");
    later.withObject("/message").put("deadline", 1_900_000_000L);
    assertThat(flaws(later)).singleElement().asString().contains("the signature is of");
    ObjectNode drawn = golden("hub");
    drawn.withObject("/message").put("seed", "6");
    assertThat(flaws(drawn)).hasSize(2).anyMatch(flaw -> flaw.contains("signed is 6"));
  }

  @Test
  void aReceiptForOnePlaceIsNoneForAnother() throws IOException {
    ObjectNode replayed = golden("hub");
    replayed.withObject("/domain").put("chainId", 1);
    assertThat(flaws(replayed)).singleElement().asString().contains("the signature is of");
    replayed.set("domain", golden("nowhere").path("domain"));
    assertThat(flaws(replayed)).hasSize(1);
    ObjectNode moved = golden("nowhere");
    moved.set("domain", golden("hub").path("domain"));
    assertThat(flaws(moved)).hasSize(1);
  }

  @Test
  void anothersNameUnderASignatureAndAnothersSignatureAreMissed() throws IOException {
    ObjectNode other = golden("hub");
    other.put("server", "0x" + "11".repeat(20));
    assertThat(flaws(other)).singleElement().asString().contains("not of 0x1111");
    ObjectNode taken = golden("hub");
    AnswerReceipt receipt = read(taken);
    taken.put("signature", Wallet.ofChance().sign(receipt.digest()).toString());
    assertThat(flaws(taken)).singleElement().asString().contains("not of 0xf39fd6");
  }

  @Test
  void otherBytesThanTheSignedOnesAreMissed() throws IOException {
    ObjectNode asked = golden("nowhere");
    asked.put("request", asked.path("request").asText() + "01");
    assertThat(flaws(asked)).singleElement().asString().contains("the request has root");
    ObjectNode answered = golden("nowhere");
    answered.put("answer", answered.path("answer").asText().replaceFirst("610a$", "620a"));
    assertThat(flaws(answered)).singleElement().asString().contains("the answer has root");
    answered.put("answer", "0xffffffff");
    assertThat(flaws(answered)).hasSize(2).anyMatch(flaw -> flaw.contains("not the form"));
    ObjectNode large = golden("nowhere");
    large.withObject("/text").put("outputBytes", 200);
    assertThat(flaws(large)).singleElement().asString().contains("the answer has root");
  }

  @Test
  void allThatIsMalformedIsToldAtOnce() throws IOException {
    ObjectNode bad = golden("hub");
    bad.put("type", "opml-receipt/2").put("more", 1).put("server", "0x12");
    bad.put("signature", "0x" + "00".repeat(65));
    bad.put("request", "0xAB").put("answer", "0x" + "11".repeat(200));
    bad.withObject("/domain").put("name", "other").put("chainId", 0);
    bad.withObject("/message").put("seed", "-1").put("deadline", 1.5);
    bad.withObject("/message").remove("model");
    bad.withObject("/text").put("cache", "f8").put("context", 1L << 40);
    assertThatThrownBy(() -> read(bad))
        .isInstanceOf(MalformedException.class)
        .hasMessageContainingAll(
            "nobody knows more",
            "type is 'opml-receipt/2'",
            "domain is of 'other'",
            "chainId is 0",
            "model is missing",
            "seed is '-1'",
            "deadline is 1.5",
            "server is \"0x12\"",
            "signature is none: its r is out of range",
            "context is 1099511627776",
            "cache is 'f8'",
            "request is \"0xAB\"",
            "answer is \"0x1111");
    for (String field : List.of("type", "domain", "message", "text", "server", "request")) {
      ObjectNode less = golden("hub");
      less.remove(field);
      // Without these two, it is taken for an answer that has none.
      assertThatThrownBy(() -> read(less)).as(field).isInstanceOf(MalformedException.class);
    }
    ObjectNode last = golden("hub");
    last.withObject("/message").put("deadline", 253_402_300_799L);
    assertThat(read(last).vouched().deadline()).isEqualTo(253_402_300_799L);
    last.withObject("/message").put("deadline", 253_402_300_800L);
    assertThatThrownBy(() -> read(last)).hasMessageContaining("deadline is 253402300800");
    ObjectNode none = golden("hub");
    none.withObject("/text").put("answer", 65);
    assertThatThrownBy(() -> read(none)).hasMessageContaining("answers: expected 1 to 64");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "1",
        "{",
        "{}",
        "{} {}",
        "{\"receipt\":1}",
        "{\"receipt\":null}",
        "{\"receipts\":[[]]}",
        "{\"a\":1,\"a\":1}",
        "data: {\"choices\":[]}\n\ndata: [DONE]\n\n"
      })
  void whatHasNoReceiptIsRefused(String text) {
    assertThatThrownBy(() -> ReceiptJson.read(bytes(text))).isInstanceOf(MalformedException.class);
  }

  @Test
  void giantsAreRefused() {
    assertThatThrownBy(() -> ReceiptJson.read(new byte[ReceiptJson.MOST_BYTES + 1]))
        .hasMessageContaining("which no receipt has");
    String deep = "{\"receipt\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    assertThatThrownBy(() -> ReceiptJson.read(bytes(deep))).isInstanceOf(MalformedException.class);
    String many = "{\"receipts\":[" + "0,".repeat(100_000) + "0]}";
    assertThatThrownBy(() -> ReceiptJson.read(bytes(many)))
        .hasMessageContaining("and 99981 more")
        .message()
        .hasSizeLessThan(2_000);
    String digits = "{\"receipt\":{\"signature\":" + "9".repeat(100_000) + "}}";
    assertThatThrownBy(() -> ReceiptJson.read(bytes(digits)))
        .isInstanceOf(MalformedException.class)
        .message()
        .hasSizeLessThan(2_000);
  }

  @Test
  void receiptsWithASpoiltByteAreRefusedOrWrong() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    AnswerReceipt receipt = read(golden("hub"));
    byte[] good = bytes(golden("hub").toString());
    List<String> survived = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      byte[] bad = good.clone();
      int at = random.nextInt(bad.length);
      bad[at] = (byte) (32 + random.nextInt(95));
      try {
        AnswerReceipt other = ReceiptJson.read(bad).receipts().getFirst();
        // The capacity and the size of the slot are bound by the model's id, and so by its file
        // alone.
        boolean isSame = other.equals(receipt);
        boolean isOfAnotherSize =
            !other.limits().equals(receipt.limits())
                || other.outputBytes() != receipt.outputBytes();
        if (!isSame && !isOfAnotherSize && new ReceiptCheck(other).flaws().isEmpty()) {
          survived.add("byte %d: %s".formatted(at, new String(bad, StandardCharsets.UTF_8)));
        }
      } catch (MalformedException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
    assertThat(survived).as("seed %d", seed).isEmpty();
  }
}
