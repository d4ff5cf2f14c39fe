package opml.lab.equality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import opml.ethereum.chain.Data;
import org.junit.jupiter.api.Assumptions;

/// The pinned Solidity compiler, for what only tests need. It goes the old way to code and does not optimise,
/// which takes a twentieth of the time; the equality test itself looks at the code that is deployed.
final class Solc {
  /// Relative to the module, where Maven runs its tests.
  static final Path CONTRACTS = Path.of("..", "..", "contracts");

  private static final ObjectMapper JSON = new ObjectMapper();

  private Solc() {}

  static void assumeInstalled() {
    boolean installed = Files.isDirectory(CONTRACTS.resolve("node_modules/solc"));
    if (!installed) {
      System.err.println(
          "SKIPPED: solc is not installed; run npm ci --ignore-scripts in contracts/");
    }
    Assumptions.assumeTrue(
        installed, "solc is not installed; run npm ci --ignore-scripts in contracts/");
  }

  static String source(String path) {
    try {
      return Files.readString(CONTRACTS.resolve(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// {@return the compiler's contracts: path, then name, then what was asked for}
  ///
  /// @param sources text by path
  static JsonNode compile(Map<String, String> sources) {
    ObjectNode input = JSON.createObjectNode().put("language", "Solidity");
    ObjectNode files = input.putObject("sources");
    sources.forEach((path, text) -> files.putObject(path).put("content", text));
    ObjectNode settings = input.putObject("settings").put("evmVersion", "prague");
    settings.putObject("optimizer").put("enabled", false);
    settings
        .putObject("outputSelection")
        .putObject("*")
        .putArray("*")
        .add("evm.deployedBytecode.object");
    JsonNode output = run(input.toString());
    for (JsonNode error : output.path("errors")) {
      if (error.path("severity").asText().equals("error")) {
        throw new IllegalStateException(error.path("formattedMessage").asText());
      }
    }
    return output.path("contracts");
  }

  static Data code(JsonNode contracts, String path, String name) {
    return Data.ofHex(
        "0x" + contracts.path(path).path(name).at("/evm/deployedBytecode/object").asText());
  }

  private static JsonNode run(String input) {
    try {
      Path shim = CONTRACTS.resolve("tools/solc.js").toAbsolutePath();
      Path file = Files.createTempFile("opml-solc", ".json");
      Files.writeString(file, input);
      Process process =
          new ProcessBuilder("node", shim.toString(), "--standard-json")
              .redirectInput(file.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      byte[] output = process.getInputStream().readAllBytes();
      Files.delete(file);
      return JSON.readTree(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
