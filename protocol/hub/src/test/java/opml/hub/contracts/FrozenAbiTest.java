package opml.hub.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.core.hash.Keccak;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The artifacts that agents call by, against the texts that `contracts/tools/abi.js` froze; hashed by another keccak
/// than there.
class FrozenAbiTest {
  private static final Path FROZEN = Path.of("../../contracts/abi");
  private static final Pattern LINE = Pattern.compile("  (0x[0-9a-f]+) (\\S+)( .*)?");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Hub",
        "Deliveries",
        "Inputs",
        "ModelRegistry",
        "GraphStep",
        "Step",
        "IResultReceiver",
        "IRootReceiver"
      })
  void selectorsAndTopicsAreThoseThatWereFrozen(String contract) throws IOException {
    List<String> frozen = new ArrayList<>();
    String section = "";
    for (String line : Files.readAllLines(FROZEN.resolve(contract + ".txt"))) {
      Matcher entry = LINE.matcher(line);
      if (!line.startsWith(" ")) {
        section = line;
      } else if (entry.matches()) {
        String hash = hash(entry.group(2));
        assertThat(entry.group(1))
            .as("%s of %s in %s", section, entry.group(2), contract)
            .isEqualTo(section.equals("events") ? hash : hash.substring(0, 10));
        frozen.add(section + " " + entry.group(2));
      }
    }
    assertThat(new TreeSet<>(frozen))
        .as("%s: if this is meant, run node tools/abi.js in contracts/", contract)
        .isEqualTo(new TreeSet<>(compiled(contract)))
        .isNotEmpty();
  }

  private static String hash(String signature) {
    return Keccak.hash(signature.getBytes(StandardCharsets.US_ASCII)).toString();
  }

  private static List<String> compiled(String contract) throws IOException {
    List<String> entries = new ArrayList<>();
    try (InputStream in = Artifacts.class.getResourceAsStream(contract + ".json")) {
      for (JsonNode entry : new ObjectMapper().readTree(in).path("abi")) {
        String kind = entry.path("type").asText();
        if (!kind.equals("constructor")) {
          entries.add(kind + "s " + entry.path("name").asText() + types(entry.path("inputs")));
        }
      }
    }
    return entries;
  }

  private static String types(JsonNode parameters) {
    List<String> types = new ArrayList<>();
    for (JsonNode parameter : parameters) {
      String type = parameter.path("type").asText();
      types.add(
          type.startsWith("tuple")
              ? types(parameter.path("components")) + type.substring("tuple".length())
              : type);
    }
    return "(" + String.join(",", types) + ")";
  }
}
