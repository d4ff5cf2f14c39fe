package opml.lab.bench.ground;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import opml.agent.Agent;
import opml.agent.Loop;
import opml.ethereum.chain.ChainException;
import opml.ethereum.key.Wallet;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.rpc.RpcChain;
import opml.hub.Deployment;
import opml.hub.Hub;
import opml.hub.Journal;

/// An agent in a loop, as `serve` and `verify` run it, with a connection of its own to a node of its own. It can be
/// killed and started again: a new life knows nothing of the one before.
public final class RunningAgent implements AutoCloseable {
  /// Makes the agent of a new life.
  @FunctionalInterface
  public interface Birth {
    Agent of(Hub hub, Journal journal);
  }

  private static final int CONNECTS_MAX = 20;

  private final Deployment deployment;
  private final long chainId;
  private final URI node;
  private final Wallet wallet;
  private final Duration poll;
  private final Birth birth;

  private final Map<String, Integer> troubles = new TreeMap<>();
  private Optional<Thread> life = Optional.empty();

  RunningAgent(
      Deployment deployment, long chainId, URI node, Wallet wallet, Duration poll, Birth birth) {
    this.deployment = deployment;
    this.chainId = chainId;
    this.node = node;
    this.wallet = wallet;
    this.poll = poll;
    this.birth = birth;
  }

  public void start() {
    life = Optional.of(Thread.ofPlatform().daemon().name("agent").start(this::live));
  }

  private void live() {
    try (RpcChain chain = connect()) {
      Hub hub = new Hub(deployment, Ground.sender(chain, wallet));
      new Loop(birth.of(hub, Journal.SILENT), poll, this::hear).run();
    } catch (ChainException e) {
      hear(String.valueOf(e.getMessage()));
    }
  }

  /// Whoever starts an agent tries again when its node is out of order at that moment.
  private RpcChain connect() {
    for (int tries = 1; ; tries++) {
      Rpc rpc = new Rpc(node);
      try {
        return RpcChain.connect(rpc, chainId);
      } catch (ChainException e) {
        rpc.close();
        if (tries == CONNECTS_MAX || Thread.currentThread().isInterrupted()) {
          throw e;
        }
      }
    }
  }

  /// Ends this life in the middle of whatever it does.
  public void kill() {
    life.ifPresent(
        thread -> {
          thread.interrupt();
          try {
            thread.join();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    life = Optional.empty();
  }

  private synchronized void hear(String trouble) {
    troubles.merge(trouble, 1, Integer::sum);
  }

  /// {@return the troubles that it told, in all its lives, a line each}
  public synchronized List<String> notes() {
    return troubles.entrySet().stream()
        .map(trouble -> trouble.getValue() + " x " + trouble.getKey())
        .toList();
  }

  @Override
  public void close() {
    kill();
  }
}
