package opml.sim;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.function.Function;
import opml.agent.Agent;
import opml.agent.Caretaker;
import opml.agent.Host;
import opml.agent.Lookout;
import opml.agent.Monitor;
import opml.agent.SelfAudit;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.agent.WorkDesk;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.time.Time;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.Pending;
import opml.ethereum.chain.Receipt;
import opml.ethereum.devchain.ForwardingChain;
import opml.ethereum.send.Nonces;
import opml.ethereum.send.Order;
import opml.ethereum.send.Outcome;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.ethereum.send.Surroundings;
import opml.ethereum.send.TransactionListener;
import opml.game.move.Parameters;
import opml.game.work.Workshop;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.hub.Terms;
import opml.sim.chain.Bugs;
import opml.sim.chain.Circumstances;
import opml.sim.chain.SimulatedChain;
import opml.sim.chain.SimulatedSigner;
import opml.sim.time.Clockwork;
import opml.sim.toy.Automaton;
import opml.sim.toy.AutomatonWorkshop;
import opml.sim.toy.Deviation;
import opml.store.JobQueue;
import opml.store.RunResults;
import opml.store.memory.MapStore;

/// A simulated chain on which nothing goes wrong, and whose blocks come whenever somebody waits.
final class SmallWorld {
  final Automaton model = new Automaton(4, 2, 4);
  final SimulatedChain chain =
      new SimulatedChain(
          Parameters.DEFAULT,
          List.of(model),
          new Circumstances() {
            @Override
            public long baseFee(long slot) {
              return 10_000_000_000L;
            }

            @Override
            public boolean isCensored(Address account, long slot) {
              return false;
            }

            @Override
            public boolean evicts(long slot) {
              return false;
            }
          },
          Bugs.NONE);

  private final Nonces nonces = new Nonces();
  private long slot;
  private long inputs;

  private final Time time =
      new Time() {
        @Override
        public long nanoTime() {
          return slot * Duration.ofSeconds(Clockwork.SLOT_SECONDS).toNanos();
        }

        @Override
        public void sleep(Duration pause) {
          pass(1);
        }
      };

  static Address account(int number) {
    return Automaton.account(number);
  }

  /// Lets so many blocks come.
  void pass(long blocks) {
    for (long i = 0; i < blocks; i++) {
      chain.seal(++slot);
    }
  }

  Hub hub(int account, Chain node) {
    return new Hub(
        chain.deployment(),
        new Sender(
            node,
            new SimulatedSigner(chain, account(account)),
            SendPolicy.DEFAULT,
            TransactionListener.NONE,
            new Surroundings(time, nonces, _ -> new DirectExecutor())));
  }

  /// Has somebody ask for something new, so many times.
  void ask(int account, int requests) {
    ask(account, requests, inTime());
  }

  /// Has somebody ask once, whose contract is to be told the result.
  void askWithCallback(int account) {
    ask(account, 1, inTime().delivering(account(0x77), 50_000));
  }

  private Terms inTime() {
    return Terms.until(chain.latest().timestamp() + 1_000_000);
  }

  private void ask(int account, int requests, Terms terms) {
    List<Order> orders = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      orders.add(Order.of(request(terms)));
    }
    for (Outcome outcome : hub(account, chain).sender().sendAll(orders)) {
      Receipt _ = outcome.orThrow();
    }
  }

  /// Has somebody ask for something new in the next block.
  void askNext(int account) {
    Pending _ = hub(account, chain).sender().submit(request(inTime()));
  }

  private Call request(Terms terms) {
    byte[] input = ByteBuffer.allocate(Long.BYTES).putLong(inputs++ << 1 | 1).array();
    return chain
        .deployment()
        .hub()
        .call("request", model.id(), terms.encode(), input)
        .paying(Wei.gwei(20_000_000));
  }

  /// {@return a host that does all jobs at once, and keeps nothing for the next one}
  private Host host() {
    return host(MapStore.jobsAlone(), MapStore.resultsAlone(), 3, Runnable::run);
  }

  /// {@return a host of a new process}
  ///
  /// @param threads do the jobs
  Host host(JobQueue jobs, RunResults results, int cores, Executor threads) {
    WorkDesk desk =
        new WorkDesk(
            jobs,
            results,
            threads,
            () -> Instant.ofEpochSecond(chain.latest().timestamp()),
            time,
            cores,
            () -> 1L << 30);
    return new Host(desk, () -> 1e9, new SelfAudit(0, new SplittableRandom(1)));
  }

  Workshop workshop(Deviation lie) {
    return new AutomatonWorkshop(List.of(model), lie);
  }

  Server server(Lookout lookout, Deviation lie, Journal journal) {
    return server(lookout, workshop(lie), journal, host());
  }

  Server server(Lookout lookout, Deviation lie, Journal journal, Server.Policy policy) {
    return server(lookout, workshop(lie), journal, policy, host());
  }

  Server server(Lookout lookout, Workshop workshop, Journal journal, Host host) {
    Server.Policy all = new Server.Policy(Optional.of(Wei.ZERO), true, 1, 0);
    return server(lookout, workshop, journal, all, host);
  }

  private static Server server(
      Lookout lookout, Workshop workshop, Journal journal, Server.Policy policy, Host host) {
    return new Server(
        lookout, workshop, journal, policy, Agent.Caution.DEFAULT, Optional.empty(), host);
  }

  Verifier verifier(Lookout lookout, Journal journal) {
    return verifier(lookout, journal, Verifier.Policy.ALL);
  }

  Verifier verifier(Lookout lookout, Journal journal, Verifier.Policy policy) {
    return new Verifier(
        lookout, workshop(Deviation.NONE), journal, policy, Agent.Caution.DEFAULT, false, host());
  }

  Verifier verifier(Lookout lookout, Workshop workshop, Journal journal, Host host) {
    return new Verifier(lookout, workshop, journal, Agent.Caution.DEFAULT, host);
  }

  /// {@return a verifier whose runs lie, so that it challenges what is right}
  Verifier sham(Lookout lookout) {
    return sham(lookout, new Deviation(Deviation.Kind.INSTRUCTION, 1, 1));
  }

  Verifier sham(Lookout lookout, Deviation lie) {
    return verifier(lookout, workshop(lie), Journal.SILENT, host());
  }

  Caretaker caretaker(Lookout lookout, Journal journal, Caretaker.Policy policy) {
    return new Caretaker(lookout, journal, policy, host());
  }

  Monitor monitor(Lookout lookout, Journal journal) {
    return new Monitor(lookout, workshop(Deviation.NONE), journal, host());
  }

  /// The chain, and how often it was asked what.
  static final class Counted extends ForwardingChain {
    private final Map<String, Integer> calls = new LinkedHashMap<>();
    private long firstBlock = Long.MAX_VALUE;

    Counted(Chain chain) {
      super(chain);
    }

    void forget() {
      calls.clear();
      firstBlock = Long.MAX_VALUE;
    }

    Map<String, Integer> calls() {
      return Map.copyOf(calls);
    }

    int total() {
      return calls.values().stream().mapToInt(count -> count).sum();
    }

    /// {@return the first block of which logs were read}
    long firstBlock() {
      return firstBlock;
    }

    private void count(String what) {
      calls.merge(what, 1, Integer::sum);
    }

    @Override
    protected void asked(String method) {
      if (!method.equals("call")) {
        count(method);
      }
    }

    /// Calls are told by what they call.
    @Override
    public Data call(Call call, Optional<Address> from, BlockRef at) {
      count(call.name());
      return super.call(call, from, at);
    }

    @Override
    public <T> List<Kept<T>> logs(
        LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
      firstBlock = Math.min(firstBlock, from);
      return super.logs(filter, from, to, keep);
    }
  }
}
