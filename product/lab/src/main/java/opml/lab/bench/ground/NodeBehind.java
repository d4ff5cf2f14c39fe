package opml.lab.bench.ground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Set;

/// The good node behind a proxy, asked as it is, or as if it were two blocks late.
final class NodeBehind implements AutoCloseable {
  /// How many blocks a late node lacks.
  private static final long LATE = 2;

  private static final int NO_SUCH_BLOCK = -32000;

  /// Methods that take a block as their last parameter, and its place.
  private static final Set<String> OF_STATE =
      Set.of(
          "eth_call",
          "eth_estimateGas",
          "eth_getBalance",
          "eth_getCode",
          "eth_getTransactionCount");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI url;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final HeldBack pool = new HeldBack(this);

  NodeBehind(URI url) {
    this.url = url;
  }

  HeldBack pool() {
    return pool;
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }

  /// {@return the node's own answer, to which the transactions that are held back were added}
  JsonNode ask(JsonNode call) throws IOException, InterruptedException {
    return pool.answer(call);
  }

  /// {@return the node's own answer}
  JsonNode forward(JsonNode call) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(call.toString()))
            .build();
    return JSON.readTree(client.send(request, HttpResponse.BodyHandlers.ofByteArray()).body());
  }

  /// {@return the result of a call of ours}
  JsonNode result(String method, Object... params) throws IOException, InterruptedException {
    ObjectNode call = JSON.createObjectNode().put("jsonrpc", "2.0").put("id", 1);
    call.put("method", method).set("params", JSON.valueToTree(params));
    return forward(call).path("result");
  }

  /// {@return what a node would answer that has not seen the last blocks}
  JsonNode askLate(JsonNode call) throws IOException, InterruptedException {
    long head = Math.max(0, number(result("eth_blockNumber")) - LATE);
    String method = call.path("method").asText();
    if (!(call.deepCopy() instanceof ObjectNode late)) {
      return call;
    }
    ArrayNode params = late.withArray("params");
    if (OF_STATE.contains(method)) {
      int place = method.equals("eth_getTransactionCount") || params.size() > 1 ? 1 : params.size();
      JsonNode block = params.path(place);
      if (block.isObject()) {
        return isAhead(block.path("blockHash").asText(), head)
            ? refused(call, "header not found")
            : ask(call);
      }
      place(params, place, hex(head));
      return forward(late);
    }
    return switch (method) {
      case "eth_blockNumber" -> answered(call, JSON.valueToTree(hex(head)));
      case "eth_getBlockByNumber" -> {
        String block = params.path(0).asText();
        if (block.startsWith("0x")) {
          yield number(params.path(0)) > head ? answered(call, JSON.nullNode()) : forward(call);
        }
        params.set(0, JSON.valueToTree(hex(head)));
        yield forward(late);
      }
      case "eth_getBlockByHash" ->
          isAhead(params.path(0).asText(), head) ? answered(call, JSON.nullNode()) : forward(call);
      case "eth_getTransactionReceipt" -> {
        JsonNode answer = forward(call);
        JsonNode block = answer.path("result").path("blockNumber");
        yield block.isTextual() && number(block) > head ? answered(call, JSON.nullNode()) : answer;
      }
      case "eth_getLogs" -> logs(call, late, params, head);
      default -> ask(call);
    };
  }

  private JsonNode logs(JsonNode call, ObjectNode late, ArrayNode params, long head)
      throws IOException, InterruptedException {
    if (!(params.path(0) instanceof ObjectNode filter)) {
      return forward(call);
    }
    if (filter.has("blockHash")) {
      return isAhead(filter.path("blockHash").asText(), head)
          ? refused(call, "unknown block")
          : forward(call);
    }
    if (filter.path("fromBlock").asText().startsWith("0x")
        && number(filter.path("fromBlock")) > head) {
      return answered(call, JSON.createArrayNode());
    }
    String to = filter.path("toBlock").asText();
    if (!to.startsWith("0x") || number(filter.path("toBlock")) > head) {
      filter.put("toBlock", hex(head));
    }
    return forward(late);
  }

  private boolean isAhead(String hash, long head) throws IOException, InterruptedException {
    JsonNode block = result("eth_getBlockByHash", hash, false);
    return block.isObject() && number(block.path("number")) > head;
  }

  static ObjectNode answered(JsonNode call, JsonNode result) {
    ObjectNode answer = JSON.createObjectNode().put("jsonrpc", "2.0");
    answer.set("id", call.path("id"));
    answer.set("result", result);
    return answer;
  }

  static ObjectNode refused(JsonNode call, String why) {
    ObjectNode answer = JSON.createObjectNode().put("jsonrpc", "2.0");
    answer.set("id", call.path("id"));
    answer.putObject("error").put("code", NO_SUCH_BLOCK).put("message", why);
    return answer;
  }

  private static void place(ArrayNode params, int index, String block) {
    if (index < params.size()) {
      params.set(index, JSON.valueToTree(block));
    } else {
      params.add(block);
    }
  }

  static long number(JsonNode quantity) {
    return Long.parseLong(quantity.asText("0x0").substring(2), 16);
  }

  static String hex(long number) {
    return "0x" + Long.toHexString(number);
  }
}
