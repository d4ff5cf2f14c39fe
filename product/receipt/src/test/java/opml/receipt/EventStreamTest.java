package opml.receipt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import opml.core.codec.MalformedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A text is hidden in a stream's framing, which a client reads in another way than a check does.
class EventStreamTest {
  private static final Path FILE = Path.of("..", "..", "spec", "vectors", "receipt.json");
  private static final String SAID =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}\n\n";

  /// {@return the faults of a stream, before whose end a receipt comes}
  private static List<String> faults(String stream) throws IOException {
    return read(stream).faults();
  }

  private static ReceiptJson.Found read(String stream) throws IOException {
    String receipt =
        "data: {\"choices\":[],\"receipt\":%s}\n\n"
            .formatted(
                new ObjectMapper().readTree(FILE.toFile()).path("hub").path("receipt").toString());
    return ReceiptJson.read((receipt + stream).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void eventsAreReadAsClientsReadThem() throws IOException {
    EventStream stream =
        EventStream.of(
            ": waiting\n\nevent: a\r\ndata: 1\rdata:2\n\n\ndata\nid: 7\n\nevent: b\n\ndata:  3");
    assertThat(stream.isCut()).isTrue();
    assertThat(stream.events())
        .containsExactly(
            new EventStream.Event("a", "1\n2"),
            new EventStream.Event("", ""),
            new EventStream.Event("", " 3"));
    ReceiptJson.Found found =
        read(": waiting\n\n" + SAID.formatted("a") + SAID.formatted("b") + "data: [DONE]\n\n");
    assertThat(found.faults()).isEmpty();
    assertThat(found.choices()).singleElement().matches(choice -> choice.text().equals("ab"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      textBlock =
          """
          event: thread.x\\nSAID @ another name
          event: response.created\\ndata: {"type":"response.completed"}\\n\\n @ another name
          data: {"type":"response.in_progress","response":{"status":"in_progress"}}\\n\\n @ another name
          data: [DONE]\\n\\nSAID @ after [DONE]
          event: thread.x\\ndata: [DONE]\\n\\n @ another name
          SAIDdata: {"choices":[]}\\n @ within an event
          """)
  void aTextThatIsHiddenInTheFramingIsAFault(String stream, String fault) throws IOException {
    assertThat(faults(stream.replace("SAID", SAID.formatted("a")).replace("\\n", "\n")))
        .anyMatch(each -> each.contains(fault));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      textBlock =
          """
          data: {"choices":[]}\\ndata: {"choices":[]}\\n\\n @ not JSON
          data: [DONE] \\n\\n @ not JSON
          data: 7\\n\\n @ not a JSON object
          """)
  void whatIsNoEventOfOursIsRefused(String stream, String why) {
    assertThatThrownBy(() -> faults(stream.replace("\\n", "\n")))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining(why);
  }
}
