package opml.lab.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import opml.agent.Agent;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.game.claim.Claim;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.GameIdentity;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.move.GameStatus;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.Hub;
import opml.hub.HubReader;
import opml.hub.Journal;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;
import opml.hub.Terms;
import opml.lab.play.ForwardingChain;
import opml.lab.play.Scene;
import opml.lab.play.TestModels;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class HubReaderTest {
  private static final byte[] INPUT = TestModels.input(1, 2, 3);

  private static DevChain dev;

  @BeforeAll
  static void startChain() {
    dev = DevChain.start(DevChain.Options.DEFAULT);
  }

  @AfterAll
  static void stopChain() {
    if (dev != null) {
      dev.close();
    }
  }

  private final Scene scene = Scene.set(dev, TestModels.dense());
  private final Liar liar = new Liar(scene.model(), new Lie.InLastStep(1, 3));

  @Test
  void readingOnIsReadingAnewAtEveryBlockOfARandomHistory() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    History history = new History(random);
    HubReader reader = new HubReader(scene.deployment(), dev.chain());
    for (int step = 0; step < 60; step++) {
      String what = history.happen();
      assertThat(describe(reader.read()))
          .as("seed %d, step %d, after %s", seed, step, what)
          .isEqualTo(describe(scene.picture()));
    }
    Picture end = scene.picture();
    // Otherwise the history is too dull to show anything.
    assertThat(history.seen(end)).as("seed %d", seed).hasSizeGreaterThan(2);
  }

  @Test
  void readingOnIsReadingAnewThroughReorganisations() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    History history = new History(random);
    HubReader reader = new HubReader(scene.deployment(), dev.chain());
    dev.mine(8);
    for (int round = 0; round < 12; round++) {
      for (int step = 0; step < 4; step++) {
        history.happen();
        if (random.nextBoolean()) {
          reader.read();
        }
      }
      int depth = 1 + random.nextInt(7);
      dev.reorg(depth);
      assertThat(describe(reader.read()))
          .as("seed %d, round %d, a reorganisation of %d blocks", seed, round, depth)
          .isEqualTo(describe(scene.picture()));
    }
  }

  /// Everybody does something now and then.
  private final class History {
    private final Random random;
    private final List<Agent> agents = new ArrayList<>();

    History(Random random) {
      this.random = random;
      Workshop other = new Liar(scene.model(), new Lie.InLastStep(0, 1));
      agents.add(scene.server(2, Journal.SILENT));
      agents.add(scene.server(3, liar, Journal.SILENT));
      agents.add(scene.verifier(4, Journal.SILENT));
      agents.add(scene.verifier(5, liar, Journal.SILENT));
      agents.add(scene.verifier(6, other, Journal.SILENT));
    }

    String happen() {
      try {
        return happened(random.nextInt(16));
      } catch (ChainException.Reverted e) {
        return "nothing: " + e.getMessage();
      }
    }

    private String happened(int what) {
      Picture picture = scene.picture();
      Hub hub = scene.hub(7);
      return switch (what) {
        case 0, 1 -> {
          long deadline = scene.now() + random.nextInt(3000);
          scene
              .hub(random.nextInt(8))
              .request(
                  scene.model().id(),
                  Terms.until(deadline),
                  TestModels.input(random.nextInt(4), 2, 3),
                  Scene.FEE);
          yield "request";
        }
        case 2 -> {
          dev.increaseTime(Duration.ofSeconds(random.nextInt(1500)));
          yield "time";
        }
        case 3 -> {
          picture.requests().keySet().forEach(request -> attempt(() -> hub.expire(request)));
          yield "expire";
        }
        case 4 -> {
          picture.claims().keySet().forEach(claim -> attempt(() -> hub.resolve(claim)));
          yield "resolve";
        }
        case 5 -> {
          picture.games().keySet().forEach(game -> attempt(() -> hub.timeout(game)));
          yield "timeout";
        }
        case 6 -> {
          picture.games().keySet().forEach(game -> attempt(() -> hub.reclaim(game)));
          yield "reclaim";
        }
        default -> {
          agents.get(random.nextInt(agents.size())).tick();
          yield "tick";
        }
      };
    }

    private static void attempt(Runnable call) {
      try {
        call.run();
      } catch (ChainException.Reverted e) {
        // It was not due.
      }
    }

    Set<Object> seen(Picture picture) {
      Set<Object> seen = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
      picture.requests().values().forEach(r -> seen.add("request " + r.state().status()));
      picture.claims().values().forEach(c -> seen.add("claim " + c.state().status()));
      picture.games().values().forEach(g -> seen.add("game " + g.status()));
      return seen;
    }
  }

  /// {@return all of a picture but its block, arrays included}
  private static List<String> describe(Picture picture) {
    List<String> lines = new ArrayList<>();
    lines.add(picture.block().toString() + picture.now());
    for (SeenRequest seen : picture.requests().values()) {
      String input = seen.input().map(HexFormat.of()::formatHex).orElse("unseen");
      lines.add(seen.state() + " " + input + " " + seen.finalDelivered());
    }
    for (SeenClaim seen : picture.claims().values()) {
      String output = HexFormat.of().formatHex(seen.output());
      lines.add(
          "%s %d %s %s %s"
              .formatted(
                  seen.state(),
                  seen.resultStatus(),
                  seen.slotsRoot(),
                  output,
                  seen.provisionalDelivered()));
    }
    picture.games().values().forEach(game -> lines.add(game.toString()));
    return lines;
  }

  /// {@return what hashes bind: the hub does not remember positions that were answered}
  private static Picture bound(Picture picture) {
    Map<GameId, SeenGame> games = new LinkedHashMap<>();
    picture
        .games()
        .forEach(
            (id, seen) ->
                games.put(
                    id,
                    new SeenGame(
                        id,
                        seen.claim(),
                        seen.challenger(),
                        seen.server(),
                        seen.claimStatus(),
                        seen.status(),
                        seen.clock(),
                        List.of(seen.positions().getLast()))));
    return new Picture(picture.block(), picture.requests(), picture.claims(), games);
  }

  // ------------------------------------------------------------------ nodes that lie

  /// A request, a wrong claim, and a game of several moves on it.
  private void dispute() {
    scene.ask(INPUT);
    RequestId second = scene.ask(INPUT);
    scene.hub(3).claim(second, liar.work(INPUT), Scene.PARAMETERS.claimBond());
    Agent verifier = scene.verifier(4, Journal.SILENT);
    Agent server = scene.server(3, liar, Journal.SILENT);
    // The liar also claims on the first request; each tick is a move in both games.
    for (int i = 0; i < 2; i++) {
      server.tick();
      verifier.tick();
    }
  }

  @Test
  void everyAlteredEventIsNoticed() {
    dispute();
    List<LogEntry> logs =
        dev.chain()
            .logs(
                scene.deployment().hub().filter(),
                scene.deployment().block(),
                dev.chain().latest().number());
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<String> truth = describe(bound(scene.picture()));
    int noticed = 0;
    for (int i = 0; i < logs.size(); i++) {
      for (int turn = 0; turn < 6; turn++) {
        LogEntry log = logs.get(i);
        LogEntry altered = altered(log, random);
        int index = i;
        Chain lying = lying(all -> replaced(all, logs.get(index), Optional.of(altered)));
        try {
          Picture seen = new HubReader(scene.deployment(), lying).read();
          assertThat(describe(bound(seen)))
              .as("seed %d, %s became %s", seed, log, altered)
              .isEqualTo(truth);
        } catch (ChainException.Malformed e) {
          noticed++;
        }
      }
    }
    assertThat(noticed).isGreaterThan(logs.size());
  }

  private static LogEntry altered(LogEntry log, Random random) {
    List<Bytes32> topics = new ArrayList<>(log.topics());
    byte[] data = log.data().toArray();
    int at = random.nextInt(32 * (topics.size() - 1) + data.length);
    if (at < data.length) {
      data[at] ^= (byte) (1 << random.nextInt(8));
    } else {
      int topic = 1 + (at - data.length) / 32;
      byte[] word = topics.get(topic).toArray();
      word[at % 32] ^= (byte) (1 << random.nextInt(8));
      topics.set(topic, Bytes32.of(word));
    }
    return new LogEntry(
        log.address(),
        topics,
        Data.of(data),
        log.blockNumber(),
        log.blockHash(),
        log.transaction(),
        log.index());
  }

  @Test
  void everyEventThatIsLeftOutIsNoticed() {
    dispute();
    Set<String> bound = Set.of("Requested", "Claimed", "Challenged", "Moved");
    List<LogEntry> logs =
        dev.chain()
            .logs(
                scene.deployment().hub().filter(),
                scene.deployment().block(),
                dev.chain().latest().number());
    int left = 0;
    for (LogEntry log : logs) {
      String name = scene.deployment().hub().events(List.of(log)).getFirst().name();
      Chain lying = lying(all -> replaced(all, log, Optional.empty()));
      HubReader reader = new HubReader(scene.deployment(), lying);
      if (bound.contains(name)) {
        left++;
        assertThatThrownBy(reader::read)
            .as("without %s of block %d", name, log.blockNumber())
            .isInstanceOf(ChainException.Malformed.class);
      } else {
        assertThat(describe(reader.read())).isEqualTo(describe(scene.picture()));
      }
    }
    assertThat(left).isGreaterThan(6);
  }

  @Test
  void anotherInputIsNotTakenForTheRequestedOne() {
    scene.ask(INPUT);
    Chain lying =
        lying(
            logs ->
                logs.stream()
                    .map(
                        log -> {
                          byte[] data = log.data().toArray();
                          data[data.length - 32] ^= 1; // the first byte of the input's only word
                          return new LogEntry(
                              log.address(),
                              log.topics(),
                              Data.of(data),
                              log.blockNumber(),
                              log.blockHash(),
                              log.transaction(),
                              log.index());
                        })
                    .toList());
    assertThatThrownBy(() -> new HubReader(scene.deployment(), lying).read())
        .isInstanceOf(ChainException.Malformed.class)
        .hasMessageContaining("input of request");
  }

  @Test
  void aNodeThatLiedOnceIsReadAnew() {
    scene.ask(INPUT);
    boolean[] lies = {true};
    Chain moody = lying(logs -> lies[0] ? List.of() : logs);
    HubReader reader = new HubReader(scene.deployment(), moody);
    RequestId id = scene.ask(INPUT);
    assertThat(reader.read().requests()).as("nobody can tell").isEmpty();
    lies[0] = false;
    Hub hub = scene.hub(2);
    hub.claim(id, scene.honest().graphWork(scene.model(), INPUT), Scene.PARAMETERS.claimBond());
    assertThatThrownBy(reader::read).isInstanceOf(ChainException.Malformed.class);
    assertThat(describe(reader.read())).isEqualTo(describe(scene.picture()));
  }

  @Test
  void nothingIsLostWhenTheNodeFallsSilentBetweenTwoAnswers() {
    scene.ask(INPUT);
    int[] answers = {0};
    for (int silentAfter = 0; silentAfter < 14; silentAfter++) {
      int limit = silentAfter;
      answers[0] = 0;
      boolean[] down = {true};
      Chain flaky =
          new ForwardingChain(dev.chain()) {
            private void answer() {
              if (down[0] && answers[0]++ >= limit) {
                throw new ChainException.Unreachable("down");
              }
            }

            @Override
            public BlockRef latest() {
              answer();
              return super.latest();
            }

            @Override
            public Optional<BlockRef> block(long number) {
              answer();
              return super.block(number);
            }

            @Override
            public List<LogEntry> logs(LogFilter filter, long from, long to) {
              answer();
              return super.logs(filter, from, to);
            }
          };
      HubReader reader = new HubReader(scene.deployment(), flaky);
      try {
        reader.read();
      } catch (ChainException.Unreachable e) {
        // The next look finds it back.
      }
      down[0] = false;
      assertThat(describe(reader.read()))
          .as("silent after %d answers", limit)
          .isEqualTo(describe(scene.picture()));
    }
  }

  private static Chain lying(UnaryOperator<List<LogEntry>> lie) {
    return new ForwardingChain(dev.chain()) {
      @Override
      public List<LogEntry> logs(LogFilter filter, long from, long to) {
        return lie.apply(super.logs(filter, from, to));
      }
    };
  }

  private static List<LogEntry> replaced(
      List<LogEntry> logs, LogEntry one, Optional<LogEntry> other) {
    List<LogEntry> result = new ArrayList<>();
    for (LogEntry log : logs) {
      if (log.equals(one)) {
        other.ifPresent(result::add);
      } else {
        result.add(log);
      }
    }
    return result;
  }

  // ------------------------------------------------------------------ what anybody may write

  @Test
  void aDeadlineAtTheEndOfTimeHindersNobody() {
    long endOfTime = -1; // unsigned
    List<Object> terms =
        List.of(
            scene.address(1),
            new BigInteger(Long.toUnsignedString(endOfTime)),
            scene.address(1),
            0L);
    scene
        .hub(5)
        .sender()
        .send(scene.deployment().hub().call("request", scene.model().id(), terms, INPUT));
    RequestId other = scene.ask(INPUT);
    Picture picture = scene.picture();
    assertThat(picture.requests()).hasSize(2).containsKey(other);
    assertThat(picture.requests().values().iterator().next().state().request().deadline())
        .isEqualTo(endOfTime);
    scene.server(2, Journal.SILENT).tick();
    assertThat(scene.claims()).hasSize(1);
  }

  // ------------------------------------------------------------------ ids

  @Test
  void idsAreTheHubsForRandomValues() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 6; i++) {
      Terms terms =
          new Terms(
              random.nextBoolean() ? scene.address(2) : Address.ZERO,
              scene.now() + random.nextInt(1 << 30),
              scene.address(random.nextInt(8)),
              random.nextLong(1L << 32));
      byte[] input = TestModels.input(random.nextFloat(), random.nextFloat(), random.nextFloat());
      RequestId id =
          scene
              .hub(random.nextInt(8))
              .request(scene.model().id(), terms, input, Wei.of(random.nextInt(1 << 20)));
      Work work = i % 2 == 0 ? liar.work(input) : scene.honest().graphWork(scene.model(), input);
      scene.hub(2).claim(id, work, Scene.PARAMETERS.claimBond());
      scene.verifier(4, Journal.SILENT).tick();
    }
    Picture picture = scene.picture();
    assertThat(picture.requests()).as("seed %d", seed).hasSize(6);
    assertThat(picture.claims()).hasSize(6);
    assertThat(picture.games()).hasSize(3);
    // The reader has recomputed them; here the views say that the hub knows these very ids.
    picture
        .requests()
        .forEach(
            (id, seen) -> {
              assertThat(seen.state().request().id()).isEqualTo(id);
              assertThat(seen.state().status()).isEqualTo(RequestStatus.OPEN);
            });
    picture
        .claims()
        .forEach(
            (id, seen) -> {
              Claim claim = seen.state().claim();
              assertThat(claim.id()).isEqualTo(id);
              assertThat(seen.state().status()).isEqualTo(ClaimStatus.LIVE);
            });
    picture
        .games()
        .forEach(
            (id, seen) -> {
              assertThat(new GameIdentity(seen.claim(), 0, seen.challenger()).id()).isEqualTo(id);
              assertThat(seen.status()).isEqualTo(GameStatus.RUNNING);
              Bytes32 position =
                  scene
                      .deployment()
                      .hub()
                      .read(dev.chain().snapshot(), "getGame", id.hash())
                      .tuple(0)
                      .bytes32("position");
              assertThat(seen.positions().getLast().hash()).isEqualTo(position);
            });
  }
}
