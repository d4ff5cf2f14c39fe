package opml.lab.bench.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.ContractAbi;
import opml.ethereum.chain.ChainException;
import opml.ethereum.devchain.LyingKinds;
import opml.ethereum.devchain.LyingKinds.LyingKind;
import opml.ethereum.devchain.LyingNode;
import opml.ethereum.rpc.Answer;
import opml.game.claim.RequestId;
import opml.hub.Picture.SeenClaim;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.TemporaryFolder;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.NodeFolder;
import opml.lab.bench.ground.OperatedNode;
import opml.lab.bench.ground.Pause;

/// Kind after kind of lie, told to a new node by one of its three RPCs, or by its only one where it believes proofs: a
/// request is open and more come. The node may answer them rightly or do nothing; anything else that its account sends
/// is acting upon a lie. Who lied must be in its log and its metrics.
final class LiesRow {
  private static final int REQUESTER = 1;
  private static final Wei MONEY = Wei.ether(1_000);
  private static final long WINDOW = 360_000;
  private static final long ALLOWANCE = 180_000;
  private static final int BLOCK_SECONDS = 1;
  private static final double POLL_SECONDS = 0.3;
  private static final int KINDS_LEAST = 25;

  /// So many blocks the node may act in, once it was lied to.
  private static final int BLOCKS = 4;

  /// A lie that is not told within so many is not one for this node: it does not ask.
  private static final int BLOCKS_UNTOLD = 8;

  private static final int BLOCKS_UNNAMED = 30;

  private final List<String> program;
  private final Consumer<String> progress;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<Map<String, Object>> lies = new ArrayList<>();
  private final List<String> untold = new ArrayList<>();
  private int acted;
  private int unnamed;
  private final Map<RequestId, byte[]> inputs = new HashMap<>();

  LiesRow(List<String> program, Consumer<String> progress) {
    this.program = program;
    this.progress = progress;
  }

  /// Where lies are told.
  ///
  /// @param liar the first of the nodes
  /// @param chain settings of the node's file that say whom it believes
  /// @param atOnce whether the node is lied to from its start: others can start it
  private record Mode(String name, LyingNode liar, List<URI> nodes, String chain, boolean atOnce) {}

  RowFigures run() {
    try (client;
        TemporaryFolder folder = TemporaryFolder.make();
        Ground ground = Ground.with(WINDOW, ALLOWANCE);
        LyingNode liar = LyingNode.before(ground.dev().url());
        LyingNode second = LyingNode.before(ground.dev().url());
        LyingNode third = LyingNode.before(ground.dev().url())) {
      NodeFolder files = NodeFolder.fill(ground, folder.path(), MONEY);
      ask(ground);
      ground.blocksEvery(BLOCK_SECONDS);
      Bytes32 genesis = ground.dev().chain().block(0).orElseThrow().hash();
      Mode quorum =
          new Mode(
              "quorum",
              liar,
              List.of(liar.url(), second.url(), third.url()),
              "trust = \"quorum\"\nquorum = 2",
              true);
      Mode proof = new Mode("proof", liar, List.of(liar.url()), "trust = \"proof\"", false);
      int first = tell(ground, files, quorum, LyingKinds.plain(genesis));
      int other = tell(ground, files, proof, LyingKinds.boundByHashes(genesis));
      return new RowFigures(
          Map.of("lies", lies),
          List.of(
              Reach.atLeast("kinds of lie by one RPC of three", first, KINDS_LEAST),
              Reach.atLeast("kinds of lie by the only one, in proof mode", other, KINDS_LEAST),
              Reach.none("lies that were acted upon", acted),
              Reach.none("lies whose teller is not in log and metrics", unnamed)),
          untold.isEmpty()
              ? List.of()
              : List.of("not told, since nobody asked: " + String.join(", ", untold)));
    }
  }

  private RequestId ask(Ground ground) {
    byte[] input = Ground.digit(inputs.size());
    RequestId request = ground.ask(REQUESTER, input, Ground.FEE);
    inputs.put(request, input);
    return request;
  }

  /// {@return how many kinds were told}
  private int tell(Ground ground, NodeFolder files, Mode mode, List<LyingKind> kinds) {
    int told = 0;
    for (LyingKind kind : kinds) {
      told += tell(ground, files, mode, kind) ? 1 : 0;
    }
    return told;
  }

  private boolean tell(Ground ground, NodeFolder files, Mode mode, LyingKind kind) {
    AtomicInteger told = new AtomicInteger();
    LyingNode.Lie counted =
        (method, params, truth) -> {
          JsonNode before = truth.deepCopy();
          JsonNode said = kind.lie().said(method, params, truth);
          if (!said.equals(before)) {
            told.incrementAndGet();
          }
          return said;
        };
    long begin = head(ground);
    mode.liar().say(mode.atOnce() ? counted : LyingNode.Lie.NONE);
    try (OperatedNode node =
        new OperatedNode(
            program,
            files.config(mode.nodes(), POLL_SECONDS, mode.chain(), "[store]\nkind = \"memory\""))) {
      node.start();
      node.awaitWatched();
      mode.liar().say(counted);
      RequestId request = ask(ground);
      long asked = head(ground);
      await(ground, asked + BLOCKS);
      while (told.get() == 0 && head(ground) < asked + BLOCKS_UNTOLD) {
        Pause.millis(200);
      }
      if (told.get() == 0) {
        untold.add(mode.name() + " " + kind.name());
        return false;
      }
      boolean named = isNamed(mode.liar().url(), node);
      while (!named && head(ground) < asked + BLOCKS_UNNAMED) {
        Pause.millis(500);
        named = isNamed(mode.liar().url(), node);
      }
      node.kill();
      mode.liar().say(LyingNode.Lie.NONE);
      List<String> wrong = wrong(ground, files.account(), begin);
      acted += wrong.isEmpty() ? 0 : 1;
      unnamed += named ? 0 : 1;
      lies.add(
          Map.of(
              "kind", kind.name(),
              "mode", mode.name(),
              "acted", !wrong.isEmpty(),
              "named", named));
      progress.accept(
          "%s, %s: told %d times, %s%s; %s"
              .formatted(
                  mode.name(),
                  kind.name(),
                  told.get(),
                  named ? "named" : "NOT NAMED",
                  wrong.isEmpty() ? "" : ", ACTED UPON: " + wrong,
                  ground.picture().claimsOn(request).isEmpty()
                      ? "nothing was answered"
                      : "the request was answered"));
      return true;
    } finally {
      mode.liar().say(LyingNode.Lie.NONE);
    }
  }

  private static long head(Ground ground) {
    return ground.dev().chain().latest().number();
  }

  private static void await(Ground ground, long block) {
    Pause.until(120, () -> head(ground) >= block);
  }

  /// {@return whether log and metrics tell of a fault of the node at an address, and of no other's}
  private boolean isNamed(URI liar, OperatedNode node) {
    String place = "127.0.0.1:" + liar.getPort();
    boolean isLogged =
        node.said().lines().anyMatch(line -> line.contains("node fault") && line.contains(place));
    List<String> counted =
        metrics(node)
            .lines()
            .filter(line -> line.startsWith("opml_node_faults_total{"))
            .filter(line -> !line.endsWith(" 0.0"))
            .toList();
    return isLogged
        && !counted.isEmpty()
        && counted.stream().allMatch(line -> line.contains(place));
  }

  private String metrics(OperatedNode node) {
    URI web = node.web().orElseThrow();
    try {
      return client
          .send(
              HttpRequest.newBuilder(web.resolve("/metrics")).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /// {@return what an account sent since a block that is no right claim}
  private List<String> wrong(Ground ground, Address account, long since) {
    List<String> wrong = new ArrayList<>();
    for (long number = since; number <= head(ground); number++) {
      Answer block =
          ground.dev().command("eth_getBlockByNumber", "0x" + Long.toHexString(number), true);
      for (Answer transaction : block.field("transactions").elements()) {
        if (transaction.field("from").address().equals(account)
            && !isClaimThatSucceeded(ground, transaction)) {
          wrong.add(transaction.field("hash").text());
        }
      }
    }
    for (SeenClaim claim : ground.picture().claims().values()) {
      if (claim.state().claim().server().equals(account) && !isRight(ground, claim)) {
        wrong.add("a wrong claim, " + claim.id());
      }
    }
    return wrong;
  }

  private static boolean isClaimThatSucceeded(Ground ground, Answer transaction) {
    ContractAbi hub = ground.deployment().hub().abi();
    Answer receipt =
        ground.dev().command("eth_getTransactionReceipt", transaction.field("hash").text());
    try {
      hub.decodeCall(hub.function("claim"), transaction.field("input").data());
      return receipt.field("status").number() == 1;
    } catch (ChainException.Malformed e) {
      return false;
    }
  }

  private boolean isRight(Ground ground, SeenClaim claim) {
    byte[] input = inputs.get(claim.state().claim().request());
    return input != null
        && ground
            .honest()
            .work(ground.model().id(), input)
            .orElseThrow()
            .result()
            .finalState()
            .equals(claim.state().claim().finalState());
  }
}
