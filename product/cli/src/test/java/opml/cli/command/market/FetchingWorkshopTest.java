package opml.cli.command.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import opml.cli.TinyCheckpoint;
import opml.cli.command.market.Download.Source;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.run.KernelProvider;
import opml.formats.ModelLoader;
import opml.game.move.Parameters;
import opml.game.work.Work;
import opml.kernels.catalog.PinnedPrograms;
import opml.kernels.transformer.Tape;
import opml.llm.forward.CacheType;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.session.Answerer;
import opml.llm.tape.TextRequest;
import opml.mnist.DemoModel;
import opml.mnist.digit.SampleDigit;
import opml.proof.GraphWorkshop;
import opml.proof.TimeLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetchingWorkshopTest {
  private static final byte[] INPUT = SampleDigit.ALL.get(7).digit().pixels();

  @TempDir Path folder;

  private static final Duration SILENCE = Duration.ofSeconds(2);
  private static final int BYTES_PER_SECOND = 10_000;

  private GraphWorkshop own = new GraphWorkshop(List.of());
  private final Map<Bytes32, List<String>> elsewhere = new ConcurrentHashMap<>();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<String> places = new CopyOnWriteArrayList<>();
  private double stepsPerSecond = 2e8;
  private boolean finds;
  private FileServer server;
  private Bytes32 wanted;
  private volatile Instant now = Instant.EPOCH;
  private Download.Patience patience = patience(Duration.ofSeconds(20));
  private ModelMemory memory = new ModelMemory(own, 512 << 20, () -> now);

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
      untilKnown(workshop, wanted);
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
  void aSlowMachineDoesNotTakeOnWhatAFastOneDoes() throws IOException {
    server.serve("/right", DemoModel.INT8.onnx());
    places.add(server.uri("/right"));
    Parameters terms = Parameters.DEFAULT.withTimes(400, 400);
    stepsPerSecond = 1e3;
    try (FetchingWorkshop workshop = workshop(terms)) {
      assertThat(workshop.knows(wanted)).isFalse();
      until("this deployment's times leave 40 s");
      assertThat(workshop.knows(wanted)).isFalse();
    }
    stepsPerSecond = 1e9;
    told.clear();
    try (FetchingWorkshop workshop = workshop(terms)) {
      assertThat(workshop.knows(wanted)).isFalse();
      until("fetched");
      assertThat(workshop.knows(wanted)).isTrue();
    }
  }

  @Test
  void aModelThatTakesTooLongForTheDeploymentIsNotTakenOn() throws IOException {
    byte[] slow = StrangeModels.fat(1);
    Bytes32 id = StrangeModels.id(slow);
    server.serve("/slow", slow);
    places.add(server.uri("/slow"));
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT.withTimes(1, 1))) {
      assertThat(workshop.work(id, INPUT)).isEmpty();
      until("a run may take");
      assertThat(workshop.work(id, INPUT)).isEmpty();
    }
  }

  @Test
  void aSmallFileWhoseRunTakesMoreThanItsShareOfMemoryIsRefusedAlsoFromTheFolder()
      throws IOException {
    byte[] fat = StrangeModels.fat(254);
    Bytes32 id = StrangeModels.id(fat);
    server.serve("/fat", fat);
    places.add(server.uri("/fat"));
    for (int start = 0; start < 2; start++) {
      told.clear();
      try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT)) {
        assertThat(workshop.knows(id)).isFalse();
        until(" MB to run, this process gives strangers' models 536 MB");
        assertThat(workshop.work(id, new byte[4 * 4096])).isEmpty();
      }
      assertThat(server.asked("/fat")).as("the second comes from the folder").isEqualTo(1);
    }
  }

  @Test
  void aModelForWhichThereIsNoRoomIsReadAgainFromTheFolder() throws Exception {
    List<Bytes32> ids = new ArrayList<>();
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT)) {
      for (int i = 0; i < 4; i++) {
        byte[] wide = StrangeModels.wide(i);
        ids.add(StrangeModels.id(wide));
        server.serve("/wide" + i, wide);
        elsewhere.put(ids.get(i), List.of(server.uri("/wide" + i)));
        untilKnown(workshop, ids.get(i));
        assertThat(workshop.work(ids.get(i), StrangeModels.wideInput())).isPresent();
      }
      assertThat(own.models()).hasSize(4);
      // An import that needs all of the room.
      memory.hold(memory.mostBytes()).close();
      assertThat(own.models()).isEmpty();
      untilKnown(workshop, ids.getFirst());
      assertThat(server.asked("/wide0")).isEqualTo(1);
    }
  }

  @Test
  void placesThatHangHoldUpNoModelThatIsThere() throws Exception {
    server.serve("/right", DemoModel.INT8.onnx());
    server.serve("/tiny", StrangeModels.tiny(1));
    Bytes32 tiny = StrangeModels.id(StrangeModels.tiny(1));
    elsewhere.put(wanted, List.of(server.uri("/right")));
    patience = patience(SILENCE);
    elsewhere.put(tiny, List.of(server.uri("/tiny")));
    try (FetchingWorkshop before = workshop(Parameters.DEFAULT)) {
      untilKnown(before, tiny);
    }
    told.clear();
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT)) {
      for (int i = 0; i < 3 * FetchingWorkshop.AT_A_TIME; i++) {
        List<String> hanging = new ArrayList<>();
        for (int place = 0; place < 8; place++) {
          String path = "/hangs/" + i + "/" + place;
          server.serveSlowly(path);
          hanging.add(server.uri(path));
        }
        Bytes32 id = Keccak.hash(new byte[] {(byte) i});
        elsewhere.put(id, hanging);
        assertThat(workshop.knows(id)).isFalse();
      }
      assertThat(workshop.knows(wanted)).isFalse();
      assertThat(workshop.knows(tiny)).isFalse();
      until("fetched model " + tiny);
      assertThat(begunBefore("fetched model " + tiny))
          .as("what was fetched before waits for nobody")
          .isLessThan(3 * FetchingWorkshop.AT_A_TIME);
      until("fetched model " + wanted);
      assertThat(begunBefore("fetching model " + wanted))
          .as("three turns of others, not eight places of each")
          .isLessThan(6 * FetchingWorkshop.AT_A_TIME);
    }
  }

  /// {@return how many downloads had begun when something was told}
  private int begunBefore(String event) {
    int begun = 0;
    for (String line : told) {
      if (line.startsWith(event)) {
        return begun;
      }
      begun += line.startsWith("fetching ") ? 1 : 0;
    }
    throw new AssertionError(event + " was never told: " + told);
  }

  @Test
  void anImportThatTakesTooLongIsGivenUpAndThePlaceLeftAlone() throws Exception {
    server.serve("/right", DemoModel.INT8.onnx());
    places.add(server.uri("/right"));
    try (FetchingWorkshop workshop =
        workshop(Parameters.DEFAULT, new BoundedImports(Duration.ZERO, memory))) {
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
    BoundedImports imports = new BoundedImports(Duration.ofMillis(20), memory);
    for (int i = 0; i < BoundedImports.LEFT_MOST; i++) {
      assertThat(imports.areStuck()).isFalse();
      assertThatThrownBy(() -> imports.ofStrange(0, () -> endless(end)))
          .isInstanceOf(Download.RefusedException.class);
    }
    assertThat(imports.areStuck()).isTrue();
    server.serve("/right", DemoModel.INT8.onnx());
    places.add(server.uri("/right"));
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT, imports)) {
      assertThat(workshop.work(wanted, INPUT)).isEmpty();
      assertThatThrownBy(() -> imports.ofKnown(0, () -> 1))
          .hasMessageContaining("too many other files");
      assertThat(server.asked("/right")).isZero();
    }
    end.countDown();
    while (imports.areStuck()) {
      Thread.onSpinWait();
    }
    assertThat(new BoundedImports(Duration.ofMinutes(1), memory).ofStrange(0, () -> 1).what())
        .isEqualTo(1);
  }

  private static final TextLimits TEXT = new TextLimits(64, 16, CacheType.F16);
  private static final String NUMBERS = "#context=64&answer=16&cache=f16";

  private LanguageModel language(long seed) throws IOException {
    Path file = TinyCheckpoint.write(folder.resolve("tiny" + seed + ".bin"), seed, true);
    server.serve("/tiny" + seed, Files.readAllBytes(file));
    return LanguageModels.open(file);
  }

  private static Bytes32 id(LanguageModel language) {
    return Model.checking(CheckGraph.of(language, TEXT), PinnedPrograms::of).id();
  }

  @Test
  void aLanguageModelIsFetchedFromAPlaceWithTheNumbersOfItsTextsAndJudgesClaims() throws Exception {
    LanguageModel language = language(7);
    language(8);
    server.serveEndlessly("/endless");
    Bytes32 id = id(language);
    String tiny = server.uri("/tiny7");
    places.add(tiny);
    places.add(tiny + "#context=64&answer=16");
    places.add(tiny + "#context=64&answer=16&answer=16&cache=f16");
    places.add(tiny + "#context=64&answer=many&cache=f16");
    places.add(tiny + "#context=64&answer=65&cache=f16");
    places.add(tiny + "#context=64&answer=16&cache=f8");
    places.add(tiny + "#context=64&answer=15&cache=f16");
    places.add(server.uri("/tiny8") + NUMBERS);
    String[] reasons = {
      "why the file there is no model that we can run: it: a language model, and its place does not say",
      "why behind the # of its place, expected are context, answer, cache; cache is missing",
      "why behind the # of its place, answer stands twice",
      "why behind the # of its place, answer is 'many'; expected is a number of tokens, up to",
      "why answers: expected 1 to 64 tokens, found 65",
      "why behind the # of its place, cache is 'f8', which is none of f16, f32, q8_0",
      "&answer=15&cache=f16 why the file there is model 0x",
      "/tiny8" + NUMBERS + " why the file there is model 0x"
    };
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT)) {
      assertThat(workshop.knows(id)).isFalse();
      until(reasons[reasons.length - 1]);
      for (String reason : reasons) {
        assertThat(told).as(reason).anyMatch(line -> line.contains(reason));
      }
      assertThat(told).noneMatch(line -> line.contains("bug"));
      assertThat(files()).isEmpty();
      places.add(server.uri("/endless") + NUMBERS);
      places.add(tiny + NUMBERS);
      untilKnown(workshop, id);
      requireJudged(workshop, id, language);
    }
    assertThat(files()).containsExactly(id + "-" + NUMBERS.substring(1) + ".text");
    int asked = server.asked("/tiny7");
    try (FetchingWorkshop again = workshop(Parameters.DEFAULT)) {
      assertThat(again.knows(id)).isFalse();
      told.clear();
      until("fetched model " + id + " from the folder of fetched models");
      assertThat(server.asked("/tiny7")).isEqualTo(asked);
      requireJudged(again, id, language);
    }
  }

  private static void requireJudged(FetchingWorkshop workshop, Bytes32 id, LanguageModel language) {
    byte[] request = new TextRequest(new int[] {1, 70, 71}, 5).encode(TEXT);
    byte[] right;
    try (Answerer answerer = new Answerer(language, TEXT, KernelProvider.reference())) {
      right = answerer.answer(request);
    }
    byte[] wrong = right.clone();
    wrong[Tape.ANSWER] ^= 1;
    assertThat(workshop.checksOutput(id)).isTrue();
    assertThat(workshop.mayBeSlow(id)).isTrue();
    assertThat(status(workshop, id, request, right)).isEqualTo(GraphState.Status.DONE.code());
    assertThat(status(workshop, id, request, wrong)).isEqualTo(GraphState.Status.FAILED.code());
    assertThat(workshop.work(id, request)).as("it judges, and does not answer").isEmpty();
  }

  private static int status(FetchingWorkshop workshop, Bytes32 id, byte[] request, byte[] answer) {
    return workshop.check(id, request, answer, (_, _) -> {}).orElseThrow().result().status();
  }

  @Test
  void numbersThatMakeAGiganticGraphAreRefusedBeforeItIsThere() throws Exception {
    Bytes32 id = id(language(7));
    places.add(server.uri("/tiny7") + "#context=16777216&answer=1&cache=f32");
    places.add(server.uri("/tiny7") + "#context=1000000&answer=16&cache=q8_0");
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT)) {
      assertThat(workshop.knows(id)).isFalse();
      until("a graph of more than 52,428 nodes");
      assertThat(told).anyMatch(line -> line.contains("a table of rotations of 536,870,912 bytes"));
      assertThat(memory.keeps(id)).isFalse();
      memory.hold(memory.mostBytes()).close();
    }
  }

  @Test
  void whoFindsAnswersDoesNotFetchLanguageModels() throws Exception {
    Bytes32 id = id(language(7));
    places.add(server.uri("/tiny7") + NUMBERS);
    finds = true;
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT)) {
      assertThat(workshop.knows(id)).isFalse();
      until("a language model: who is to answer with one has its file, and names it by --model");
      assertThat(server.asked("/tiny7")).isZero();
    }
  }

  @Test
  void aLanguageModelWhoseRunWasEndedIsLeftAloneForHours() throws Exception {
    Bytes32 id = id(language(7));
    places.add(server.uri("/tiny7") + NUMBERS);
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT)) {
      untilKnown(workshop, id);
      workshop.giveUp(id, "slow");
      assertThat(told).last().asString().contains("given up", "why slow");
      told.clear();
      for (int minute = 0; minute < 300; minute++) {
        now = now.plusSeconds(60);
        assertThat(workshop.knows(id)).isFalse();
      }
      assertThat(told).isEmpty();
      now = now.plus(Duration.ofHours(2));
      untilKnown(workshop, id);
      assertThat(server.asked("/tiny7")).isEqualTo(1);
    }
  }

  @Test
  void aLanguageModelWhoseNodesCannotBeReplayedInTimeIsNotTakenOn() throws Exception {
    Bytes32 id = id(language(7));
    places.add(server.uri("/tiny7") + NUMBERS);
    stepsPerSecond = 1;
    try (FetchingWorkshop workshop = workshop(Parameters.DEFAULT)) {
      assertThat(workshop.knows(id)).isFalse();
      until("replaying a node may take");
      assertThat(workshop.knows(id)).isFalse();
    }
  }

  /// An import that hears of no interruption.
  private static int endless(CountDownLatch end) {
    while (end.getCount() > 0) {
      Thread.onSpinWait();
    }
    return 0;
  }

  private static Download.Patience patience(Duration silence) {
    return new Download.Patience(Duration.ofSeconds(20), silence, BYTES_PER_SECOND);
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
    own = new GraphWorkshop(List.of());
    memory = new ModelMemory(own, 512 << 20, () -> now);
    return workshop(terms, new BoundedImports(Duration.ofMinutes(1), memory));
  }

  private FetchingWorkshop workshop(Parameters terms, BoundedImports imports) {
    return new FetchingWorkshop(
        own,
        model -> elsewhere.getOrDefault(model, List.copyOf(places)),
        new Download(Set.of(Source.HTTP, Source.LOCAL), 1 << 20, patience),
        new ModelCache(cache(), 1 << 20, imports, memory),
        imports,
        memory,
        () -> new TimeLimits(terms, stepsPerSecond),
        finds,
        (event, facts) -> told.add(event + " " + text(facts)),
        () -> now);
  }

  private static String text(Map<String, Object> facts) {
    StringBuilder text = new StringBuilder();
    facts.forEach((name, value) -> text.append(name).append(' ').append(value).append(' '));
    return text.toString();
  }

  private void until(String words) {
    long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (told.stream().noneMatch(line -> line.contains(words))) {
      assertThat(System.nanoTime() < end).as("'%s' never came: %s", words, told).isTrue();
      Thread.onSpinWait();
    }
  }

  /// Lets minutes pass, but fewer than six hours of them.
  private void untilKnown(FetchingWorkshop workshop, Bytes32 model) throws InterruptedException {
    for (int minute = 0; minute < 300; minute++) {
      now = now.plusSeconds(60);
      if (workshop.knows(model)) {
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
