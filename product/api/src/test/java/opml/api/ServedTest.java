package opml.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// What tests of the server of small models of chance begin with.
abstract class ServedTest {
  static final String CHAT = "/v1/chat/completions";
  static final String TEXT = "/v1/completions";

  @TempDir Path folder;

  final long seed = new Random().nextLong();
  TinyServer server;

  @BeforeEach
  void begin() throws IOException {
    server = TinyServer.start(folder, seed);
  }

  @AfterEach
  void end() {
    server.close();
  }

  JsonNode answer(String path, String json) {
    HttpResponse<String> response = server.post(path, json);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return TinyServer.json(response);
  }
}
