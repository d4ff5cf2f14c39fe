package opml.llm.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.llm.forward.CacheType;
import opml.llm.model.LanguageModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionFileTest {
  private static final int[] TEXT = {1, 5, 70, 200, 260, 3, 9};

  @TempDir Path folder;

  private final long seed = new Random().nextLong();
  private Path path;
  private TextEngine engine;

  @BeforeEach
  void open() throws IOException {
    path = folder.resolve("text.kv");
    engine = engine("llama", seed, 16, CacheType.F16);
  }

  private TextEngine engine(String family, long ofSeed, int context, CacheType cacheType)
      throws IOException {
    LanguageModel model = TinyEngine.model(folder, family, ElementType.Q8_0, ofSeed);
    return TinyEngine.of(model, context, cacheType, 4, 1);
  }

  @Test
  void aTextGoesOnFromAFileAsIfItHadBeenRead() throws IOException {
    byte[] cold;
    try (Session session = engine.open()) {
      session.take(TEXT);
      engine.file(path).save(session);
      session.take(42);
      cold = session.logits().toArray(ValueLayout.JAVA_BYTE);
    }
    for (int context : new int[] {8, 16, 100}) {
      TextEngine other = engine("llama", seed, context, CacheType.F16);
      try (Session session = other.open()) {
        int[] longer = Arrays.copyOf(TEXT, TEXT.length + 1);
        longer[TEXT.length] = 42;
        assertThat(other.file(path).restore(session, longer))
            .isEqualTo(new SessionFile.Found.Beginning(TEXT.length));
        session.take(42);
        assertThat(session.logits().toArray(ValueLayout.JAVA_BYTE))
            .as("seed %d, context %d", seed, context)
            .isEqualTo(cold);
      }
    }
  }

  @Test
  void onlyWhatBothBeginWithIsTaken() throws IOException {
    save();
    try (Session session = engine.open()) {
      int[] other = TEXT.clone();
      other[3]++;
      assertThat(engine.file(path).restore(session, other))
          .isEqualTo(new SessionFile.Found.Beginning(3));
      assertThat(session.length()).isEqualTo(3);
      assertThat(engine.file(path).restore(session, 2))
          .isEqualTo(new SessionFile.Found.Beginning(0));
      assertThat(session.length()).isZero();
    }
  }

  private byte[] save() throws IOException {
    try (Session session = engine.open()) {
      session.take(TEXT);
      engine.file(path).save(session);
    }
    return Files.readAllBytes(path);
  }

  @Test
  void whatIsDamagedNewerOrOfAnotherModelIsOfNoUse() throws IOException {
    byte[] whole = save();
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      byte[] damaged = whole.clone();
      damaged[8 + random.nextInt(whole.length - 8)] ^= (byte) (1 << random.nextInt(8));
      assertUnfit(engine, damaged, "");
      assertUnfit(engine, Arrays.copyOf(whole, 8 + random.nextInt(whole.length - 8)), "");
    }
    assertUnfit(engine, Arrays.copyOf(whole, whole.length + 1), "bytes");
    byte[] newer = whole.clone();
    newer[11]++;
    assertUnfit(engine, newer, "it is of version 2, not 1");
    assertUnfit(engine("llama", seed + 1, 16, CacheType.F16), whole, "another model's");
    assertUnfit(engine("qwen2", seed, 16, CacheType.F16), whole, "another model's");
    assertUnfit(engine("llama", seed, 16, CacheType.F32), whole, "another type than f32");
  }

  private void assertUnfit(TextEngine reader, byte[] bytes, String why) throws IOException {
    Files.write(path, bytes);
    try (Session session = reader.open()) {
      SessionFile.Found found = reader.file(path).restore(session, TEXT);
      assertThat(found).as("seed %d", seed).isInstanceOf(SessionFile.Found.Unfit.class);
      assertThat(found.toString()).contains(why);
      assertThat(session.length()).isZero();
    }
  }

  @Test
  void aFileThatIsNotThereIsNothingAndAnotherIsRefused() throws IOException {
    try (Session session = engine.open()) {
      assertThat(engine.file(path).restore(session, TEXT))
          .isEqualTo(new SessionFile.Found.Nothing());
      Files.write(path, new byte[0]);
      assertThat(engine.file(path).restore(session, TEXT))
          .as("one that was only just made")
          .isEqualTo(new SessionFile.Found.Nothing());
      for (String text : new String[] {"opml", "opml-kw\nand more than a header has, anyway"}) {
        Files.write(path, text.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> engine.file(path).restore(session, TEXT))
            .isInstanceOf(MalformedException.class)
            .hasMessageContaining("text.kv, offset 0");
      }
      assertThatThrownBy(() -> engine.file(path).save(session))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
