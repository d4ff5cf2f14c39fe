package opml.vm.jit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import opml.vm.machine.Interpreter;
import opml.vm.machine.Machine;
import opml.vm.machine.MachineSnapshot;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import opml.vm.step.DirectAccess;
import opml.vm.step.Step;
import org.junit.jupiter.api.Test;

/// Translated code, interpreter and Step: one meaning, at every stop.
class JitAgreesTest {
  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final RandomPrograms programs = new RandomPrograms(random);

  @Test
  void translatedProgramsAgreeWithTheInterpreterAtRandomStops() {
    long translated = 0;
    long steps = 0;
    for (int run = 0; run < 400; run++) {
      int memDepth = random.nextInt(12);
      Program program = programs.next(memDepth);
      MemoryImage image = randomImage(memDepth);
      long[] registers = randomRegisters();
      Machine reference = new Interpreter(program, new Memory(image), 0, registers);
      JitMachine machine =
          new JitMachine(program, new Memory(image), 0, registers, randomSettings());
      for (int stop = 0; stop < 25; stop++) {
        long count = random.nextInt(random.nextBoolean() ? 40 : 4000);
        reference.run(count);
        machine.run(count);
        String where = "seed %d, run %d, after %d".formatted(seed, run, reference.steps());
        assertThat(machine.steps()).as(where).isEqualTo(reference.steps());
        assertThat(machine.state()).as(where).isEqualTo(reference.state());
      }
      translated += machine.translatedSteps();
      steps += machine.steps();
    }
    assertThat(translated).as("seed %d: of %d steps", seed, steps).isGreaterThan(steps / 2);
  }

  @Test
  void translatedProgramsAgreeWithStep() {
    long translated = 0;
    for (int run = 0; run < 100; run++) {
      int memDepth = random.nextInt(9);
      Program program = programs.next(memDepth);
      MemoryImage image = randomImage(memDepth);
      long[] registers = randomRegisters();
      DirectAccess reference = new DirectAccess(program, new Memory(image), 0, 0, registers);
      JitMachine machine =
          new JitMachine(program, new Memory(image), 0, registers, randomSettings());
      for (int stop = 0; stop < 10; stop++) {
        int count = random.nextInt(500);
        machine.run(count);
        for (int i = 0; i < count; i++) {
          Step.step(reference);
        }
        assertThat(machine.state())
            .as("seed %d, run %d, stop %d", seed, run, stop)
            .isEqualTo(reference.state());
      }
      translated += machine.translatedSteps();
    }
    assertThat(translated).isGreaterThan(50_000);
  }

  @Test
  void aRunStopsExactlyAtEachStep() {
    int memDepth = 8;
    for (int run = 0; run < 20; run++) {
      Program program = programs.next(memDepth);
      MemoryImage image = randomImage(memDepth);
      long[] registers = randomRegisters();
      JitSettings settings = randomSettings();
      JitMachine warm = new JitMachine(program, new Memory(image), 0, registers, settings);
      warm.run(5000);
      warm.memory().reset();
      Machine reference = new Interpreter(program, new Memory(image), 0, registers);
      for (int n = 0; n < 300; n++) {
        reference.run(n - reference.steps());
        JitMachine machine = new JitMachine(program, warm.memory(), 0, registers, settings);
        machine.run(n);
        assertThat(machine.state())
            .as("seed %d, run %d, step %d", seed, run, n)
            .isEqualTo(reference.state());
        machine.memory().reset();
        if (reference.halted()) {
          break;
        }
      }
    }
  }

  @Test
  void snapshotsGoBackAndForthThroughTranslatedCode() {
    for (int run = 0; run < 40; run++) {
      Program program = programs.next(9);
      MemoryImage image = randomImage(9);
      long[] registers = randomRegisters();
      Machine reference = new Interpreter(program, new Memory(image), 0, registers);
      JitMachine machine =
          new JitMachine(program, new Memory(image), 0, registers, randomSettings());
      reference.run(1000);
      machine.run(1000);
      MachineSnapshot snapshot = machine.snapshot();
      MachineState there = machine.state();
      machine.run(random.nextInt(5000));
      machine.restore(snapshot);
      assertThat(machine.state()).as("seed %d, run %d", seed, run).isEqualTo(there);
      reference.run(700);
      machine.run(700);
      assertThat(machine.state()).as("seed %d, run %d", seed, run).isEqualTo(reference.state());
      assertThat(machine.prove().encode())
          .as("seed %d, run %d", seed, run)
          .isEqualTo(reference.prove().encode());
    }
  }

  private JitSettings randomSettings() {
    return new JitSettings(
        2 + random.nextInt(20),
        random.nextInt(4) * 100L,
        random.nextInt(5),
        1 + random.nextInt(60),
        1000 + random.nextInt(6900),
        1 << 20);
  }

  private long[] randomRegisters() {
    long[] x = new long[MachineState.REGISTERS];
    for (int i = 1; i < x.length; i++) {
      x[i] = random.nextLong() >> random.nextInt(64);
    }
    x[17] = random.nextInt(3) == 0 ? 93 : x[17];
    return x;
  }

  private MemoryImage randomImage(int depth) {
    byte[] bytes = new byte[random.nextInt((32 << depth) + 1)];
    random.nextBytes(bytes);
    return new MemoryImage(depth, List.of(MemoryImage.Piece.of(0, bytes)));
  }
}
