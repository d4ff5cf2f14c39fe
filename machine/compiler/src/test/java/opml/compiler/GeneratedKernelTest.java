package opml.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import opml.compiler.frontend.ClassSource;
import opml.compiler.ir.MethodRef;
import opml.compiler.program.CompiledProgram;
import org.junit.jupiter.api.Test;

/// Random kernels give the same bits on the JVM and on the machine.
class GeneratedKernelTest {
  private static final long SEED = Long.getLong("opml.seed", 1);
  private static final int COUNT = Integer.getInteger("opml.cases", 300);
  private static final int TURNS = 12;

  @Test
  void randomKernelsGiveTheJvmsBits() throws Throwable {
    for (long seed = SEED; seed < SEED + COUNT; seed++) {
      check(seed);
    }
  }

  private static void check(long seed) throws Throwable {
    byte[] file = GeneratedKernel.of(seed);
    byte[] x = input(new SplittableRandom(seed));
    byte[] y = new byte[TURNS * GeneratedKernel.OUT];

    MethodHandles.Lookup generated = MethodHandles.lookup().defineHiddenClass(file, true);
    MethodType type =
        MethodType.methodType(void.class, MemorySegment.class, MemorySegment.class, int.class);
    MethodHandle run = generated.findStatic(generated.lookupClass(), "run", type);
    MemorySegment nativeY = KernelCall.aligned(y);
    run.invoke(KernelCall.aligned(x), nativeY, TURNS);

    ClassSource source =
        new ClassSource(name -> name.equals(GeneratedKernel.NAME) ? file : classFile(name));
    MethodRef ref = source.find(GeneratedKernel.NAME, "run");
    CompiledProgram program = Compiler.compile("generated", source, ref);
    KernelCall call = KernelCall.run(program, List.of(x, y), TURNS);
    assertThat(call.segments().get(1))
        .as("generated kernel of seed " + seed)
        .isEqualTo(KernelCall.bytes(nativeY));
  }

  private static byte[] classFile(String name) {
    try (InputStream in = Compiler.class.getClassLoader().getResourceAsStream(name + ".class")) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] input(SplittableRandom random) {
    ByteBuffer out = ByteBuffer.allocate(TURNS * GeneratedKernel.IN).order(ByteOrder.LITTLE_ENDIAN);
    while (out.hasRemaining()) {
      out.putLong(random.nextLong() >> random.nextInt(64));
      out.putInt(random.nextInt() >> random.nextInt(32));
      out.putFloat(
          random.nextInt(9) == 0
              ? Float.intBitsToFloat(random.nextInt())
              : random.nextInt(2000) / 16f - 60f);
    }
    return out.array();
  }
}
