package opml.ethereum.devchain;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.key.Wallet;
import opml.ethereum.rpc.Answer;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.rpc.RpcChain;

/// A private chain on this machine, with rich accounts, whose time, blocks and history can be
/// commanded. It is a real chain in every other respect.
///
/// ```java
/// try (DevChain dev = DevChain.start()) {
///   Sender sender = new Sender(dev.chain(), dev.account(0));
///   ...
///   dev.increaseTime(Duration.ofDays(1));
/// }
/// ```
public final class DevChain implements AutoCloseable {
  /// How to start one.
  ///
  /// @param accounts how many have money from the beginning, 10,000 ether each
  /// @param chainId the number of the chain
  /// @param port to listen on; 0 for any free one
  /// @param state a file that keeps the chain from one run to the next
  /// @param saveEvery the pause between two writings of that file, which is how much a kill or a power failure can lose
  /// @param blockTime seconds between blocks; 0 for a block with each transaction
  /// @param node which implementation runs it
  /// @param progress hears of a long installation, and of trouble with the file
  public record Options(
      int accounts,
      long chainId,
      int port,
      Optional<Path> state,
      Duration saveEvery,
      int blockTime,
      NodeKind node,
      Consumer<String> progress) {
    public static final Options DEFAULT =
        new Options(
            20, 31337, 0, Optional.empty(), Duration.ofSeconds(10), 0, NodeKind.ANVIL, _ -> {});

    public Options withState(Path file) {
      return new Options(
          accounts, chainId, port, Optional.of(file), saveEvery, blockTime, node, progress);
    }

    public Options withSaveEvery(Duration pause) {
      return new Options(accounts, chainId, port, state, pause, blockTime, node, progress);
    }

    public Options withPort(int number) {
      return new Options(accounts, chainId, number, state, saveEvery, blockTime, node, progress);
    }

    public Options withBlockTime(int seconds) {
      return new Options(accounts, chainId, port, state, saveEvery, seconds, node, progress);
    }

    public Options withNode(NodeKind kind) {
      return new Options(accounts, chainId, port, state, saveEvery, blockTime, kind, progress);
    }

    public Options withProgress(Consumer<String> hears) {
      return new Options(accounts, chainId, port, state, saveEvery, blockTime, node, hears);
    }
  }

  /// A point to come back to with [#revert].
  public record Checkpoint(String id) {}

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// In the words of anvil and of hardhat.
  private static final Pattern PORT_TAKEN =
      Pattern.compile("address already in use|EADDRINUSE", Pattern.CASE_INSENSITIVE);

  private final NodeKind node;
  private final NodeProcess process;
  private final RpcChain chain;
  private final List<Wallet> accounts;
  private final Optional<StateKeeper> keeper;
  private final Optional<StateLock> lock;
  private final Consumer<String> troubles;
  private final Thread hook = new Thread(this::endWithThisJvm, "end-chain");
  private boolean ended;

  private DevChain(
      NodeKind node,
      NodeProcess process,
      RpcChain chain,
      List<Wallet> accounts,
      Optional<StateKeeper> keeper,
      Optional<StateLock> lock,
      Consumer<String> troubles) {
    this.node = node;
    this.process = process;
    this.chain = chain;
    this.accounts = accounts;
    this.keeper = keeper;
    this.lock = lock;
    this.troubles = troubles;
  }

  /// Starts a fresh chain on a free port.
  ///
  /// @throws DevChainException if the node cannot be found, installed or started
  public static DevChain start() {
    return start(Options.DEFAULT);
  }

  /// Starts a chain.
  ///
  /// @throws DevChainException if the node cannot be found, installed or started, or cannot load the state, which is
  ///     then left as it is, or if another chain runs on it
  public static DevChain start(Options options) {
    Optional<StateLock> lock = options.state().map(StateLock::take);
    try {
      return start(options, lock);
    } catch (RuntimeException e) {
      lock.ifPresent(StateLock::close);
      throw e;
    }
  }

  private static DevChain start(Options options, Optional<StateLock> lock) {
    if (options.state().isPresent() && options.node() != NodeKind.ANVIL) {
      throw new DevChainException(options.node() + " cannot keep its chain in a file");
    }
    boolean loads = options.state().filter(Files::exists).isPresent();
    NodeProcess process = started(options, loads);
    try {
      RpcChain chain = RpcChain.connect(new Rpc(url(process.port())), options.chainId());
      if (loads) {
        options.state().ifPresent(StateKeeper::keepPrevious);
      }
      Optional<StateKeeper> keeper =
          options
              .state()
              .map(
                  file ->
                      new StateKeeper(
                          file, url(process.port()), options.saveEvery(), options.progress()));
      List<Wallet> accounts = process.keys().stream().map(Wallet::of).toList();
      DevChain dev =
          new DevChain(options.node(), process, chain, accounts, keeper, lock, options.progress());
      Runtime.getRuntime().addShutdownHook(dev.hook);
      return dev;
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
  }

  private static NodeProcess started(Options options, boolean loads) {
    Function<Path, List<String>> program =
        switch (options.node()) {
          case ANVIL -> {
            Path anvil = AnvilBinary.ofThisProcess(options.progress()).findOrInstall();
            yield folder -> anvil(anvil, options, loads, folder);
          }
          case HARDHAT -> _ -> Hardhat.command(arguments(options));
        };
    try {
      return NodeProcess.start(options.node().toString(), program, PATIENCE);
    } catch (DevChainException e) {
      String said = String.valueOf(e.getMessage());
      if (PORT_TAKEN.matcher(said).find()) {
        throw new DevChainException(
            "port %d is taken: something else listens there; choose another, or 0 for any free one"
                .formatted(options.port()),
            e);
      }
      if (!loads || !said.contains("--load-state")) {
        throw e;
      }
      Path file = options.state().orElseThrow();
      throw new DevChainException(
          "%s: not a state that anvil can load; it is left as it is, the one before it may be at %s. %s"
              .formatted(file, StateKeeper.previous(file), said),
          e);
    }
  }

  /// @param folder for states of old blocks, of which a long run has gigabytes; anvil's own place for them is the home
  ///     folder, where it leaves them when it is ended
  private static List<String> anvil(Path anvil, Options options, boolean loads, Path folder) {
    List<String> program = new ArrayList<>(List.of(anvil.toString()));
    program.addAll(List.of("--host", "127.0.0.1"));
    program.addAll(arguments(options));
    program.addAll(List.of("--hardfork", "prague", "--no-cors", "--color", "never"));
    program.addAll(List.of("--cache-path", folder.toString()));
    if (loads) {
      options.state().ifPresent(file -> program.addAll(List.of("--load-state", file.toString())));
    }
    return program;
  }

  /// {@return the arguments that both nodes understand}
  private static List<String> arguments(Options options) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--port", Integer.toString(options.port())));
    arguments.addAll(List.of("--accounts", Integer.toString(options.accounts())));
    arguments.addAll(List.of("--chain-id", Long.toString(options.chainId())));
    if (options.blockTime() > 0) {
      arguments.addAll(List.of("--block-time", Integer.toString(options.blockTime())));
    }
    return arguments;
  }

  private static URI url(int port) {
    return URI.create("http://127.0.0.1:" + port);
  }

  public RpcChain chain() {
    return chain;
  }

  public URI url() {
    return url(process.port());
  }

  /// {@return the accounts that have money. Their keys are the same on every development chain, and
  /// known to everybody}
  public List<Wallet> accounts() {
    return accounts;
  }

  public Wallet account(int index) {
    return accounts.get(index);
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /// {@return the last lines that the node printed}
  public String output() {
    return process.output();
  }

  /// Mines empty blocks.
  public void mine(int blocks) {
    command(node.method("mine"), quantity(blocks));
  }

  /// Lets the time pass and mines a block, so that the chain shows it.
  public void increaseTime(Duration duration) {
    command("evm_increaseTime", duration.toSeconds());
    mine(1);
  }

  /// Mines a block with exactly this timestamp, in seconds since 1970, later than the newest block's.
  public void setTime(long timestamp) {
    command("evm_setNextBlockTimestamp", timestamp);
    mine(1);
  }

  /// Gives the next block exactly this timestamp, and mines nothing.
  public void setNextBlockTime(long timestamp) {
    command("evm_setNextBlockTimestamp", timestamp);
  }

  /// {@return a point to come back to, once}
  public Checkpoint checkpoint() {
    return new Checkpoint(command("evm_snapshot").text());
  }

  /// Goes back to a checkpoint, which is used up by it.
  ///
  /// @throws IllegalArgumentException if there is no such checkpoint
  public void revert(Checkpoint checkpoint) {
    if (!command("evm_revert", checkpoint.id()).bool()) {
      throw new IllegalArgumentException("no such checkpoint: " + checkpoint);
    }
  }

  public void setBalance(Address account, Wei balance) {
    command(node.method("setBalance"), account.toString(), "0x" + balance.value().toString(16));
  }

  /// Replaces the newest `depth` blocks by as many other, empty ones.
  ///
  /// @throws DevChainException if the node cannot do that; a checkpoint from before and other blocks come to the same
  public void reorg(int depth) {
    if (node != NodeKind.ANVIL) {
      throw new DevChainException(node + " cannot replace blocks that are mined");
    }
    command("anvil_reorg", depth, List.of());
  }

  /// Mines a block with each transaction, or only when told to.
  public void autoMine(boolean on) {
    command("evm_setAutomine", on);
  }

  /// Makes the node forget a transaction that waits for a block.
  public void drop(Bytes32 transaction) {
    command(node.method("dropTransaction"), transaction.toString());
  }

  /// {@return the answer to any other of the node's methods}
  public Answer command(String method, Object... params) {
    return chain.rpc().once(method, params);
  }

  private static String quantity(long value) {
    return "0x" + Long.toHexString(value);
  }

  /// Ends the chain; with a state file, after writing it.
  ///
  /// @throws DevChainException if the state cannot be written; the one before stands
  @Override
  public void close() {
    try {
      end();
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The JVM is shutting down, and the hook runs or ran.
      }
    }
  }

  /// There is nobody left to throw at.
  private void endWithThisJvm() {
    try {
      end();
    } catch (RuntimeException e) {
      troubles.accept(String.valueOf(e.getMessage()));
    }
  }

  /// Whoever comes second waits until all is written.
  private synchronized void end() {
    if (ended) {
      return;
    }
    ended = true;
    try {
      keeper.ifPresent(StateKeeper::close);
    } finally {
      chain.close();
      process.close();
      lock.ifPresent(StateLock::close);
    }
  }
}
