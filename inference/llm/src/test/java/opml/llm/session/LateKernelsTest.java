package opml.llm.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.engine.plan.Team;
import opml.engine.run.Constant;
import opml.engine.run.KernelProvider;
import opml.engine.run.PreparedKernel;
import opml.engine.tensor.ElementType;
import opml.kernels.catalog.Kernel;
import opml.llm.forward.CacheType;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.model.TinyLlama;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Sessions whose kernels are exchanged while they work.
class LateKernelsTest {
  private static final int CONTEXT = 70;

  @TempDir Path folder;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  /// The reference, which says that it is slow at first, uses scratch, and notes who has run.
  private static final class Late implements KernelProvider {
    private static final long SCRATCH = 5000;

    final Set<String> prepared = ConcurrentHashMap.newKeySet();
    final Set<String> ran = ConcurrentHashMap.newKeySet();

    @Override
    public boolean isSlowAtFirst() {
      return true;
    }

    @Override
    public PreparedKernel prepare(
        Kernel kernel, long[] scalars, List<Optional<Constant>> constants) {
      prepared.add(kernel.name());
      PreparedKernel reference = KernelProvider.reference().prepare(kernel, scalars, constants);
      return new PreparedKernel() {
        @Override
        public long scratchBytes() {
          return SCRATCH;
        }

        @Override
        public int run(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
          scratch.set(ValueLayout.JAVA_BYTE, SCRATCH - 1, (byte) 1);
          ran.add(kernel.name());
          return reference.run(segments, scratch, from, to);
        }
      };
    }
  }

  private LanguageModel tiny() throws IOException {
    Path file = folder.resolve("tiny.gguf");
    Files.write(file, TinyLlama.calm("llama", ElementType.Q8_0, random));
    return LanguageModels.open(file);
  }

  private static Session session(LanguageModel model, KernelProvider kernels) {
    return TextEngine.of(model, CONTEXT, CacheType.F16, CONTEXT, kernels, new Team(2), _ -> {})
        .open();
  }

  private static Set<String> kernels(LanguageModel model) {
    Late late = new Late();
    try (Session session = session(model, late)) {
      session.take(new int[CONTEXT]);
    }
    return late.ran;
  }

  private static Bytes32 hash(Session session) {
    return Keccak.hash(session.logits().toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  @Timeout(120) // or it would never end, if a kernel were not exchanged
  void oneTokenAfterTheOtherIsReadByKernelsAsTheyCome() throws IOException {
    LanguageModel model = tiny();
    Late late = new Late();
    int[] tokens = random.ints(20, 0, model.hyperparameters().vocabulary()).toArray();
    try (Session plain = session(model, KernelProvider.reference());
        Session session = session(model, late)) {
      List<Bytes32> expected = new ArrayList<>();
      for (int token : tokens) {
        plain.take(token);
        expected.add(hash(plain));
      }
      assertThat(late.prepared).allMatch(kernel -> kernel.startsWith("linear."));
      Set<String> all = kernels(model);
      assertThat(all).contains("attention", "norm.rms");
      while (!late.ran.containsAll(all)) {
        session.cut(0);
        for (int i = 0; i < tokens.length; i++) {
          session.take(tokens[i]);
          assertThat(hash(session)).as("seed %d", seed).isEqualTo(expected.get(i));
        }
      }
    }
  }

  @Test
  void manyTokensAreNotReadByTheReference() throws IOException {
    LanguageModel model = tiny();
    Late late = new Late();
    int[] tokens = random.ints(60, 0, model.hyperparameters().vocabulary()).toArray();
    try (Session plain = session(model, KernelProvider.reference());
        Session session = session(model, late)) {
      plain.take(tokens);
      session.take(tokens);
      assertThat(late.ran).contains("attention", "norm.rms", "linear.q80");
      assertThat(hash(session)).as("seed %d", seed).isEqualTo(hash(plain));
    }
  }
}
