package opml.ethereum.devchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.rpc.RpcChain;
import opml.ethereum.send.Sender;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class DevChainTest {
  private static final Address NOBODY = Address.ofHex("0x00000000000000000000000000000000000000aa");

  @TempDir Path folder;

  @Test
  void timeBlocksHistoryAndMoneyAreCommanded() {
    try (DevChain dev = DevChain.start(DevChain.Options.DEFAULT)) {
      assertThat(dev.accounts()).hasSize(20);
      Address rich = dev.account(3).address();
      BlockRef start = dev.chain().latest();
      assertThat(dev.chain().balance(rich, start)).isEqualTo(Wei.ether(10_000));
      dev.setBalance(rich, Wei.ether(7));
      long before = start.timestamp();
      dev.increaseTime(Duration.ofDays(3));
      assertThat(dev.chain().latest().timestamp())
          .isBetween(before + 3 * 86400, before + 3 * 86400 + 60);
      dev.setTime(before + 4 * 86400);
      assertThat(dev.chain().latest().timestamp()).isEqualTo(before + 4 * 86400);
      DevChain.Checkpoint checkpoint = dev.checkpoint();
      long height = dev.chain().latest().number();
      dev.mine(5);
      assertThat(dev.chain().latest().number()).isEqualTo(height + 5);
      dev.revert(checkpoint);
      assertThat(dev.chain().latest().number()).isEqualTo(height);
      assertThatThrownBy(() -> dev.revert(checkpoint)).hasMessageContaining("no such checkpoint");
      assertThat(dev.chain().balance(rich, dev.chain().latest())).isEqualTo(Wei.ether(7));
    }
  }

  @Test
  void aReorganisationReplacesBlocksByOthers() {
    try (DevChain dev = DevChain.start(DevChain.Options.DEFAULT)) {
      dev.mine(5);
      BlockRef before = dev.chain().latest();
      dev.reorg(2);
      assertThat(dev.chain().block(before.number())).get().isNotEqualTo(before);
      assertThat(dev.chain().block(before.number() - 2).orElseThrow().number()).isEqualTo(3);
    }
  }

  @Test
  void aStateFileCarriesTheChainOverARestart() {
    Path state = folder.resolve("state.json");
    DevChain.Options options = DevChain.Options.DEFAULT.withState(state);
    long number;
    try (DevChain dev = DevChain.start(options)) {
      new Sender(dev.chain(), dev.account(0)).send(Call.transfer(NOBODY, Wei.ether(2)));
      number = dev.chain().latest().number();
    }
    assertThat(state).isNotEmptyFile();
    try (DevChain dev = DevChain.start(options)) {
      assertThat(dev.chain().latest().number()).isEqualTo(number);
      assertThat(dev.chain().balance(NOBODY, dev.chain().latest())).isEqualTo(Wei.ether(2));
      assertThat(
              new Sender(dev.chain(), dev.account(0))
                  .submit(Call.transfer(NOBODY, Wei.ZERO))
                  .nonce())
          .isEqualTo(1);
    }
  }

  @Test
  void aStateThatCannotBeLoadedIsRefusedAndLeftAlone() throws IOException {
    Path state = folder.resolve("state.json");
    DevChain.Options options = DevChain.Options.DEFAULT.withState(state);
    DevChain.start(options).close();
    byte[] whole = Files.readAllBytes(state);
    byte[] torn = Arrays.copyOf(whole, whole.length / 2);
    Files.write(state, torn);
    Path previous = Files.write(folder.resolve("state.json.previous"), whole);
    assertThatThrownBy(() -> DevChain.start(options))
        .isInstanceOf(DevChainException.class)
        .hasMessageContainingAll("state.json: not a state", "state.json.previous");
    assertThat(state).hasBinaryContent(torn);
    assertThat(previous).hasBinaryContent(whole);
  }

  /// Run in a JVM of its own by [#aKillAtAnyMomentLeavesAWholeState]: blocks without end, saved without end.
  public static final class Miner {
    private Miner() {}

    public static void main(String[] arguments) {
      DevChain dev =
          DevChain.start(
              DevChain.Options.DEFAULT
                  .withState(Path.of(arguments[0]))
                  .withSaveEvery(Duration.ofMillis(1)));
      System.out.println("LISTENING " + dev.url().getPort());
      while (true) {
        dev.setBalance(NOBODY, Wei.of(dev.chain().latest().number() + 1));
        dev.mine(1);
      }
    }
  }

  @Test
  void aKillAtAnyMomentLeavesAWholeState() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Path state = folder.resolve("state.json");
    DevChain.Options options = DevChain.Options.DEFAULT.withState(state);
    long height = 0;
    for (int round = 0; round < 4; round++) {
      Process child = child(Miner.class, state.toString());
      try (BufferedReader lines = child.inputReader()) {
        assertThat(lines.readLine()).startsWith("LISTENING ");
        // Behind a save, somewhere in the next one or between the two.
        FileTime saved = Files.getLastModifiedTime(state);
        while (Files.getLastModifiedTime(state).equals(saved)) {
          Thread.sleep(1);
        }
        Thread.sleep(random.nextInt(400));
        List<ProcessHandle> family = child.descendants().toList();
        child.destroyForcibly();
        requireEnded(family);
      } finally {
        child.destroyForcibly();
      }
      try (DevChain dev = DevChain.start(options)) {
        BlockRef latest = dev.chain().latest();
        assertThat(latest.number())
            .as("seed %d, round %d", seed, round)
            .isGreaterThanOrEqualTo(height);
        assertThat(dev.chain().balance(NOBODY, latest).value().longValueExact())
            .as("seed %d, round %d: the money of one moment", seed, round)
            .isBetween(latest.number(), latest.number() + 1);
        height = latest.number();
      }
    }
  }

  /// Run in a JVM of its own by [#aSignalToTheWholeGroupLosesNoBlock]: blocks that only the last save writes.
  public static final class Keeper {
    private Keeper() {}

    public static void main(String[] arguments) throws InterruptedException {
      DevChain dev =
          DevChain.start(
              DevChain.Options.DEFAULT
                  .withState(Path.of(arguments[0]))
                  .withSaveEvery(Duration.ofHours(1)));
      dev.mine(7);
      System.out.println("MINED");
      Thread.sleep(Duration.ofMinutes(1));
    }
  }

  @Test
  void aSignalToTheWholeGroupLosesNoBlock() throws Exception {
    Path setsid = Path.of("/usr/bin/setsid");
    Assumptions.assumeTrue(Files.isExecutable(setsid), "needs setsid to make a process group");
    Path state = folder.resolve("state.json");
    Path err = folder.resolve("err");
    List<String> command = new ArrayList<>(List.of(setsid.toString()));
    command.addAll(java(Keeper.class, state.toString()));
    Process child = new ProcessBuilder(command).redirectError(err.toFile()).start();
    try (BufferedReader lines = child.inputReader()) {
      assertThat(lines.readLine()).isEqualTo("MINED");
      List<ProcessHandle> family = child.descendants().toList();
      new ProcessBuilder("/bin/kill", "-TERM", "--", "-" + child.pid()).start().waitFor();
      assertThat(child.waitFor(8, TimeUnit.SECONDS)).isTrue();
      requireEnded(family);
    } finally {
      child.destroyForcibly();
    }
    assertThat(Files.readString(err)).doesNotContain("Exception in thread");
    try (DevChain dev = DevChain.start(DevChain.Options.DEFAULT.withState(state))) {
      assertThat(dev.chain().latest().number()).isEqualTo(7);
    }
  }

  @Test
  void anAnvilThatEndedFirstIsSaidInOneLine() throws Exception {
    Path err = folder.resolve("err");
    Process child =
        new ProcessBuilder(java(Keeper.class, folder.resolve("state.json").toString()))
            .redirectError(err.toFile())
            .start();
    try (BufferedReader lines = child.inputReader()) {
      assertThat(lines.readLine()).isEqualTo("MINED");
      child
          .descendants()
          .filter(process -> process.info().command().orElse("").endsWith("/anvil"))
          .forEach(ProcessHandle::destroyForcibly);
      child.destroy();
      assertThat(child.waitFor(8, TimeUnit.SECONDS)).isTrue();
    } finally {
      child.destroyForcibly();
    }
    assertThat(Files.readString(err)).doesNotContain("Exception in thread", "\tat ");
  }

  @Test
  void aStateFileHasOneChainAtATime() throws Exception {
    Path state = folder.resolve("state.json");
    Path link = Files.createSymbolicLink(folder.resolve("link.json"), state);
    DevChain.Options options = DevChain.Options.DEFAULT.withState(state);
    DevChain dev = DevChain.start(options.withState(link));
    try (dev) {
      assertThat(link).isSymbolicLink();
      assertThatThrownBy(() -> DevChain.start(options).close())
          .isInstanceOf(DevChainException.class)
          .hasMessageContaining("state.json: another chain runs on this state file");
      Process other = new ProcessBuilder(java(Keeper.class, state.toString())).start();
      try (BufferedReader errors = other.errorReader()) {
        assertThat(errors.lines()).anyMatch(l -> l.contains("state.json: another chain runs"));
      } finally {
        other.destroyForcibly();
      }
    }
    DevChain.start(options).close();
  }

  @Test
  void whatIsNoFileKeepsNoChain() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    for (Path file : List.of(pipe, folder, Path.of("/dev/full"))) {
      assertThatThrownBy(() -> DevChain.start(DevChain.Options.DEFAULT.withState(file)).close())
          .isInstanceOf(DevChainException.class)
          .hasMessage(file + ": not a regular file, so no chain can be kept in it");
    }
  }

  @Test
  void whatANodeKeepsOnDiskEndsWithIt() {
    AtomicReference<Path> kept = new AtomicReference<>();
    String script = "echo kept >\"$0/state\"; echo Listening on 127.0.0.1:1; exec sleep 1000";
    NodeProcess node =
        NodeProcess.start(
            "fake",
            folder -> {
              kept.set(folder);
              return List.of("/bin/sh", "-c", script, folder.toString());
            },
            Duration.ofSeconds(30));
    assertThat(kept.get().resolve("state")).exists();
    node.close();
    assertThat(kept.get()).doesNotExist();
  }

  @Test
  void closingEndsAnvil() {
    DevChain dev = DevChain.start(DevChain.Options.DEFAULT);
    assertThat(dev.isAlive()).isTrue();
    dev.close();
    assertThat(dev.isAlive()).isFalse();
    Rpc.Options once =
        new Rpc.Options(Duration.ofSeconds(1), Duration.ofSeconds(1), 1, Duration.ZERO, 1 << 20);
    assertThatThrownBy(() -> RpcChain.connect(new Rpc(dev.url(), once)))
        .isInstanceOf(ChainException.Unreachable.class)
        .hasMessageContaining("is the chain up");
  }

  @Test
  void aTakenPortIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () -> DevChain.start(DevChain.Options.DEFAULT.withPort(taken.getLocalPort())).close())
          .isInstanceOf(DevChainException.class)
          .hasMessageContaining("port " + taken.getLocalPort() + " is taken");
    }
  }

  /// Run in a JVM of its own by [#anvilEndsWhenTheJvmIsKilled].
  public static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws InterruptedException {
      DevChain dev = DevChain.start();
      System.out.println("LISTENING " + dev.url().getPort());
      Thread.sleep(Duration.ofMinutes(1));
    }
  }

  @Test
  void anvilEndsWhenTheJvmIsKilled() throws Exception {
    DevChain.start(DevChain.Options.DEFAULT).close();
    Process child = child(Child.class);
    try (BufferedReader lines = child.inputReader()) {
      String line = lines.readLine();
      assertThat(line).startsWith("LISTENING ");
      List<ProcessHandle> family = new ArrayList<>(child.descendants().toList());
      assertThat(family).as("shell, watchdog and anvil").hasSizeGreaterThanOrEqualTo(3);
      child.destroyForcibly();
      assertThat(child.waitFor(5, TimeUnit.SECONDS)).isTrue();
      requireEnded(family);
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void anvilEndsWhenTheJvmExitsWithoutClosing() throws Exception {
    DevChain.start(DevChain.Options.DEFAULT).close();
    Process child = child(Child.class);
    try (BufferedReader lines = child.inputReader()) {
      assertThat(lines.readLine()).startsWith("LISTENING ");
      List<ProcessHandle> family = child.descendants().toList();
      child.destroy();
      assertThat(child.waitFor(8, TimeUnit.SECONDS)).isTrue();
      requireEnded(family);
    } finally {
      child.destroyForcibly();
    }
  }

  /// ProcessHandle.onExit looks at a grandchild only every few seconds.
  private static void requireEnded(List<ProcessHandle> family) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
    while (family.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    assertThat(family).noneMatch(ProcessHandle::isAlive);
  }

  private static Process child(Class<?> main, String... arguments) throws IOException {
    return new ProcessBuilder(java(main, arguments))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static List<String> java(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  @Test
  void theOneThatIsInstalledIsTaken() throws IOException {
    Path pinned = executable("contracts/node_modules/@foundry-rs/anvil-here/bin/anvil", "");
    Path onPath = executable("bin/anvil", "");
    Optional<Path> contracts = Optional.of(folder.resolve("contracts"));
    String path = "/nowhere:" + onPath.getParent();
    assertThat(new AnvilBinary(contracts, path, _ -> {}).find()).contains(pinned);
    assertThat(new AnvilBinary(Optional.empty(), path, _ -> {}).find()).contains(onPath);
    assertThat(new AnvilBinary(Optional.empty(), "/nowhere", _ -> {}).find()).isEmpty();
  }

  @Test
  void aMissingAnvilIsInstalledByNpmWithProgress() throws IOException {
    Path contracts = Files.createDirectories(folder.resolve("contracts"));
    Files.writeString(contracts.resolve("package-lock.json"), "{}");
    Path npm =
        executable(
            "bin/npm",
            """
            echo "called with $*"
            /bin/mkdir -p node_modules/@foundry-rs/anvil-here/bin
            echo > node_modules/@foundry-rs/anvil-here/bin/anvil
            /bin/chmod 755 node_modules/@foundry-rs/anvil-here/bin/anvil
            """);
    List<String> progress = new ArrayList<>();
    AnvilBinary binary =
        new AnvilBinary(Optional.of(contracts), npm.getParent().toString(), progress::add);
    assertThat(binary.findOrInstall()).isExecutable();
    assertThat(progress).anyMatch(line -> line.contains("called with ci --ignore-scripts"));
  }

  @Test
  void aFailedInstallationSaysSo() throws IOException {
    Path contracts = Files.createDirectories(folder.resolve("contracts"));
    Files.writeString(contracts.resolve("package-lock.json"), "{}");
    Path npm = executable("bin/npm", "exit 7\n");
    Optional<Path> there = Optional.of(contracts);
    assertThatThrownBy(
            () -> new AnvilBinary(there, npm.getParent().toString(), _ -> {}).findOrInstall())
        .hasMessageContaining("exit code 7");
    assertThatThrownBy(() -> new AnvilBinary(there, "/nowhere", _ -> {}).findOrInstall())
        .hasMessageContaining("install Node.js");
  }

  private Path executable(String name, String script) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + script);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
