package opml.lab.bench.ground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.core.account.Wei;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Pending;
import opml.ethereum.chain.Revert;
import opml.ethereum.chain.TxHash;
import opml.ethereum.chain.UnsignedTransaction;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.rpc.RpcChain;
import opml.lab.bench.ground.ChaosProxy.Dialect;
import opml.lab.bench.ground.ChaosProxy.Options;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// A siege is worth nothing if the node is not as bad as it says.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class ChaosProxyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BLOCK = "\"eth_getBlockByNumber\",\"params\":[\"latest\",false]";
  private static final String LOGS = "\"eth_getLogs\",\"params\":[{\"fromBlock\":\"0x0\"}]";

  private static DevChain dev;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  /// LOG0 twice: a contract of two logs, at each deployment.
  private static final Call TWO_LOGS =
      new Call(Optional.empty(), Data.ofHex("0x5f5fa05f5fa000"), Wei.ZERO, "logs", Revert::unnamed);

  @BeforeAll
  static void startChain() {
    dev = DevChain.start();
    for (long nonce = 0; nonce < 3; nonce++) {
      dev.chain().send(signed(nonce, 1, TWO_LOGS));
    }
    // A transaction is taken before its block is there.
    Pause.until(60, () -> dev.chain().latest().number() >= 3);
  }

  @AfterAll
  static void stopChain() {
    if (dev != null) {
      dev.close();
    }
  }

  private static Data signed(long nonce, long gwei, Call call) {
    Wei fee = Wei.gwei(gwei);
    return dev.account(0)
        .sign(new UnsignedTransaction(dev.chain().id(), nonce, 500_000, fee, fee.times(3), call));
  }

  private static String post(URI url, String method) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(url)
              .header("content-type", "application/json")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":" + method + "}"))
              .build();
      HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    } catch (IOException e) {
      return "broken";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What a node with this fault alone answers to several calls.
  private static List<String> answers(NodeFault fault, String method, int calls) {
    try (ChaosProxy proxy = ChaosProxy.before(dev.url(), Options.of(11, 1, Set.of(fault)))) {
      List<String> answers = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        answers.add(post(proxy.url(), method));
      }
      return answers;
    }
  }

  private static JsonNode json(String answer) {
    try {
      return JSON.readTree(answer.substring(answer.indexOf(' ')));
    } catch (IOException e) {
      throw new IllegalStateException(answer, e);
    }
  }

  @Test
  void aCleanOneAnswersAsItsNodeAndCounts() {
    try (ChaosProxy proxy = ChaosProxy.before(dev.url(), Options.CLEAN)) {
      assertThat(json(post(proxy.url(), BLOCK))).isEqualTo(json(post(dev.url(), BLOCK)));
      Rpc rpc = new Rpc(proxy.url());
      rpc.readAll(List.of(Rpc.Request.of("eth_chainId"), Rpc.Request.of("eth_blockNumber")));
      assertThat(proxy.calls()).isEqualTo(3);
    }
  }

  @Test
  void itHasFifteenWaysToGoWrong() {
    assertThat(NodeFault.ALL).hasSize(15);
  }

  @Test
  void everyFaultDoesWhatItSays() {
    String good = post(dev.url(), BLOCK);
    JsonNode block = json(good).path("result");
    assertThat(answers(NodeFault.RATE_LIMITED, BLOCK, 1))
        .allMatch(a -> a.startsWith("200") && json(a).at("/error/code").asInt() == -32005);
    assertThat(answers(NodeFault.TOO_MANY_REQUESTS, BLOCK, 8))
        .allMatch(a -> a.startsWith("429"))
        .anyMatch(a -> a.contains("-32005"))
        .anyMatch(a -> !a.contains("{"));
    assertThat(answers(NodeFault.SERVER_ERROR, BLOCK, 2)).allMatch(a -> a.startsWith("50"));
    assertThat(answers(NodeFault.HTML, BLOCK, 1)).allMatch(a -> a.startsWith("200 <!DOCTYPE"));
    assertThat(answers(NodeFault.TORN, BLOCK, 4))
        .allMatch(a -> good.startsWith(a) && a.length() < good.length());
    assertThat(answers(NodeFault.NULL, BLOCK, 1)).allMatch(a -> json(a).path("result").isNull());
    assertThat(answers(NodeFault.WRONG_TYPE, BLOCK, 4))
        .allMatch(a -> json(a).has("result") && !json(a).path("result").equals(block));
    assertThat(answers(NodeFault.FLIPPED, BLOCK, 4))
        .allMatch(a -> a.length() == good.length() && !a.equals(good));
    assertThat(answers(NodeFault.WRONG_ID, BLOCK, 2))
        .allMatch(a -> json(a).path("id").asInt() != 7);
    assertThat(answers(NodeFault.DROPPED_BEFORE, BLOCK, 1)).containsExactly("broken");
    assertThat(answers(NodeFault.DROPPED_AFTER, BLOCK, 1)).containsExactly("broken");
    assertThat(answers(NodeFault.TIP, "\"eth_maxPriorityFeePerGas\"", 1))
        .allMatch(a -> a.contains("0xffffffffffff"));
    long begin = System.nanoTime();
    assertThat(answers(NodeFault.DELAYED, BLOCK, 1)).containsExactly(good);
    assertThat(System.nanoTime() - begin).isGreaterThan(500_000_000L);
  }

  @Test
  void logsGoWrongInFiveWays() {
    JsonNode right = json(post(dev.url(), LOGS)).path("result");
    assertThat(right).hasSize(6);
    List<JsonNode> wrong =
        answers(NodeFault.LOGS, LOGS, 30).stream().map(a -> json(a).path("result")).toList();
    assertThat(wrong).allMatch(logs -> !logs.equals(right));
    assertThat(wrong).anyMatch(logs -> logs.size() == 7).anyMatch(logs -> logs.size() == 5);
    assertThat(wrong).anyMatch(logs -> logs.toString().contains("5e5e5e"));
  }

  @Test
  void aLateNodeHasNotSeenTheLastTwoBlocks() {
    long head = dev.chain().latest().number();
    String newest = dev.chain().latest().hash().toString();
    assertThat(answers(NodeFault.STALE, BLOCK, 1))
        .allMatch(a -> json(a).at("/result/number").asText().equals("0x" + (head - 2)));
    assertThat(
            answers(
                NodeFault.STALE, "\"eth_getBlockByHash\",\"params\":[\"" + newest + "\",false]", 1))
        .allMatch(a -> json(a).path("result").isNull());
    assertThat(answers(NodeFault.STALE, LOGS, 1)).allMatch(a -> json(a).path("result").size() == 2);
    String account = dev.account(0).address().toString();
    assertThat(
            answers(
                NodeFault.STALE,
                "\"eth_getTransactionCount\",\"params\":[\"" + account + "\",\"pending\"]",
                1))
        .allMatch(a -> json(a).path("result").asText().equals("0x1"));
  }

  @Test
  void theSameSeedGivesTheSameFaults() {
    assertThat(spoilt(5)).isEqualTo(spoilt(5)).isNotEqualTo(spoilt(6));
  }

  private static List<String> spoilt(long seed) {
    Set<NodeFault> quick = Set.of(NodeFault.FLIPPED, NodeFault.NULL, NodeFault.WRONG_ID);
    try (ChaosProxy proxy = ChaosProxy.before(dev.url(), Options.of(seed, 0.5, quick))) {
      List<String> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        answers.add(post(proxy.url(), BLOCK));
      }
      return answers;
    }
  }

  @Test
  void aRevertIsToldInAnotherClientsWords() {
    // PUSH4 0xdeadbeef, PUSH0, MSTORE, revert(28, 4)
    String call = "\"eth_estimateGas\",\"params\":[{\"input\":\"0x63deadbeef5f526004601cfd\"}]";
    for (Dialect dialect : Dialect.values()) {
      try (ChaosProxy proxy = ChaosProxy.before(dev.url(), Options.CLEAN.speaking(dialect))) {
        JsonNode error = json(post(proxy.url(), call)).path("error");
        assertThat(error.toString()).contains("deadbeef");
        assertThat(error.path("code").asInt())
            .isEqualTo(
                switch (dialect) {
                  case ANVIL -> 3;
                  case HARDHAT -> -32603;
                  case NETHERMIND -> -32015;
                });
      }
    }
  }

  @Test
  void aPoolLikeGethsKeepsWhatPaysTooLittleAndTakesATenthMore() {
    try (DevChain slow = DevChain.start();
        ChaosProxy proxy = ChaosProxy.before(slow.url(), Options.CLEAN)) {
      proxy.pool().keep();
      RpcChain chain = RpcChain.connect(new Rpc(proxy.url()));
      slow.autoMine(false);
      slow.command("anvil_setNextBlockBaseFeePerGas", "0x" + Long.toHexString(10_000_000_000L));
      slow.mine(1);
      Call nothing = Call.transfer(slow.account(1).address(), Wei.of(1));
      Data cheap = signed(0, 1, nothing);
      chain.send(cheap);
      assertThat(proxy.pool().size()).isEqualTo(1);
      assertThat(chain.pendingNonce(slow.account(0).address())).isEqualTo(1);
      assertThat(chain.knows(hash(cheap))).isTrue();
      assertThatThrownBy(() -> chain.send(signed(0, 1, nothing.paying(Wei.of(2)))))
          .hasMessageContaining("underpriced");
      Data dear = signed(0, 20, nothing);
      chain.send(dear);
      slow.mine(1);
      assertThat(chain.receipt(hash(dear))).isPresent();
      assertThat(proxy.pool().size()).isZero();
    }
  }

  private static TxHash hash(Data signed) {
    UnsignedTransaction any = new UnsignedTransaction(1, 0, 21_000, Wei.ZERO, Wei.ZERO, TWO_LOGS);
    return Pending.Version.of(any, signed).hash();
  }
}
