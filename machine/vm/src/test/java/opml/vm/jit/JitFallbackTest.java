package opml.vm.jit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import opml.core.hash.Bytes32;
import opml.vm.machine.Interpreter;
import opml.vm.machine.Machine;
import opml.vm.state.MemoryImage;
import org.junit.jupiter.api.Test;

/// What happens where code cannot be translated, or would not be compiled: the interpreter does the work.
class JitFallbackTest {
  private static final JitSettings SMALL_REGIONS = new JitSettings(2, 0, 3, 1, 1000, 1 << 20);

  @Test
  void aProgramWhoseClassesCannotBeLoadedIsInterpretedToTheSameState() {
    for (Throwable failure :
        List.of(
            new LinkageError("test"),
            new OutOfMemoryError("Metaspace"),
            new IllegalStateException("test"),
            new InstantiationException("test"))) {
      for (int loaded = 0; loaded <= 1; loaded++) {
        JitMachine machine = JitProbe.machine(failingAfter(loaded, failure), SMALL_REGIONS);
        Machine reference = reference();
        for (int stop = 0; stop < 20; stop++) {
          machine.run(JitProbe.STEPS / 20);
          reference.run(JitProbe.STEPS / 20);
          assertThat(machine.state()).as("%s, stop %d", failure, stop).isEqualTo(reference.state());
        }
        assertThat(machine.steps()).isEqualTo(JitProbe.STEPS);
        assertThat(machine.regions()).isEqualTo(loaded);
        assertThat(machine.translatedSteps() > 0).isEqualTo(loaded > 0);
      }
    }
  }

  @Test
  void aFailureIsLoggedOnce() throws IOException, InterruptedException {
    List<String> lines = probe("failing");
    assertThat(lines).contains("JitMachine", reference(JitProbe.STEPS), "0");
    assertThat(lines).filteredOn(line -> line.contains("translation failed at 0x")).hasSize(1);
    assertThat(lines).anyMatch(line -> line.contains("as the test wants"));
  }

  @Test
  void whereNothingIsCompiledTheInterpreterIsTakenAndItIsLogged()
      throws IOException, InterruptedException {
    List<String> lines = probe("chosen", "-Xint");
    assertThat(lines).contains("Interpreter", reference(JitProbe.STEPS));
    assertThat(lines).anyMatch(line -> line.contains("this JVM compiles nothing"));
    assertThat(probe("chosen", "-Dopml.vm=interpreter")).contains("Interpreter");
    assertThat(probe("chosen")).contains("JitMachine", reference(JitProbe.STEPS));
  }

  @Test
  void aFreshProcessTranslatesAtOnce() throws IOException, InterruptedException {
    assertThat(probe("chosen").getLast()).isNotEqualTo("0");
  }

  @Test
  void twoUsesOfOneMemoryAtATimeAreRefused() {
    JitMachine machine = JitProbe.machine(Translation.HIDDEN, JitSettings.EAGER);
    machine.translation().enter();
    assertThatThrownBy(() -> machine.run(10))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("two threads");
    machine.translation().leave();
    machine.run(JitProbe.STEPS);
    assertThat(machine.commitment()).hasToString(reference(JitProbe.STEPS));
  }

  private static Translation.Loader failingAfter(int loaded, Throwable failure) {
    int[] left = {loaded};
    return (type, data) -> {
      if (left[0]-- > 0) {
        return Translation.HIDDEN.load(type, data);
      }
      switch (failure) {
        case Error error -> throw error;
        case RuntimeException exception -> throw exception;
        case ReflectiveOperationException exception -> throw exception;
        default -> throw new AssertionError(failure);
      }
    };
  }

  private static Machine reference() {
    return new Interpreter(JitProbe.program(), MemoryImage.zero(JitProbe.DEPTH));
  }

  private static String reference(long steps) {
    Machine machine = reference();
    machine.run(steps);
    return machine.commitment().toString();
  }

  /// {@return the lines that the probe prints in a JVM of its own, its log first}
  private static List<String> probe(String what, String... flags)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(List.of(flags));
    String path =
        String.join(
            File.pathSeparator,
            location(JitMachine.class),
            location(JitProbe.class),
            location(Bytes32.class));
    command.addAll(List.of("-cp", path, JitProbe.class.getName(), what));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s: %s", command, lines).isZero();
    return lines;
  }

  private static String location(Class<?> type) {
    return new File(type.getProtectionDomain().getCodeSource().getLocation().getPath()).getPath();
  }
}
