package opml.lab.bench.siege;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import opml.agent.Agent;
import opml.agent.Server;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.LogReader;
import opml.ethereum.rpc.Rpc;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.ground.ChaosProxy;
import opml.lab.bench.ground.Ground;

/// How many calls a server makes to see that nothing is to be done, after it has answered so many requests (audit,
/// finding 11).
///
/// The history is made on a chain that takes transactions without a signature, many a block; to the server it is a
/// history like any other.
final class IdleRow {
  private static final int CALLS_MOST = 10;
  private static final int BATCH = 250;
  private static final int BATCHES_A_BLOCK = 4;
  private static final int LOG_BLOCKS = 1;
  private static final long GAS = 300_000;
  private static final long FAILED = 2;

  private static final int REQUESTER = 1;
  private static final int SERVER = 2;

  private final Ground ground;
  private final Rpc rpc;
  private final Map<Address, Long> nonces = new LinkedHashMap<>();

  private IdleRow(Ground ground) {
    this.ground = ground;
    this.rpc = ground.dev().chain().rpc();
  }

  /// @param requests how many are over
  static RowFigures run(int requests, Consumer<String> progress) {
    long calls = calls(requests, progress);
    return new RowFigures(
        Map.of("idle_calls", calls),
        List.of(Reach.atMost("calls of an idle look", calls, CALLS_MOST)),
        List.of());
  }

  /// {@return the calls of one look behind so many requests that are over}
  static long calls(int requests, Consumer<String> progress) {
    try (Ground ground = Ground.with(3600, 1800)) {
      new IdleRow(ground).history(requests, progress);
      ChaosProxy counter = ground.proxy(ChaosProxy.Options.CLEAN);
      Hub hub =
          new Hub(
              ground.deployment(),
              Ground.sender(ground.connect(counter.url()), ground.wallet(SERVER)));
      Agent server = new Server(hub, ground.honest(), Journal.SILENT);
      for (int look = 1; look <= 2; look++) {
        server.tick(); // reads the history, and has its money paid out
        progress.accept(counter.calls() + " calls until look " + look + " was over");
      }
      long before = counter.calls();
      server.tick();
      long calls = counter.calls() - before;
      progress.accept(calls + " calls of an idle look");
      return calls;
    }
  }

  private void history(int requests, Consumer<String> progress) {
    rpc.once("anvil_autoImpersonateAccount", true);
    rpc.once("evm_setBlockGasLimit", "0x" + Long.toHexString(BATCH * BATCHES_A_BLOCK * GAS));
    ground.stopBlocks();
    List<Object> terms = ground.terms().encode();
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      calls.add(
          call("requestReferenced", ground.model().id(), terms, Bytes32.ZERO, new byte[] {1}));
    }
    List<Bytes32> asked = sent(REQUESTER, calls, "Requested", "requestId");
    progress.accept(asked.size() + " requests");
    List<Bytes32> claimed =
        sent(
            SERVER,
            asked.stream()
                .map(
                    request ->
                        call("claim", request, FAILED, Bytes32.ZERO, new byte[0])
                            .paying(ground.parameters().claimBond()))
                .toList(),
            "Claimed",
            "claimId");
    progress.accept(claimed.size() + " claims");
    ground.skip(ground.parameters().window() + 1);
    List<Bytes32> ended =
        sent(
            SERVER,
            claimed.stream().map(claim -> call("resolve", claim)).toList(),
            "RequestEnded",
            "requestId");
    progress.accept(ended.size() + " of them final");
    if (ended.size() != requests) {
      throw new IllegalStateException(ended.size() + " of " + requests + " requests are final");
    }
    ground.dev().autoMine(true);
  }

  private Call call(String function, Object... arguments) {
    return ground.deployment().hub().call(function, arguments);
  }

  /// Sends and mines all of them.
  ///
  /// @return what an event of theirs names, in their order
  private List<Bytes32> sent(int account, List<Call> calls, String event, String field) {
    Chain chain = ground.dev().chain();
    Address from = ground.address(account);
    long first = chain.latest().number() + 1;
    for (int begin = 0; begin < calls.size(); begin += BATCH) {
      List<Rpc.Request> batch = new ArrayList<>();
      for (Call call : calls.subList(begin, Math.min(begin + BATCH, calls.size()))) {
        batch.add(Rpc.Request.of("eth_sendTransaction", transaction(from, call)));
      }
      rpc.readAll(batch);
      if (begin / BATCH % BATCHES_A_BLOCK == BATCHES_A_BLOCK - 1) {
        ground.mine();
      }
    }
    ground.mine();
    return ground
        .deployment()
        .hub()
        .events(
            new LogReader(chain, LOG_BLOCKS)
                .read(ground.deployment().hub().filter(event), first, chain.latest().number()))
        .stream()
        .map(one -> one.values().bytes32(field))
        .toList();
  }

  private Map<String, String> transaction(Address from, Call call) {
    long nonce = nonces.computeIfAbsent(from, ground.dev().chain()::minedNonce);
    nonces.put(from, nonce + 1);
    return Map.of(
        "from",
        from.toString(),
        "to",
        call.to().orElseThrow().toString(),
        "gas",
        "0x" + Long.toHexString(GAS),
        "value",
        "0x" + call.value().value().toString(16),
        "input",
        call.data().toString(),
        "nonce",
        "0x" + Long.toHexString(nonce));
  }
}
