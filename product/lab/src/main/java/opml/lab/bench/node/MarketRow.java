package opml.lab.bench.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import opml.core.account.Wei;
import opml.ethereum.chain.TxHash;
import opml.hub.Picture;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.TemporaryFolder;
import opml.lab.bench.ground.ChaosProxy;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.Mallory;
import opml.lab.bench.ground.NodeFolder;
import opml.lab.bench.ground.OperatedNode;
import opml.lab.bench.ground.Pause;

/// A node begins where many requests are open: how many blocks pass until all are claimed; then, with as many live
/// claims, what it asks its chain for.
final class MarketRow {
  private static final int REQUESTS = 1_000;
  private static final int REQUESTS_A_BLOCK = 100;
  private static final long REQUEST_GAS = 250_000;
  private static final int BLOCK_SECONDS = 2;
  private static final double POLL_SECONDS = 0.5;
  private static final Wei MONEY = Wei.ether(5_000);
  private static final long DAY = 86_400;
  private static final int REQUESTER = 1;

  private static final int BLOCKS_MOST = 80;
  private static final int CALLS_MOST = 6;
  private static final int REREAD_MOST = 64;
  private static final int BLOCKS_GIVEN_UP = 1_000;
  private static final int SETTLING_BLOCKS = 10;

  /// What comes by the clock would blur the figures of a few blocks.
  private static final int CLAIMS = 5;

  private static final int CLAIM_BLOCKS = 9;
  private static final int IDLE_BLOCKS = CLAIMS * CLAIM_BLOCKS;

  private final List<String> program;
  private final Consumer<String> progress;

  MarketRow(List<String> program, Consumer<String> progress) {
    this.program = program;
    this.progress = progress;
  }

  RowFigures run() {
    try (TemporaryFolder folder = TemporaryFolder.make();
        Ground ground = Ground.with(DAY, DAY / 2)) {
      ask(ground);
      ChaosProxy proxy = ground.proxy(ChaosProxy.Options.CLEAN);
      NodeFolder files = NodeFolder.fill(ground, folder.path(), MONEY);
      ground.blocksEvery(BLOCK_SECONDS);
      try (OperatedNode node =
          new OperatedNode(program, files.config(List.of(proxy.url()), POLL_SECONDS, ""))) {
        node.start();
        node.awaitWatched();
        long blocks = untilClaimed(ground, REQUESTS);
        progress.accept("%d blocks until all are claimed".formatted(blocks));
        pass(ground, SETTLING_BLOCKS);
        Calls quiet = Calls.during(ground, proxy, () -> pass(ground, IDLE_BLOCKS));
        double idle = quiet.aBlock();
        progress.accept("%.1f calls a block with nothing to do: %s".formatted(idle, quiet));
        Calls busy = Calls.during(ground, proxy, () -> claims(ground));
        double claim = (busy.all() - idle * busy.blocks()) / CLAIMS;
        String where = busy.beyond(quiet, CLAIMS);
        progress.accept("%.1f more calls for a claim: %s".formatted(claim, where));
        untilClaimed(ground, REQUESTS + CLAIMS);
        long again = rereadAfterAKill(ground, proxy, node);
        progress.accept("%d blocks are read again after a kill".formatted(again));
        return new RowFigures(
            Map.of(
                "blocks_1000",
                blocks,
                "calls_idle",
                idle,
                "calls_claim",
                claim,
                "blocks_reread",
                again),
            List.of(
                Reach.atMost("blocks until 1,000 requests are claimed", blocks, BLOCKS_MOST),
                Reach.atMost("calls a block, nothing to do", idle, CALLS_MOST),
                Reach.atMost("calls for a claim", claim, CALLS_MOST),
                Reach.atMost("blocks read again after a kill", again, REREAD_MOST)),
            List.of("calls for a claim, by method: " + where));
      }
    }
  }

  /// Has the node claim a few times, one after the other.
  private static void claims(Ground ground) {
    for (int i = 0; i < CLAIMS; i++) {
      ground.ask(REQUESTER, Ground.digit(i), Ground.FEE);
      pass(ground, CLAIM_BLOCKS);
    }
  }

  /// What was asked of a node while so many blocks came.
  private record Calls(Map<String, Long> byMethod, long blocks) {
    static Calls during(Ground ground, ChaosProxy proxy, Runnable task) {
      Map<String, Long> counts = new ConcurrentHashMap<>();
      long begin = head(ground);
      proxy.overhear(call -> counts.merge(name(call), 1L, Long::sum));
      task.run();
      proxy.overhear(_ -> {});
      return new Calls(new TreeMap<>(counts), head(ground) - begin);
    }

    /// {@return the method, and the word for the block that it is about}
    private static String name(JsonNode call) {
      String method = call.path("method").asText();
      JsonNode params = call.path("params");
      for (JsonNode param : params) {
        if (List.of("latest", "pending").contains(param.asText())) {
          return method + " " + param.asText();
        }
      }
      return method;
    }

    long all() {
      return byMethod.values().stream().mapToLong(count -> count).sum();
    }

    double aBlock() {
      return (double) all() / blocks;
    }

    /// {@return how often each method was asked for beyond what as many quiet blocks have, for each of so many claims}
    String beyond(Calls quiet, int claims) {
      Map<String, Double> more = new TreeMap<>();
      byMethod.forEach((method, count) -> more.merge(method, (double) count, Double::sum));
      quiet.byMethod.forEach(
          (method, count) ->
              more.merge(method, -(double) count / quiet.blocks * blocks, Double::sum));
      return more.entrySet().stream()
          .map(one -> "%s %.1f".formatted(one.getKey(), one.getValue() / claims))
          .collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
      return byMethod.entrySet().stream()
          .map(one -> "%s %.2f".formatted(one.getKey(), (double) one.getValue() / blocks))
          .collect(Collectors.joining(", "));
    }
  }

  /// {@return of how many blocks, which its process had read before, the node asks for logs again}
  private static long rereadAfterAKill(Ground ground, ChaosProxy proxy, OperatedNode node) {
    long known = head(ground);
    pass(ground, SETTLING_BLOCKS);
    node.kill();
    Set<Long> again = ConcurrentHashMap.newKeySet();
    proxy.overhear(
        call -> {
          if (call.path("method").asText().equals("eth_getLogs")) {
            JsonNode range = call.path("params").path(0);
            long from = number(range.path("fromBlock"));
            long to = Math.min(known, number(range.path("toBlock")));
            for (long block = from; block <= to; block++) {
              again.add(block);
            }
          }
        });
    node.start();
    node.awaitWatched();
    pass(ground, SETTLING_BLOCKS);
    proxy.overhear(_ -> {});
    return again.size();
  }

  private static long number(JsonNode quantity) {
    return Long.parseLong(quantity.asText().substring(2), 16);
  }

  private void ask(Ground ground) {
    Mallory requester = ground.mallory(REQUESTER);
    List<Object> terms = ground.terms().encode();
    ground.stopBlocks();
    int asked = 0;
    for (int begin = 0; begin < REQUESTS; begin += REQUESTS_A_BLOCK) {
      List<TxHash> sent = new ArrayList<>();
      for (int i = begin; i < begin + REQUESTS_A_BLOCK; i++) {
        sent.add(
            requester.send(
                requester
                    .call("request", ground.model().id(), terms, Ground.shortDigit(i))
                    .paying(Ground.FEE),
                REQUEST_GAS));
      }
      ground.mine();
      asked += ground.requested(requester.await(sent)).size();
    }
    if (asked != REQUESTS) {
      throw new IllegalStateException(asked + " of " + REQUESTS + " requests are there");
    }
    progress.accept("%,d requests are open".formatted(asked));
  }

  /// {@return the blocks that passed until there were so many claims}
  private long untilClaimed(Ground ground, int claims) {
    long begin = head(ground);
    Picture picture = ground.picture();
    int told = 0;
    while (picture.claims().size() < claims) {
      long passed = head(ground) - begin;
      if (passed > BLOCKS_GIVEN_UP) {
        throw new IllegalStateException(
            "%d of %d claims after %d blocks".formatted(picture.claims().size(), claims, passed));
      }
      if (picture.claims().size() >= told + 100) {
        told = picture.claims().size();
        progress.accept("%4d blocks: %d claims".formatted(passed, told));
      }
      Pause.millis(250);
      picture = ground.picture();
    }
    return picture.block().number() - begin;
  }

  private static void pass(Ground ground, int blocks) {
    long begin = head(ground);
    Pause.until(60L + 10L * blocks, () -> head(ground) >= begin + blocks);
  }

  private static long head(Ground ground) {
    return ground.dev().chain().latest().number();
  }
}
