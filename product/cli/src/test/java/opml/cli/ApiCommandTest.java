package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiCommandTest {
  @TempDir Path folder;

  private final long seed = new Random().nextLong();
  private Path model;

  @BeforeEach
  void writeModel() throws IOException {
    model = TinyCheckpoint.write(folder.resolve("tiny.bin"), seed, true);
  }

  @Test
  void whatIsSaidIsWhatRunSays() throws IOException, InterruptedException {
    JsonNode run =
        CliRun.of("run", "-m", model, "-p", "ab c", "-n", 8, "--json").succeeds().json().getFirst();
    CliRun server = CliRun.start("api", "-m", model, "--port", 0, "--json").until("\"url\"");
    String url = server.json().getFirst().path("url").asText();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest ask =
          HttpRequest.newBuilder(URI.create(url + "/v1/completions"))
              .header("Content-Type", "application/json")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"model\": \"tiny\", \"prompt\": \"ab c\", \"max_tokens\": 8}"))
              .build();
      HttpResponse<String> answer = client.send(ask, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      JsonNode json = new ObjectMapper().readTree(answer.body());
      assertThat(json.path("choices").path(0).path("text").asText())
          .as("seed %d", seed)
          .isEqualTo(run.path("text").asText());
    } finally {
      server.stop();
    }
    assertThat(server.code()).isZero();
  }

  @Test
  void whatCannotBeServedIsRefusedInOneLine() throws IOException {
    CliRun.of("api", "-m", folder.resolve("none.gguf"))
        .failsWith("none.gguf: there is no such file");
    CliRun.of("api", "-m", model, "-m", model, "--port", 0).failsWith("another one has this name");
    CliRun.of("api", "-m", model, "--port", -1).failsWith("--port -1");
    CliRun.of("api", "-m", model, "--parallel", 0).failsWith("--parallel 0");
    CliRun.of("api", "-m", model, "--queue", 0).failsWith("--queue 0");
    CliRun.of("api", "-m", model, "--host", "0.0.0.0", "--port", 0)
        .failsWith("--host 0.0.0.0", "needs a key");
    Path key = Files.writeString(folder.resolve("api.key"), "0123456789abcdef\n");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    CliRun.of("api", "-m", model, "--api-key-file", key).failsWith("others may read it");
    Path brief = Files.writeString(folder.resolve("brief.key"), "0123");
    Files.setPosixFilePermissions(brief, PosixFilePermissions.fromString("rw-------"));
    CliRun.of("api", "-m", model, "--api-key-file", brief).failsWith("16 letters");
    try (ServerSocket taken = new ServerSocket(0)) {
      CliRun.of("api", "-m", model, "--port", taken.getLocalPort())
          .failsWith("--port " + taken.getLocalPort(), "cannot be listened on");
    }
  }
}
