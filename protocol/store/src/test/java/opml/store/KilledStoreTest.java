package opml.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import opml.store.devcluster.PostgresCluster;
import opml.store.memory.MapStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// A process is killed while it writes. What it was told to be done is there when the store is opened again, of what it
/// was about to do all or nothing, and the store goes on.
class KilledStoreTest {
  private static final int KILLS = Integer.getInteger("opml.kills", 3);
  private static final int CALLS_MAX = 150;
  private static final int WAIT_MILLIS_MAX = 20;

  @TempDir private Path folder;

  private final long seed = Long.getLong("opml.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void aFileOfSqliteLosesNothing() throws Exception {
    Path template = folder.resolve("template.db");
    StoreChild.open(template.toString()).close();
    for (int kill = 0; kill < KILLS; kill++) {
      Path file = folder.resolve("store%d.db".formatted(kill));
      Files.copy(template, file);
      killAndLook(file.toString());
    }
  }

  @Test
  @EnabledIf(value = PostgresCluster.IS_INSTALLED, disabledReason = PostgresCluster.MISSING)
  void postgresLosesNothing() throws Exception {
    try (PostgresCluster cluster = PostgresCluster.start(folder)) {
      cluster.command("postgres", "create database made");
      StoreChild.open(cluster.url("made")).close();
      for (int kill = 0; kill < KILLS; kill++) {
        String database = "store" + kill;
        killAndLook(cluster.copy("made", database));
        cluster.command("postgres", "drop database " + database + " with (force)");
      }
    }
  }

  private void killAndLook(String place) throws Exception {
    long script = random.nextLong();
    long told = runAndKill(place, script);
    try (Store store = openOnceFree(place);
        MapStore maps = new MapStore(StoreScript.IDENTITY)) {
      String when = "seed %d, script %d, %d calls done".formatted(seed, script, told);
      StoreScript calls = new StoreScript(script);
      for (long i = 0; i < told; i++) {
        calls.next(maps).on(maps);
      }
      List<Object> found = StoreRows.of(store);
      if (!found.equals(StoreRows.of(maps))) {
        // It was killed between the commit and the word of it.
        calls.next(maps).on(maps);
        assertThat(found).as(when).containsExactlyElementsOf(StoreRows.of(maps));
      }
      for (int i = 0; i < 10; i++) {
        StoreScript.Step step = calls.next(maps);
        assertThat(step.on(store)).as(when).isEqualTo(step.on(maps));
      }
      assertThat(StoreRows.of(store)).as(when).containsExactlyElementsOf(StoreRows.of(maps));
    }
  }

  /// PostgreSQL needs a moment to see that a process is gone.
  private static Store openOnceFree(String place) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try {
        return StoreChild.open(place);
      } catch (StoreException.Locked e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        Thread.sleep(10);
      }
    }
  }

  /// {@return how many calls the process said to be done}
  private long runAndKill(String place, long script) throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                StoreChild.class.getName(),
                place,
                Long.toString(script))
            .redirectError(new File(folder.toFile(), "child.err"))
            .start();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      long until = random.nextInt(CALLS_MAX);
      long told = 0;
      String line = "";
      while (told < until && line != null) {
        line = out.readLine();
        told = line == null ? told : Long.parseLong(line);
      }
      assertThat(child.isAlive()).as(() -> "the child failed: " + errors()).isTrue();
      Thread.sleep(random.nextInt(WAIT_MILLIS_MAX));
      // Not by Process, which would close the pipe and lose what is in it.
      assertThat(child.toHandle().destroyForcibly()).isTrue();
      // The last line may be half a number; it was not said.
      StringBuilder rest = new StringBuilder();
      for (int c = out.read(); c >= 0; c = out.read()) {
        rest.append((char) c);
      }
      return told + rest.chars().filter(c -> c == '\n').count();
    } finally {
      child.toHandle().destroyForcibly();
      child.waitFor();
    }
  }

  private String errors() {
    try {
      return Files.readString(folder.resolve("child.err"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
