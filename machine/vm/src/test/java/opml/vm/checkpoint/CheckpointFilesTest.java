package opml.vm.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import opml.vm.machine.Interpreter;
import opml.vm.state.MachineState;
import opml.vm.state.Program;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A run that is kept in a directory: found again after a kill, and never believed where it was damaged.
class CheckpointFilesTest {
  private static final int COUNT = 300;
  private static final int LENGTH = 6 * COUNT + 20;
  private static final Program PROGRAM = Runs.scatter(COUNT);
  private static final List<MachineState> STATES = Runs.states(PROGRAM, LENGTH);

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @TempDir private Path directory;
  private CheckpointPolicy policy;

  @BeforeEach
  void keepInTheDirectory() {
    policy = CheckpointPolicy.DEFAULT.withInterval(100).withMemory(0).in(directory.resolve("runs"));
  }

  @Test
  void theNextProcessGoesOnFromTheLastCheckpoint() throws IOException {
    byte[] killed;
    try (Checkpoints trace = trace()) {
      trace.stateAt(1234);
      assertThat(trace.count()).isEqualTo(12);
      killed = Files.readAllBytes(file()); // what a kill leaves
    }
    Files.write(file(), killed);
    try (Checkpoints trace = trace()) {
      assertThat(trace.stateAt(1200)).isEqualTo(STATES.get(1200));
      assertThat(trace.stateAt(1234)).isEqualTo(STATES.get(1234));
      assertThat(trace.executed()).isEqualTo(34);
      agree(trace);
    }
  }

  @Test
  void theEndIsRemembered() {
    try (Checkpoints trace = trace()) {
      trace.stateAt(Long.MAX_VALUE);
    }
    try (Checkpoints trace = trace()) {
      assertThat(trace.stateAt(Long.MAX_VALUE)).isEqualTo(STATES.getLast());
      assertThat(trace.executed()).isZero();
      agree(trace);
    }
  }

  @Test
  void aTornFileIsUsedAsFarAsItIsSound() throws IOException {
    byte[] whole = written();
    for (int i = 0; i < 40; i++) {
      int length = i == 0 ? whole.length - 1 : random.nextInt(whole.length);
      Files.write(file(), Arrays.copyOf(whole, length));
      try (Checkpoints trace = trace()) {
        agree(trace);
      }
      assertThat(Files.size(file())).as("written again, seed %d", seed).isGreaterThan(43);
    }
  }

  @Test
  void noFlippedBitIsBelieved() throws IOException {
    byte[] whole = written();
    for (int i = 0; i < 120; i++) {
      byte[] damaged = whole.clone();
      int at = i < 60 ? i : random.nextInt(damaged.length);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file(), damaged);
      try (Checkpoints trace = trace()) {
        agree(trace);
      }
    }
  }

  @Test
  void damageBehindTheBackOfARunningProcessIsRepaired() throws IOException {
    try (Checkpoints trace = trace()) {
      trace.stateAt(LENGTH);
      byte[] damaged = Files.readAllBytes(file());
      Arrays.fill(damaged, 43, damaged.length, (byte) 0x55);
      Files.write(file(), damaged);
      agree(trace);
      assertThat(trace.executed()).isGreaterThan(LENGTH);
    }
  }

  @Test
  void aFileOfAnotherRunIsReplaced() throws IOException {
    written();
    Path file = file();
    Program other = Runs.scatter(COUNT + 1);
    try (Checkpoints trace = new Checkpoints(Runs.machine(other), policy)) {
      trace.stateAt(LENGTH);
    }
    try (Stream<Path> files = Files.list(file.getParent())) {
      Path foreign = files.filter(f -> !f.equals(file)).findFirst().orElseThrow();
      Files.copy(foreign, file, StandardCopyOption.REPLACE_EXISTING);
    }
    try (Checkpoints trace = trace()) {
      agree(trace);
    }
  }

  @Test
  void runsDifferByTheirMemory() throws IOException {
    written();
    try (Checkpoints trace = new Checkpoints(new Interpreter(PROGRAM, Runs.image(2)), policy)) {
      trace.stateAt(LENGTH);
      assertThat(trace.executed()).isGreaterThan(COUNT);
    }
  }

  @Test
  void twoAtOnceDoNotShareAFile() {
    try (Checkpoints one = trace();
        Checkpoints two = trace()) {
      one.stateAt(900);
      two.stateAt(900);
      agree(one);
      agree(two);
    }
  }

  @Test
  void aFinishedRunLeavesNothing() throws IOException {
    Checkpoints trace = trace();
    trace.stateAt(LENGTH);
    assertThat(file()).exists();
    trace.discard();
    try (Stream<Path> files = Files.list(directory.resolve("runs"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void oldRunsMakeRoom() throws IOException {
    written();
    Path old = file();
    Files.setLastModifiedTime(old, FileTime.fromMillis(1));
    CheckpointPolicy small = policy.withDisk(Files.size(old) - 1);
    try (Checkpoints trace = new Checkpoints(Runs.machine(Runs.scatter(COUNT + 1)), small)) {
      trace.stateAt(LENGTH);
      assertThat(old).doesNotExist();
    }
  }

  @Test
  void aFileTooLargeIsThinnedOutAndStaysRight() throws IOException {
    CheckpointPolicy small = policy.withInterval(10).withDisk(300_000);
    for (int i = 0; i < 2; i++) {
      try (Checkpoints trace = new Checkpoints(Runs.machine(PROGRAM), small)) {
        trace.stateAt(LENGTH);
        assertThat(trace.count()).isBetween(2, LENGTH / 20);
        assertThat(Files.size(file())).isEqualTo(trace.diskBytes()).isLessThanOrEqualTo(300_000);
        agree(trace);
      }
    }
  }

  @Test
  void aDirectoryThatCannotBeIsDoneWithout() throws IOException {
    Files.writeString(directory.resolve("runs"), "a file");
    try (Checkpoints trace = new Checkpoints(Runs.machine(PROGRAM), policy.withMemory(1 << 20))) {
      agree(trace);
    }
    try (Checkpoints trace = trace()) {
      agree(trace);
    }
  }

  private Checkpoints trace() {
    return new Checkpoints(Runs.machine(PROGRAM), policy);
  }

  private byte[] written() throws IOException {
    try (Checkpoints trace = trace()) {
      trace.stateAt(LENGTH);
    }
    return Files.readAllBytes(file());
  }

  private void agree(Checkpoints trace) {
    for (int i = 0; i < 12; i++) {
      int index = i == 0 ? LENGTH - 1 : random.nextInt(LENGTH);
      assertThat(trace.stateAt(index)).as("seed %d, %d", seed, index).isEqualTo(STATES.get(index));
    }
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("runs"))) {
      return files.findFirst().orElseThrow();
    }
  }
}
