package opml.cli.command.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import opml.cli.command.market.Download.Source;
import opml.core.hash.Bytes32;
import opml.formats.ModelLoader;
import opml.game.move.Parameters;
import opml.game.work.Work;
import opml.mnist.DemoModel;
import opml.mnist.digit.SampleDigit;
import opml.proof.GraphWorkshop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetchingWorkshopTest {
  private static final byte[] INPUT = SampleDigit.ALL.get(7).digit().pixels();

  @TempDir Path folder;

  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<String> places = new CopyOnWriteArrayList<>();
  private FileServer server;
  private Bytes32 wanted;
  private volatile Instant now = Instant.EPOCH;

  @BeforeEach
  void start() throws IOException {
    server = new FileServer();
    wanted = ModelLoader.load(Files.write(folder.resolve("int8.onnx"), DemoModel.INT8.onnx())).id();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aModelIsFetchedCheckedAndKept() throws IOException {
    server.serve("/right", DemoModel.INT8.onnx());
    places.add(server.uri("/right"));
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT)) {
      assertThat(workshop.work(wanted, INPUT)).as("at once, without waiting").isEmpty();
      until("fetched");
      assertThat(workshop.work(wanted, INPUT)).map(Work::result).isPresent();
    }
    assertThat(files()).containsExactly(wanted + ".onnx");
    told.clear();
    try (FetchingWorkshop again = workshop(Parameters.DEFAULT)) {
      assertThat(again.work(wanted, INPUT)).isEmpty();
      until("fetched");
      assertThat(server.asked("/right")).as("the second comes from the folder").isEqualTo(1);
    }
    // Who damages the folder gains nothing.
    Files.write(cache().resolve(wanted + ".onnx"), DemoModel.FLOAT.onnx());
    told.clear();
    try (FetchingWorkshop again = workshop(Parameters.DEFAULT)) {
      assertThat(again.work(wanted, INPUT)).isEmpty();
      until("fetched");
      assertThat(server.asked("/right")).isEqualTo(2);
    }
  }

  @Test
  void wrongFilesAreRefusedDeletedAndNotTriedAgainSoon() throws Exception {
    byte[] right = DemoModel.INT8.onnx();
    server.serve("/other", DemoModel.FLOAT.onnx());
    server.serve("/half", Arrays.copyOf(right, right.length / 2));
    server.serve("/noise", noise());
    server.serve("/empty", new byte[0]);
    server.serveTruncated("/broken", right, right.length + 100);
    for (String path : new String[] {"/other", "/half", "/noise", "/empty", "/broken", "/absent"}) {
      places.add(server.uri(path));
    }
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT)) {
      assertThat(workshop.work(wanted, INPUT)).isEmpty();
      until("/absent why HTTP status 404");
      assertThat(told)
          .anyMatch(line -> line.contains("/other why the file there is model 0x"))
          .anyMatch(line -> line.contains("/half why the file there is no model that we can run"))
          .anyMatch(line -> line.contains("/noise why the file there is no model that we can run"))
          .noneMatch(line -> line.contains("bug"));
      assertThat(files()).isEmpty();

      // Minutes later only what was not there is tried again, and then a right one is found.
      server.serve("/right", right);
      places.add(server.uri("/right"));
      untilKnown(workshop);
      assertThat(server.asked("/other")).isEqualTo(1);
      assertThat(server.asked("/broken")).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void aSlowPlaceHoldsNobodyUp() throws IOException {
    server.serveSlowly("/slow");
    places.add(server.uri("/slow"));
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT)) {
      long begin = System.nanoTime();
      for (int i = 0; i < 100; i++) {
        assertThat(workshop.work(wanted, INPUT)).isEmpty();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
    }
  }

  @Test
  void aModelThatTakesTooLongForTheDeploymentIsNotTakenOn() throws IOException {
    byte[] slow = DemoModel.FLOAT.onnx();
    Bytes32 id = ModelLoader.load(Files.write(folder.resolve("float.onnx"), slow)).id();
    server.serve("/slow", slow);
    places.add(server.uri("/slow"));
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT.withTimes(1, 1))) {
      assertThat(workshop.work(id, INPUT)).isEmpty();
      until("a run may take");
      assertThat(workshop.work(id, INPUT)).isEmpty();
    }
  }

  @Test
  void aFullFolderTakesNoMore() throws IOException {
    Files.createDirectories(cache());
    Files.write(cache().resolve("old.onnx"), new byte[3 << 20]);
    Files.write(cache().resolve("older.onnx"), new byte[1]);
    server.serve("/right", DemoModel.INT8.onnx());
    places.add(server.uri("/right"));
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT)) {
      assertThat(workshop.work(wanted, INPUT)).isEmpty();
      until("remove some");
      assertThat(server.asked("/right")).isZero();
    }
  }

  @Test
  void anImportThatTakesTooLongIsGivenUpAndThePlaceLeftAlone() throws Exception {
    server.serve("/right", DemoModel.INT8.onnx());
    places.add(server.uri("/right"));
    try (FetchingWorkshop workshop =
        workshop(Parameters.DEFAULT, new BoundedImports(Duration.ZERO))) {
      assertThat(workshop.work(wanted, INPUT)).isEmpty();
      until("the file there takes more than 0 s to import");
      for (int minute = 0; minute < 30; minute++) {
        now = now.plusSeconds(60);
        assertThat(workshop.work(wanted, INPUT)).isEmpty();
        Thread.sleep(10);
      }
      assertThat(server.asked("/right")).isEqualTo(1);
    }
  }

  @Test
  void nothingIsFetchedWhileImportsThatNeverEndGoOn() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    BoundedImports imports = new BoundedImports(Duration.ofMillis(20));
    for (int i = 0; i < BoundedImports.LEFT_MOST; i++) {
      assertThat(imports.areStuck()).isFalse();
      assertThatThrownBy(() -> imports.run(() -> endless(end)))
          .isInstanceOf(Download.RefusedException.class);
    }
    assertThat(imports.areStuck()).isTrue();
    server.serve("/right", DemoModel.INT8.onnx());
    places.add(server.uri("/right"));
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT, imports)) {
      assertThat(workshop.work(wanted, INPUT)).isEmpty();
      assertThatThrownBy(() -> imports.run(() -> 1)).hasMessageContaining("too many other files");
      assertThat(server.asked("/right")).isZero();
    }
    end.countDown();
    while (imports.areStuck()) {
      Thread.onSpinWait();
    }
    assertThat(new BoundedImports(Duration.ofMinutes(1)).run(() -> 1)).isEqualTo(1);
  }

  /// An import that hears of no interruption.
  private static int endless(CountDownLatch end) {
    while (end.getCount() > 0) {
      Thread.onSpinWait();
    }
    return 0;
  }

  private Path cache() {
    return folder.resolve("cache");
  }

  private static byte[] noise() {
    byte[] bytes = new byte[10_000];
    new Random().nextBytes(bytes);
    return bytes;
  }

  private FetchingWorkshop workshop(Parameters terms) {
    return workshop(terms, new BoundedImports(Duration.ofMinutes(1)));
  }

  private FetchingWorkshop workshop(Parameters terms, BoundedImports imports) {
    return new FetchingWorkshop(
        new GraphWorkshop(List.of()),
        _ -> List.copyOf(places),
        new Download(Set.of(Source.HTTP, Source.LOCAL), 1 << 20, Duration.ofSeconds(20)),
        new ModelCache(cache(), 1 << 20, imports),
        imports,
        terms,
        (event, facts) -> told.add(event + " " + text(facts)),
        () -> now);
  }

  private static String text(Map<String, Object> facts) {
    StringBuilder text = new StringBuilder();
    facts.forEach((name, value) -> text.append(name).append(' ').append(value).append(' '));
    return text.toString();
  }

  private void until(String words) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (told.stream().noneMatch(line -> line.contains(words))) {
      assertThat(System.nanoTime() < end).as("'%s' never came: %s", words, told).isTrue();
      Thread.onSpinWait();
    }
  }

  /// Lets minutes pass, but fewer than six hours of them.
  private void untilKnown(FetchingWorkshop workshop) throws InterruptedException {
    for (int minute = 0; minute < 300; minute++) {
      now = now.plusSeconds(60);
      if (workshop.work(wanted, INPUT).isPresent()) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("never fetched: " + told);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(cache())) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
