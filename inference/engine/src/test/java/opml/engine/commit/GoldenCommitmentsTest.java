package opml.engine.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import org.junit.jupiter.api.Test;

/// Against `spec/vectors/commitments.json`, which a third implementation wrote.
class GoldenCommitmentsTest {
  private final String json =
      Files.readString(Path.of("..", "..", "spec", "vectors", "commitments.json"));

  GoldenCommitmentsTest() throws IOException {}

  @Test
  void aState() {
    GraphState state =
        new GraphState(GraphState.Status.DONE, Bytes32.ofHex(text("state", "slotsRoot")));
    assertThat(state.commitment()).hasToString(text("state", "hash"));
    Matcher failed = Pattern.compile("\"failed\": \"(0x[0-9a-f]+)\"").matcher(json);
    assertThat(failed.find()).isTrue();
    assertThat(GraphState.FAILED.commitment()).hasToString(failed.group(1));
  }

  @Test
  void aNodeAndItsProgram() {
    byte[] untagged = HexFormat.of().parseHex(text("node", "bytes").substring(2));
    byte[] bytes = Preimage.tagged("node").bytes(untagged).toArray();
    NodeDescriptor node = NodeDescriptor.parse(bytes);
    assertThat(node.encode()).isEqualTo(bytes);
    assertThat(node.hash()).hasToString(text("node", "hash"));
    assertThat(node.program()).hasToString(text("program", "hash"));
  }

  @Test
  void aModel() {
    ModelDescriptor model =
        new ModelDescriptor(
            Bytes32.ofHex(text("model", "graphRoot")),
            (int) number("graphDepth"),
            number("nodeCount"),
            number("loops"),
            Bytes32.ofHex(text("model", "initialSlotsRoot")),
            (int) number("slotDepth"),
            number("inputSlot"),
            (int) number("inputDepth"),
            number("inputBytes"),
            number("outputSlot"),
            (int) number("outputDepth"),
            number("outputBytes"),
            number("outputGiven") == 1);
    assertThat(model.id()).hasToString(text("model", "hash"));
  }

  private long number(String field) {
    return Long.parseLong(field("model", field, "([0-9]+)"));
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
