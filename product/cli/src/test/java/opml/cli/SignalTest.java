package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import opml.cli.console.ExitCode;
import opml.ethereum.devchain.AnvilBinary;
import opml.formats.image.Pgm;
import opml.mnist.DemoModel;
import opml.mnist.digit.SampleDigit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// SIGTERM ends every command, with the exit code that says so, and its children too. Five seconds are promised, and a
/// deadline in the process keeps them; here a computer that has no time for seconds is forgiven.
@Tag("launcher")
class SignalTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;

  private Checkout checkout;
  private Path borrowed;

  @BeforeEach
  void makeCheckout() throws IOException {
    checkout = Checkout.make(folder.resolve("checkout"));
    borrowed = checkout.borrowContracts();
  }

  @AfterEach
  void giveBack() throws IOException {
    Files.delete(borrowed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "conformance float --random 1000000000 | random cases",
        "bench vm                              | ",
        "model run m.onnx --input seven.pgm --vm | ",
        "run -m tiny.bin -p abba -n -1 -c 60000 | abba",
        "demo --all                            | A private chain runs at",
        "chain up --port 0 --keys keys --state chain.json | Ctrl-C ends it",
      })
  void aCommandEndsInTime(String line, String sign) throws IOException {
    requireAnvil();
    writeFiles();
    try (Run run = checkout.run(line.strip().split(" ")).start()) {
      if (sign == null) {
        run.await(
            () -> run.process().toHandle().info().command().orElse("").contains("java"), "JVM");
        pause(Duration.ofSeconds(1));
      } else {
        run.until(sign);
      }
      run.terminate(PATIENCE).endsWith(ExitCode.TERMINATED);
    }
  }

  @Test
  void agentsEndInTime() throws IOException {
    requireAnvil();
    writeFiles();
    try (Run chain = checkout.run("chain", "up", "--port", "0", "--keys", "keys").start()) {
      chain.until("Ctrl-C ends it");
      String url = chain.out().replaceAll("(?s).* at (http://[0-9.:]+),.*", "$1");
      succeeds("deploy --key-file keys/deployer.key --window 3600 --allowance 1800 --rpc " + url);
      succeeds("model register m.onnx --key-file keys/server.key");
      try (Run server = command("serve --model m.onnx --key-file keys/server.key").start();
          Run verifier = command("verify --model m.onnx --key-file keys/verifier.key").start();
          Run requester =
              command(
                      "request --model m.onnx --input seven.pgm --fee 0.01 --deadline 3600"
                          + " --key-file keys/requester.key --wait")
                  .start()) {
        server.until("claimed");
        verifier.until("registered true");
        requester.until("provisional output");
        for (Run run : new Run[] {server, verifier, requester}) {
          run.terminate(PATIENCE).endsWith(ExitCode.TERMINATED);
        }
        assertThat(server.out()).contains("stopped");
      }
      chain.terminate(PATIENCE).endsWith(ExitCode.TERMINATED);
    }
  }

  @Test
  void aChainThatHangsIsEndedAllTheSame() {
    requireAnvil();
    try (Run chain = checkout.run("chain", "up", "--port", "0").start()) {
      chain.until("Ctrl-C ends it");
      ProcessHandle anvil =
          chain
              .process()
              .descendants()
              .filter(process -> process.info().command().orElse("").endsWith("/anvil"))
              .findFirst()
              .orElseThrow();
      Run.of("/bin/kill", "-STOP", String.valueOf(anvil.pid())).toEnd().endsWith(0);
      chain.terminate(PATIENCE).endsWith(ExitCode.TERMINATED);
      assertThat(Run.runs(anvil)).isFalse();
    }
  }

  @Test
  void ctrlCIsToldFromATermination() throws IOException {
    requireAnvil();
    requireSignals();
    try (Run chain = withSignals(checkout.launcher(), "chain", "up", "--port", "0").start()) {
      chain.until("Ctrl-C ends it");
      Run.of("/bin/kill", "-INT", String.valueOf(chain.process().pid())).toEnd().endsWith(0);
      chain.join(PATIENCE).endsWith(ExitCode.INTERRUPTED);
    }
  }

  /// A shell has what it runs in the background ignore SIGINT, and all that this starts; among it, perhaps, these
  /// tests.
  private Run withSignals(Path program, String... arguments) {
    List<String> words = new ArrayList<>(List.of("--default-signal=INT", program.toString()));
    words.addAll(List.of(arguments));
    return Run.of("env", words.toArray(String[]::new)).in(checkout.folder());
  }

  private void requireSignals() {
    try (Run trial = withSignals(Path.of("true")).toEnd()) {
      Assumptions.assumeTrue(
          trial.code() == 0, "NOT TESTED: env cannot give SIGINT back, and it may be ignored here");
    }
  }

  private Run command(String line) {
    return checkout.run(line.split(" "));
  }

  private void succeeds(String line) {
    command(line).toEnd().endsWith(ExitCode.OK);
  }

  private void writeFiles() throws IOException {
    Files.write(checkout.folder().resolve("m.onnx"), DemoModel.INT8.onnx());
    TinyCheckpoint.write(checkout.folder().resolve("tiny.bin"), 7, true);
    byte[] seven = Pgm.write(SampleDigit.ALL.get(7).digit().image(), "seven");
    Files.write(checkout.folder().resolve("seven.pgm"), seven);
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void requireAnvil() {
    Assumptions.assumeTrue(
        AnvilBinary.installed().isPresent(),
        "NOT TESTED: anvil is not installed; run npm ci in contracts/");
  }
}
