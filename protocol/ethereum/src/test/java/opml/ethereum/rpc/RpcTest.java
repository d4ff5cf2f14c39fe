package opml.ethereum.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;
import opml.ethereum.key.Wallet;
import opml.ethereum.send.Sender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A node that does whatever a test wants.
class RpcTest {
  private static final Rpc.Options QUICK =
      new Rpc.Options(
          Duration.ofSeconds(5), Duration.ofSeconds(10), 3, Duration.ofMillis(5), 64 << 10);

  /// For nodes that are slow on purpose only: a busy machine makes any node slow.
  private static final Rpc.Options HASTY =
      new Rpc.Options(
          Duration.ofSeconds(5), Duration.ofMillis(400), 3, Duration.ofMillis(5), 64 << 10);

  /// For thousands of answers of which most are asked for anew: pauses are looked at elsewhere.
  private static final Rpc.Options RESTLESS =
      new Rpc.Options(Duration.ofSeconds(5), Duration.ofSeconds(10), 3, Duration.ZERO, 64 << 10);

  private HttpServer server;
  private final AtomicInteger requests = new AtomicInteger();

  private interface Handler {
    void handle(HttpExchange exchange, String id) throws IOException, InterruptedException;
  }

  private Rpc node(Handler handler) throws IOException {
    return node(handler, QUICK);
  }

  private Rpc node(Handler handler, Rpc.Options options) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          String request =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          try {
            handler.handle(exchange, request.replaceFirst("(?s).*?\"id\":(\\d+).*", "$1"));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
    return new Rpc(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/secret-token"), options);
  }

  private Rpc answering(int status, Function<String, String> body) throws IOException {
    return node(
        (exchange, id) -> send(exchange, status, body.apply(id).getBytes(StandardCharsets.UTF_8)));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static String result(String id, String json) {
    return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + json + "}";
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.stop(0);
    }
  }

  @Test
  void aChainThatIsDownIsSaidToBe() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Rpc rpc = new Rpc(URI.create("http://127.0.0.1:" + port), QUICK);
    assertThatThrownBy(() -> rpc.read("eth_chainId"))
        .isInstanceOf(ChainException.Unreachable.class)
        .hasMessageContaining("no node answers at http://127.0.0.1:" + port);
  }

  @Test
  void aNodeThatNeverAnswersIsGivenUp() throws IOException {
    try (Rpc rpc = node((_, _) -> Thread.sleep(10_000), HASTY)) {
      long start = System.nanoTime();
      assertThatThrownBy(() -> rpc.once("eth_chainId"))
          .isInstanceOf(ChainException.Unreachable.class)
          .hasMessageContaining("too slow: no answer to eth_chainId in 400 ms")
          .hasMessageNotContaining("secret");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }
  }

  @Test
  void aBodyThatDripsIsGivenUp() throws IOException {
    Handler drip =
        (exchange, _) -> {
          exchange.sendResponseHeaders(200, 0);
          for (int i = 0; i < 100; i++) {
            exchange.getResponseBody().write(' ');
            exchange.getResponseBody().flush();
            Thread.sleep(50);
          }
        };
    try (Rpc rpc = node(drip, HASTY)) {
      assertThatThrownBy(() -> rpc.once("eth_chainId"))
          .isInstanceOf(ChainException.Unreachable.class)
          .hasMessageContaining("too slow");
    }
  }

  @Test
  void aReadIsRepeatedUntilTheNodeIsBack() throws IOException {
    Handler third =
        (exchange, id) ->
            send(
                exchange,
                requests.get() < 3 ? 503 : 200,
                result(id, "\"0x7\"").getBytes(StandardCharsets.UTF_8));
    try (Rpc rpc = node(third)) {
      assertThat(rpc.read("eth_chainId").number()).isEqualTo(7);
      assertThat(requests).hasValue(3);
    }
  }

  private static String error(String id, int code, String message, String more) {
    return "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,\"message\":\"%s\"%s}}"
        .formatted(id, code, message, more);
  }

  @Test
  void whateverMayPassIsAskedAgain() throws IOException {
    List<Trouble> troubles =
        List.of(
            new Trouble(200, id -> error(id, -32005, "project ID request rate exceeded", "")),
            new Trouble(200, id -> error(id, -32007, "50/second request limit reached", "")),
            new Trouble(200, id -> error(id, -32012, "credits limited to 6000/sec", "")),
            new Trouble(
                200, id -> error(id, 429, "exceeded its compute units per second capacity", "")),
            new Trouble(200, id -> error(id, -32000, "header not found", "")),
            new Trouble(200, id -> error(id, -32000, "header for hash not found", "")),
            new Trouble(200, id -> error(id, -32001, "Unknown block", "")),
            new Trouble(200, id -> error(id, -32000, "Block not found", "")),
            new Trouble(200, id -> error(id, -32000, "missing trie node 00ab", "")),
            new Trouble(
                200, id -> error(id, -32602, "block range extends beyond current head block", "")),
            new Trouble(200, id -> error(id, -32002, "request timed out", "")),
            new Trouble(200, id -> error(id, -32603, "Internal error", "")),
            new Trouble(429, id -> error(id, -32000, "slow down", "")),
            new Trouble(429, _ -> ""),
            new Trouble(429, _ -> "Too Many Requests"),
            new Trouble(500, _ -> ""),
            new Trouble(502, _ -> "<html>bad gateway</html>"),
            new Trouble(503, _ -> "{}"),
            new Trouble(200, _ -> "<html>maintenance</html>"),
            new Trouble(200, id -> result(id, "\"0x7\"").substring(0, 20)),
            new Trouble(200, _ -> result("77777", "\"0x7\"")),
            new Trouble(200, id -> result(id, "null")),
            new Trouble(200, id -> result(id, "7")),
            new Trouble(200, id -> result(id, "\"0xz\"")));
    for (Trouble trouble : troubles) {
      requests.set(0);
      Handler second =
          (exchange, id) -> {
            boolean first = requests.get() == 1;
            String body = first ? trouble.body().apply(id) : result(id, "\"0x7\"");
            send(exchange, first ? trouble.status() : 200, body.getBytes(StandardCharsets.UTF_8));
          };
      try (Rpc rpc = node(second)) {
        assertThat(rpc.<Long>read(Answer::number, "eth_blockNumber"))
            .as("%d %s", trouble.status(), trouble.body().apply("1"))
            .isEqualTo(7);
        assertThat(requests).hasValue(2);
      }
      stop();
    }
  }

  private record Trouble(int status, Function<String, String> body) {}

  @Test
  void aBatchOfWhichOneIsRefusedForAMomentIsAskedAgain() throws IOException {
    Rpc.Request request = Rpc.Request.of("eth_chainId");
    try (Rpc rpc =
        answering(
            200,
            first ->
                "["
                    + (requests.get() == 1
                        ? error(first, -32005, "limit exceeded", "")
                        : result(first, "\"0x1\""))
                    + ","
                    + result(Integer.toString(Integer.parseInt(first) + 1), "\"0x2\"")
                    + "]")) {
      assertThat(rpc.readAll(List.of(request, request))).hasSize(2);
      assertThat(requests).hasValue(2);
    }
  }

  @Test
  void aNodeThatStaysBusyIsUnreachable() throws IOException {
    try (Rpc rpc = answering(200, id -> error(id, -32005, "limit exceeded", ""))) {
      assertThatThrownBy(() -> rpc.read("eth_chainId"))
          .isInstanceOf(ChainException.Unreachable.class)
          .hasMessageContaining("is busy: eth_chainId was refused: limit exceeded");
      assertThat(requests).hasValue(QUICK.attempts());
    }
  }

  @Test
  void aRealRefusalIsNotAskedAgain() throws IOException {
    for (String refusal :
        List.of(
            error("ID", -32602, "invalid argument 0: hex string without 0x prefix", ""),
            error("ID", -32601, "the method eth_call does not exist", ""),
            error("ID", 3, "execution reverted: header not found", ",\"data\":\"0x12\""),
            error("ID", -32000, "execution reverted: rate limit", ""),
            error("ID", -32603, "VM Exception while processing transaction: reverted", ""),
            error("ID", -32000, "insufficient funds for gas * price + value", ""))) {
      requests.set(0);
      try (Rpc rpc = answering(200, id -> refusal.replace("ID", id))) {
        assertThatThrownBy(() -> rpc.read("eth_call"))
            .as(refusal)
            .isInstanceOf(ChainException.Refused.class);
        assertThat(requests).as(refusal).hasValue(1);
      }
      stop();
    }
  }

  @Test
  void aNodeIsLeftAloneForAsLongAsItAsksButNotForLong() throws IOException {
    Handler asking =
        (exchange, id) -> {
          boolean again = requests.get() <= 2;
          if (again) {
            exchange.getResponseHeaders().set("Retry-After", requests.get() == 1 ? "1" : "3600");
          }
          send(exchange, again ? 429 : 200, result(id, "\"0x7\"").getBytes(StandardCharsets.UTF_8));
        };
    try (Rpc rpc = node(asking)) {
      long start = System.nanoTime();
      assertThat(rpc.read("eth_chainId").number()).isEqualTo(7);
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofSeconds(1).plus(Rpc.LONGEST_PAUSE), Duration.ofSeconds(9));
    }
  }

  private static final String NO = "0x08c379a0";

  /// How clients say that a contract reverted a call.
  @Test
  void aRevertIsOneInEveryClientsWords() throws IOException {
    Map<String, Boolean> refusals =
        Map.ofEntries(
            Map.entry(error("ID", 3, "execution reverted: no", data('"' + NO + '"')), true),
            Map.entry(error("ID", -32000, "execution reverted", data('"' + NO + '"')), true),
            Map.entry(error("ID", -32000, "execution reverted", ""), false),
            Map.entry(
                error("ID", -32015, "VM execution error.", data("\"Reverted " + NO + '"')), true),
            Map.entry(error("ID", -32015, "VM execution error.", data("\"Reverted 0x\"")), false),
            Map.entry(error("ID", -32000, "Execution reverted", data('"' + NO + '"')), true),
            Map.entry(
                error(
                    "ID",
                    -32603,
                    "Error: VM Exception while processing transaction: reverted with reason 'no'",
                    data("{\"message\":\"Error: VM Exception\",\"data\":\"" + NO + "\"}")),
                true),
            Map.entry(
                error(
                    "ID",
                    -32603,
                    "Error: Transaction reverted without a reason string",
                    data("{\"message\":\"Error\",\"data\":\"0x\"}")),
                false),
            Map.entry(
                error(
                    "ID",
                    -32000,
                    "VM Exception while processing transaction: revert no",
                    data("{\"hash\":\"0x00\",\"result\":\"" + NO + "\",\"reason\":\"no\"}")),
                true),
            Map.entry(error("ID", -32000, "words of its own", data('"' + NO + '"')), true),
            Map.entry(error("ID", -32000, "invalid opcode: INVALID", ""), false),
            Map.entry(error("ID", -32000, "out of gas", ""), false));
    Call call = Call.transfer(Address.ZERO, Wei.ZERO);
    BlockRef block = new BlockRef(1, Bytes32.ZERO, Bytes32.ZERO, 1, Wei.ZERO);
    for (Map.Entry<String, Boolean> refusal : refusals.entrySet()) {
      requests.set(0);
      try (RpcChain chain = refusing(refusal.getKey())) {
        for (Runnable question :
            List.<Runnable>of(
                () -> chain.call(call, Optional.empty(), block),
                () -> chain.estimateGas(call, Address.ZERO))) {
          assertThatThrownBy(question::run)
              .as(refusal.getKey())
              .isInstanceOfSatisfying(
                  ChainException.Reverted.class,
                  e ->
                      assertThat(e.revert().data())
                          .isEqualTo(refusal.getValue() ? Data.ofHex(NO) : Data.EMPTY));
        }
      }
      stop();
    }
  }

  private static String data(String json) {
    return ",\"data\":" + json;
  }

  private RpcChain refusing(String refusal) throws IOException {
    return RpcChain.connect(
        answering(
            200, id -> requests.get() == 1 ? result(id, "\"0x1\"") : refusal.replace("ID", id)));
  }

  @Test
  void anEstimateThatIsRefusedInUnknownWordsIsARevert() throws IOException {
    Call call = Call.transfer(Address.ZERO, Wei.ZERO);
    Map<String, Class<? extends ChainException>> refusals =
        Map.ofEntries(
            Map.entry(
                error("ID", -32000, "gas required exceeds allowance (30000000)", ""),
                ChainException.Reverted.class),
            Map.entry(
                error("ID", -32000, "Cannot estimate gas, gas spent exceeded the limit", ""),
                ChainException.Reverted.class),
            Map.entry(
                error("ID", -32603, "something of its own", ""), ChainException.Reverted.class),
            Map.entry(
                error("ID", -32000, "insufficient funds for gas * price + value: address 0x", ""),
                ChainException.InsufficientFunds.class),
            Map.entry(
                error("ID", -32003, "Insufficient funds for gas * price + value", ""),
                ChainException.InsufficientFunds.class),
            Map.entry(
                error("ID", -32000, "sender doesn't have enough funds to send tx", ""),
                ChainException.InsufficientFunds.class),
            Map.entry(
                error("ID", -32000, "Upfront cost exceeds account balance", ""),
                ChainException.InsufficientFunds.class),
            Map.entry(
                error("ID", -32000, "lack of funds (0) for max fee (21000)", ""),
                ChainException.InsufficientFunds.class),
            Map.entry(error("ID", -32000, "nonce too low", ""), ChainException.Refused.class),
            Map.entry(error("ID", -32601, "Method not found", ""), ChainException.Refused.class),
            Map.entry(error("ID", -32602, "invalid argument 0", ""), ChainException.Refused.class),
            Map.entry(error("ID", -32000, "header not found", ""), ChainException.Refused.class),
            Map.entry(
                error("ID", -32005, "rate limit exceeded", ""), ChainException.Unreachable.class));
    for (Map.Entry<String, Class<? extends ChainException>> refusal : refusals.entrySet()) {
      requests.set(0);
      try (RpcChain chain = refusing(refusal.getKey())) {
        assertThatThrownBy(() -> chain.estimateGas(call, Address.ZERO))
            .as(refusal.getKey())
            .isInstanceOf(refusal.getValue());
      }
      stop();
    }
  }

  @Test
  void aTransactionThatItsAccountCannotPayIsSaidToBe() throws IOException {
    try (RpcChain chain = refusing(error("ID", -32000, "insufficient funds for transfer", ""))) {
      assertThatThrownBy(() -> chain.send(Data.EMPTY))
          .isInstanceOf(ChainException.InsufficientFunds.class)
          .hasMessageContaining("insufficient funds for transfer");
    }
  }

  @Test
  void whatIsNotToBeRepeatedIsNot() throws IOException {
    try (Rpc rpc = answering(502, _ -> "bad gateway")) {
      assertThatThrownBy(() -> rpc.once("anvil_mine")).hasMessageContaining("HTTP status 502");
      assertThat(requests).hasValue(1);
    }
  }

  @Test
  void anAnswerWithoutEndIsGivenUp() throws IOException {
    Handler endless =
        (exchange, _) -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] chunk = new byte[16 << 10];
          for (int i = 0; i < 1000; i++) {
            exchange.getResponseBody().write(chunk);
          }
        };
    try (Rpc rpc = node(endless)) {
      assertThatThrownBy(() -> rpc.read("eth_getLogs"))
          .isInstanceOf(ChainException.TooLarge.class)
          .hasMessageContaining("more than 65536 bytes");
    }
  }

  @Test
  void randomBytesAreMalformedWhateverTheyAre() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Handler noise =
        (exchange, id) -> {
          byte[] body = new byte[random.nextInt(300)];
          random.nextBytes(body);
          if (random.nextBoolean()) {
            body = result(id, "{}").getBytes(StandardCharsets.UTF_8);
            body[random.nextInt(body.length)] = (byte) random.nextInt();
          }
          send(exchange, 200, body);
        };
    try (Rpc rpc = node(noise)) {
      for (int i = 0; i < 300; i++) {
        try {
          rpc.once("eth_getBlockByNumber").field("number").number();
          throw new AssertionError("seed " + seed + ": noise was taken for a number");
        } catch (ChainException.Malformed e) {
          assertThat(e.getMessage()).as("seed %d", seed).isNotBlank();
        }
      }
    }
  }

  @Test
  void answersOfTheWrongShapeAreMalformed() throws IOException {
    for (String body :
        new String[] {
          "null",
          "[]",
          "3",
          "{}",
          "{\"jsonrpc\":\"2.0\",\"id\":ID}",
          "{\"jsonrpc\":\"1.0\",\"id\":ID,\"result\":\"0x1\"}",
          "{\"jsonrpc\":\"2.0\",\"id\":77777,\"result\":\"0x1\"}",
          "{\"jsonrpc\":\"2.0\",\"id\":\"ID\",\"result\":\"0x1\"}",
          "{\"jsonrpc\":\"2.0\",\"id\":ID,\"error\":\"no\"}",
          "{\"jsonrpc\":\"2.0\",\"id\":ID,\"error\":{\"code\":\"1\",\"message\":\"no\"}}",
          "{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":\"0x1\",\"result\":\"0x2\"}",
          "{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":\"0x1\"} {}",
          "{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":1}",
          "{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":\"1\"}",
          "{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":\"0x\"}",
          "{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":\"0x-1\"}",
          "{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":\"0x٣\"}",
          "{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":\"0x8000000000000000\"}",
          "{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":\"0x1" + "0".repeat(64) + "\"}",
          "{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":" + "[".repeat(500) + "]".repeat(500) + "}",
        }) {
      try (Rpc rpc = answering(200, id -> body.replace("ID", id))) {
        assertThatThrownBy(() -> rpc.read("eth_chainId").number())
            .as(body)
            .isInstanceOf(ChainException.Malformed.class);
      }
      stop();
    }
  }

  @Test
  void aRefusalKeepsTheNodesWordsAndTheRevertsBytes() throws IOException {
    String error = "{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0x1234\"}";
    try (Rpc rpc =
        answering(500, id -> "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":" + error + "}")) {
      assertThatThrownBy(() -> rpc.read("eth_call"))
          .isInstanceOfSatisfying(
              ChainException.Refused.class,
              e -> {
                assertThat(e.code()).isEqualTo(3);
                assertThat(e.reason()).isEqualTo("execution reverted");
                assertThat(e.data()).contains(Data.ofHex("0x1234"));
              });
      assertThat(requests).as("a refusal is final").hasValue(1);
    }
  }

  @Test
  void aBatchIsPutInOrder() throws IOException {
    Rpc.Request request = Rpc.Request.of("eth_chainId");
    try (Rpc rpc =
        answering(200, _ -> "[" + result("2", "\"0x22\"") + "," + result("1", "\"0x11\"") + "]")) {
      assertThat(rpc.readAll(List.of(request, request)))
          .extracting(Answer::number)
          .containsExactly(0x11L, 0x22L);
      assertThatThrownBy(() -> rpc.readAll(List.of(request, request)))
          .as("those are the ids of the first batch")
          .isInstanceOf(ChainException.Malformed.class);
      assertThatThrownBy(() -> rpc.readAll(List.of(request)))
          .hasMessageContaining("expected an array of 1 answers");
    }
  }

  @Test
  void aHostileNodeNeverCausesAnyOtherException() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String[] shapes = {
      "null",
      "true",
      "1",
      "1e99",
      "\"\"",
      "\"0x\"",
      "\"0x0\"",
      "\"0x1\"",
      "\"0xg\"",
      "[]",
      "{}",
      "\"0x" + "ab".repeat(20) + "\"",
      "\"0x" + "cd".repeat(32) + "\"",
      "[null]",
      "[[]]",
      "[{}]",
      "\"0x" + "f".repeat(64) + "\"",
      "\"0x" + "f".repeat(65) + "\""
    };
    String[] fields = {
      "number",
      "hash",
      "parentHash",
      "timestamp",
      "baseFeePerGas",
      "address",
      "topics",
      "data",
      "blockNumber",
      "blockHash",
      "transactionHash",
      "logIndex",
      "from",
      "status",
      "gasUsed",
      "effectiveGasPrice",
      "logs",
      "contractAddress"
    };
    Function<String, String> hostile =
        id -> {
          StringBuilder object = new StringBuilder("{\"x\":0");
          for (String field : fields) {
            if (random.nextInt(12) > 0) {
              object.append(",\"" + field + "\":" + shapes[random.nextInt(shapes.length)]);
            }
          }
          object.append('}');
          return result(
              id,
              switch (random.nextInt(3)) {
                case 0 -> shapes[random.nextInt(shapes.length)];
                case 1 -> object.toString();
                default -> "[" + object + "]";
              });
        };
    Function<String, String> body =
        id -> requests.get() == 1 ? result(id, "\"0x1\"") : hostile.apply(id);
    try (Rpc rpc =
        node(
            (exchange, id) -> send(exchange, 200, body.apply(id).getBytes(StandardCharsets.UTF_8)),
            RESTLESS)) {
      RpcChain chain = RpcChain.connect(rpc);
      Address account = Address.ZERO;
      TxHash hash = new TxHash(Bytes32.ZERO);
      LogFilter all = new LogFilter(List.of(), List.of());
      BlockRef block = new BlockRef(1, Bytes32.ZERO, Bytes32.ZERO, 1, Wei.ZERO);
      Call call = Call.transfer(account, Wei.ZERO);
      Wallet signer = Wallet.of(Bytes32.ofWord(1));
      List<Runnable> questions =
          List.of(
              chain::latest,
              () -> chain.block(1),
              () -> chain.block(Bytes32.ZERO),
              () -> chain.balance(account, block),
              () -> chain.code(account, block),
              () -> chain.call(call, Optional.empty(), block),
              () -> chain.logs(all, block),
              () -> chain.logs(all, 0, 100),
              () -> chain.transactions(block),
              () -> chain.pendingNonce(account),
              () -> chain.estimateGas(call, account),
              chain::suggestedTip,
              () -> chain.send(Data.EMPTY),
              () -> chain.receipt(hash).ifPresent(Receipt::fee),
              () -> new Sender(chain, signer).submit(call),
              () -> chain.knows(hash));
      for (int i = 0; i < 800; i++) {
        try {
          questions.get(i % questions.size()).run();
        } catch (ChainException e) {
          assertThat(e.getMessage()).as("seed %d", seed).isNotBlank();
        } catch (RuntimeException e) {
          throw new AssertionError("seed " + seed + ", question " + i % questions.size(), e);
        }
      }
    }
  }
}
