package opml.lab.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import opml.agent.Agent;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Values;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.Snapshot;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.ForwardingChain;
import opml.game.claim.Claim;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.GameIdentity;
import opml.game.claim.RequestId;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.game.move.GameStatus;
import opml.game.move.Side;
import opml.game.work.Work;
import opml.hub.HubReader;
import opml.hub.Journal;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;
import opml.hub.Requester;
import opml.hub.Stakes;
import opml.hub.Terms;
import opml.lab.play.OnDevChain;
import opml.lab.play.Scene;
import opml.lab.play.TestModels;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class HubReaderTest extends OnDevChain {
  private static final byte[] INPUT = TestModels.input(1, 2, 3);

  private final Scene scene = Scene.set(dev, TestModels.dense());
  private final Liar liar = new Liar(scene.model(), new Lie.InLastStep(1, 3));

  @Test
  void readingOnIsReadingAnewAtEveryBlockOfARandomHistory() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    RandomHistory history = new RandomHistory(scene, random);
    HubReader reader = new HubReader(scene.deployment(), dev.chain());
    for (int step = 0; step < 60; step++) {
      String what = history.happen();
      assertThat(describe(reader))
          .as("seed %d, step %d, after %s", seed, step, what)
          .isEqualTo(describe(anew()));
      assertThat(differencesFromViews(reader.read()))
          .as("seed %d, step %d, after %s", seed, step, what)
          .isEmpty();
    }
    Picture end = scene.picture();
    // Otherwise the history is too dull to show anything.
    assertThat(history.seen(end)).as("seed %d", seed).hasSizeGreaterThan(2);
  }

  @Test
  void readingOnIsReadingAnewThroughReorganisations() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    RandomHistory history = new RandomHistory(scene, random);
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
      assertThat(describe(reader))
          .as("seed %d, round %d, a reorganisation of %d blocks", seed, round, depth)
          .isEqualTo(describe(anew()));
      assertThat(differencesFromViews(reader.read())).as("seed %d", seed).isEmpty();
    }
  }

  private HubReader anew() {
    return new HubReader(scene.deployment(), dev.chain());
  }

  private static List<String> describe(HubReader reader) {
    Picture picture = reader.read();
    List<String> lines = describe(picture);
    for (SeenRequest seen : picture.requests().values()) {
      if (seen.bytes().isPresent()) {
        lines.add("input " + HexFormat.of().formatHex(reader.input(seen.id())));
      }
    }
    for (SeenClaim seen : picture.claims().values()) {
      lines.add("output " + HexFormat.of().formatHex(reader.output(seen.id())));
    }
    return lines;
  }

  /// {@return all of a picture}
  private static List<String> describe(Picture picture) {
    List<String> lines = new ArrayList<>();
    lines.add(picture.block().toString() + picture.now());
    picture.requests().values().forEach(seen -> lines.add(seen.toString()));
    picture.claims().values().forEach(seen -> lines.add(seen.toString()));
    picture.games().values().forEach(seen -> lines.add(seen.toString()));
    lines.addAll(picture.troubles());
    return lines;
  }

  /// {@return where the hub's own views say otherwise than the events, object by object}
  private List<String> differencesFromViews(Picture picture) {
    List<String> differences = new ArrayList<>();
    Snapshot state = dev.chain().snapshot(picture.block());
    Contract hub = scene.deployment().hub();
    for (SeenRequest seen : picture.requests().values()) {
      Values view = hub.read(state, "getRequest", seen.id().hash()).tuple(0);
      String asked =
          List.of(
                  statusOf(RequestStatus.values(), view),
                  view.number("claims"),
                  view.number("liveClaims"),
                  view.uint("deadline").longValue(),
                  view.number("extensions"))
              .toString();
      RequestState known = seen.state();
      String told =
          List.of(
                  known.status(),
                  known.claims(),
                  known.liveClaims(),
                  known.deadline(),
                  (long) known.extensions())
              .toString();
      compare(differences, seen.id(), asked, told);
    }
    for (SeenClaim seen : picture.claims().values()) {
      Values view = hub.read(state, "getClaim", seen.id().hash()).tuple(0);
      ClaimState known = seen.state();
      compare(
          differences,
          seen.id(),
          List.of(
                  statusOf(ClaimStatus.values(), view),
                  view.uint("bond"),
                  view.number("claimedAt"),
                  view.number("games"),
                  view.number("openGames"),
                  view.number("rewarded"))
              .toString(),
          List.of(
                  known.status(),
                  known.bond(),
                  known.claimedAt(),
                  known.games(),
                  known.openGames(),
                  known.rewarded())
              .toString());
    }
    for (SeenGame seen : picture.games().values()) {
      Values view = hub.read(state, "getGame", seen.id().hash()).tuple(0);
      boolean runs = seen.status() == GameStatus.RUNNING;
      // The hub writes nothing more of a game's clock when its last move has ended it.
      compare(
          differences,
          seen.id(),
          List.of(
                  statusOf(GameStatus.values(), view),
                  view.number("move"),
                  view.bytes32("position"),
                  runs ? view.number("movedAt") : 0,
                  runs ? view.number("serverLeft") : 0,
                  runs ? view.number("challengerLeft") : 0)
              .toString(),
          List.of(
                  seen.status(),
                  seen.positions().getLast().move(),
                  seen.positions().getLast().hash(),
                  runs ? seen.clock().movedAt() : 0,
                  runs ? seen.clock().left(Side.SERVER) : 0,
                  runs ? seen.clock().left(Side.CHALLENGER) : 0)
              .toString());
    }
    return differences;
  }

  private static <E> E statusOf(E[] constants, Values view) {
    return constants[(int) view.number("status")];
  }

  private static void compare(List<String> differences, Object id, String asked, String told) {
    if (!asked.equals(told)) {
      differences.add(id + ": " + asked + " and " + told);
    }
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

  private List<LogEntry> hubLogs() {
    return dev.chain()
        .logs(
            scene
                .deployment()
                .hub()
                .filter("Requested", "Claimed", "Challenged", "Moved", "GameEnded", "ClaimEnded"),
            scene.deployment().block(),
            dev.chain().latest().number());
  }

  /// Whoever has a stake in all that is there: the liar, who serves, and cares for all requests.
  private Stakes stakes() {
    return Stakes.of(scene.address(3));
  }

  /// {@return what hashes and views bind: the hub does not remember positions that were answered}
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
                        seen.bond(),
                        seen.claimStatus(),
                        seen.status(),
                        seen.clock(),
                        List.of(seen.positions().getLast()))));
    return new Picture(
        picture.block(), picture.requests(), picture.claims(), games, picture.troubles());
  }

  @Test
  void everyAlteredEventIsNoticed() {
    dispute();
    List<LogEntry> logs = hubLogs();
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
        Picture seen = new HubReader(scene.deployment(), lying).read(stakes());
        if (seen.troubles().isEmpty()) {
          assertThat(describe(bound(seen)))
              .as("seed %d, %s became %s", seed, log, altered)
              .isEqualTo(truth);
        } else {
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
  void everyEventThatIsLeftOutIsNoticedAndHindersNothingElse() {
    dispute();
    List<LogEntry> logs = hubLogs();
    RequestId other = scene.ask(INPUT);
    assertThat(logs).hasSizeGreaterThan(6);
    for (LogEntry log : logs) {
      String name = scene.deployment().hub().events(List.of(log)).getFirst().name();
      Chain lying = lying(all -> replaced(all, log, Optional.empty()));
      Picture seen = new HubReader(scene.deployment(), lying).read(stakes());
      assertThat(seen.troubles())
          .as("without %s of block %d", name, log.blockNumber())
          .isNotEmpty();
      assertThat(seen.requests()).as("a stranger's request is read on").containsKey(other);
    }
  }

  @Test
  void whatANodeLeftOutLongAgoIsFoundByItsId() {
    dispute();
    for (LogEntry log : hubLogs()) {
      boolean[] lies = {true};
      Chain moody = lying(all -> lies[0] ? replaced(all, log, Optional.empty()) : all);
      HubReader reader = new HubReader(scene.deployment(), moody);
      reader.read(stakes());
      dev.mine(10); // beyond what is asked for again anyhow
      reader.read(stakes());
      lies[0] = false;
      reader.read(stakes());
      Picture healed = reader.read(stakes());
      assertThat(healed.troubles()).as(log.toString()).isEmpty();
      assertThat(describe(healed)).as(log.toString()).isEqualTo(describe(scene.picture()));
    }
  }

  @Test
  void anotherInputIsNotTakenForTheRequestedOne() {
    RequestId id = scene.ask(INPUT);
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
    HubReader reader = new HubReader(scene.deployment(), lying);
    assertThat(reader.read().requests()).containsKey(id);
    assertThatThrownBy(() -> reader.input(id))
        .isInstanceOf(ChainException.Malformed.class)
        .hasMessageContaining("input of request");
  }

  // ------------------------------------------------------------------ views

  /// A chain whose views of one object fail or lie.
  private static Chain views(Bytes32 object, UnaryOperator<Data> lie) {
    return new ForwardingChain(dev.chain()) {
      @Override
      public Data call(Call call, Optional<Address> from, BlockRef at) {
        Data answer = super.call(call, from, at);
        byte[] data = call.data().toArray();
        return data.length == 36 && Bytes32.at(data, 4).equals(object) ? lie.apply(answer) : answer;
      }
    };
  }

  @Test
  void aViewThatFailsIsTroubleOfItsObjectAlone() {
    dispute();
    ClaimId first = scene.claims().getFirst().id();
    Chain failing =
        views(
            first.hash(),
            _ -> {
              throw new ChainException.Refused("eth_call", -32000, "no", Optional.empty());
            });
    Picture seen = new HubReader(scene.deployment(), failing).read(stakes());
    assertThat(seen.troubles()).singleElement().asString().contains("claim " + first);
    assertThat(describe(seen).subList(0, 7)).isEqualTo(describe(scene.picture()).subList(0, 7));
    assertThat(seen.claims()).hasSize(2);
  }

  @Test
  void aViewThatSaysOtherwiseIsTold() {
    dispute();
    for (Bytes32 object :
        List.of(scene.claims().getFirst().id().hash(), scene.games().getFirst().id().hash())) {
      Chain lying =
          views(
              object,
              data -> {
                byte[] bytes = data.toArray();
                bytes[3 * 32 - 1] ^= 3; // the third word: the status
                return Data.of(bytes);
              });
      assertThat(new HubReader(scene.deployment(), lying).read(stakes()).troubles())
          .singleElement()
          .asString()
          .contains("status", object.toString());
    }
  }

  @Test
  void theTimeOfAnothersClaimIsComparedSinceItSaysHowLongItCanBeChallenged() {
    RequestId id = scene.ask(INPUT);
    scene.hub(3).claim(id, liar.work(INPUT), Scene.PARAMETERS.claimBond());
    LogEntry claimed =
        hubLogs().stream()
            .filter(
                log ->
                    log.topics()
                        .getFirst()
                        .equals(scene.deployment().hub().filter("Claimed").topics().getFirst()))
            .findFirst()
            .orElseThrow();
    byte[] data = claimed.data().toArray();
    data[5 * 32 - 2] ^= 8; // the fifth word: claimedAt
    LogEntry earlier =
        new LogEntry(
            claimed.address(),
            claimed.topics(),
            Data.of(data),
            claimed.blockNumber(),
            claimed.blockHash(),
            claimed.transaction(),
            claimed.index());
    boolean[] lies = {true};
    Chain moody = lying(all -> lies[0] ? replaced(all, claimed, Optional.of(earlier)) : all);
    HubReader reader = new HubReader(scene.deployment(), moody);
    Stakes verifier = Stakes.of(scene.address(4));
    assertThat(reader.read(verifier).troubles()).singleElement().asString().contains("time");
    lies[0] = false;
    assertThat(describe(reader.read(verifier))).isEqualTo(describe(scene.picture()));
  }

  /// Audit, finding 18.
  @Test
  void aFinalRequestWhoseClaimIsLiveIsAContradictionAndNoCrash() {
    RequestId id = scene.ask(INPUT);
    scene.server(2, Journal.SILENT).tick();
    scene.passWindow();
    scene.server(2, Journal.SILENT).tick();
    Contract hub = scene.deployment().hub();
    Bytes32 ended = hub.filter("ClaimEnded").topics().getFirst();
    Chain lying =
        lying(logs -> logs.stream().filter(log -> !log.topics().getFirst().equals(ended)).toList());
    Picture seen = new HubReader(scene.deployment(), lying).read();
    assertThat(seen.troubles()).singleElement().asString().contains("is FINAL by claim");
    SeenRequest request = seen.requests().get(id);
    assertThat(request).isNotNull();
    assertThatThrownBy(() -> Requester.Answer.of(seen, request))
        .isInstanceOf(ChainException.Malformed.class)
        .hasMessageContaining("final");
  }

  // ------------------------------------------------------------------ nodes that are behind

  /// A chain as a node sees it that has not got to this block yet.
  private static Chain behind(long[] head) {
    return new ForwardingChain(dev.chain()) {
      @Override
      public BlockRef latest() {
        return super.block(Math.min(head[0], super.latest().number())).orElseThrow();
      }

      @Override
      public Optional<BlockRef> block(long number) {
        return number > head[0] ? Optional.empty() : super.block(number);
      }

      @Override
      public <T> List<Kept<T>> logs(
          LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
        return from > head[0] ? List.of() : super.logs(filter, from, Math.min(to, head[0]), keep);
      }
    };
  }

  /// Audit, finding 12.
  @Test
  void noPictureIsOlderThanOneBefore() {
    scene.ask(INPUT);
    long[] head = {Long.MAX_VALUE};
    HubReader reader = new HubReader(scene.deployment(), behind(head));
    Picture before = reader.read();
    head[0] = dev.chain().latest().number() - 1;
    assertThat(reader.read().requests()).isEqualTo(before.requests());
    assertThat(reader.read().block()).isEqualTo(before.block());
    dev.mine(2);
    assertThat(reader.read().block()).isEqualTo(before.block());
    head[0] = Long.MAX_VALUE;
    assertThat(reader.read().block().number()).isEqualTo(before.block().number() + 2);
  }

  /// Audit, finding 12.
  @Test
  void noPictureIsOlderThanTheOwnReceipt() {
    long[] head = {dev.chain().latest().number()};
    HubReader reader = new HubReader(scene.deployment(), behind(head));
    reader.read();
    RequestId id = scene.ask(INPUT);
    long receipt = dev.chain().latest().number();
    reader.notBefore(receipt);
    assertThatThrownBy(reader::read)
        .isInstanceOf(ChainException.Unreachable.class)
        .hasMessageContaining("behind")
        .hasMessageContaining("block " + receipt);
    head[0] = receipt;
    assertThat(reader.read().requests()).containsKey(id);
  }

  /// Audit, finding 12: a node that is behind answers with fewer logs, and without a word.
  @Test
  void aLogThatALateNodeLeftOutIsReadAtTheNextLook() {
    long[] head = {Long.MAX_VALUE};
    Chain mixed =
        new ForwardingChain(dev.chain()) {
          @Override
          public <T> List<Kept<T>> logs(
              LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
            return super.logs(filter, from, to, keep).stream()
                .filter(log -> log.block() <= head[0])
                .toList();
          }
        };
    HubReader reader = new HubReader(scene.deployment(), mixed);
    RequestId id = scene.ask(INPUT);
    head[0] = dev.chain().latest().number() - 1;
    assertThat(reader.read().requests()).isEmpty();
    head[0] = Long.MAX_VALUE;
    assertThat(reader.read().requests()).containsKey(id);
  }

  // ------------------------------------------------------------------ calls

  /// Counts what a node is asked.
  private static Chain counted(List<String> calls) {
    return new ForwardingChain(dev.chain()) {
      @Override
      public BlockRef latest() {
        calls.add("latest");
        return super.latest();
      }

      @Override
      public Optional<BlockRef> block(long number) {
        calls.add("block");
        return super.block(number);
      }

      @Override
      public Data call(Call call, Optional<Address> from, BlockRef at) {
        calls.add("call");
        return super.call(call, from, at);
      }

      @Override
      public <T> List<Kept<T>> logs(
          LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
        calls.add("logs");
        return super.logs(filter, from, to, keep);
      }
    };
  }

  /// Audit, findings 2 and 11: with ten thousand of them it is the same number.
  @Test
  void whatIsOverOrIdleCostsALookNothing() {
    List<String> calls = new ArrayList<>();
    HubReader reader = new HubReader(scene.deployment(), counted(calls));
    Agent server = scene.server(2, Journal.SILENT);
    List<Integer> counts = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 4; i++) {
        scene.ask(INPUT);
      }
      server.tick();
      scene.passWindow();
      server.tick();
      reader.read(Stakes.of(scene.address(2)));
      calls.clear();
      reader.read(Stakes.of(scene.address(2)));
      counts.add(calls.size());
    }
    assertThat(reader.read().requests().values())
        .hasSize(12)
        .allMatch(seen -> seen.state().status() == RequestStatus.FINAL);
    assertThat(counts).containsOnly(3);
    for (int i = 0; i < 30; i++) {
      scene.ask(INPUT);
    }
    reader.read();
    calls.clear();
    reader.read();
    assertThat(calls).as("idle requests of strangers").hasSize(3);
    dev.mine(1);
    calls.clear();
    Picture seen = reader.look(Stakes.of(scene.address(2)));
    assertThat(calls)
        .as("one of them is compared with its view in each block")
        .containsExactlyInAnyOrder("latest", "logs", "block", "call");
    calls.clear();
    assertThat(reader.look(Stakes.of(scene.address(2)))).isSameAs(seen);
    assertThat(calls).as("the same block again").containsExactly("latest");
  }

  @Test
  void inputsAndOutputsAreReadWhenTheyAreWantedAndRememberedForAWhile() {
    RequestId id = scene.ask(INPUT);
    scene.server(2, Journal.SILENT).tick();
    List<String> calls = new ArrayList<>();
    HubReader reader = new HubReader(scene.deployment(), counted(calls));
    ClaimId claim = reader.read().claims().keySet().iterator().next();
    calls.clear();
    assertThat(reader.input(id)).isEqualTo(INPUT);
    assertThat(calls).as("what the model takes; the log was read just now").containsExactly("call");
    byte[] output = scene.honest().graphWork(scene.model(), INPUT).result().output();
    assertThat(reader.output(claim)).isEqualTo(output);
    calls.clear();
    reader.input(id)[0] ^= 1;
    assertThat(reader.input(id)).as("nobody can spoil it for others").isEqualTo(INPUT);
    assertThat(reader.output(claim)).isEqualTo(output);
    assertThat(calls).isEmpty();
  }

  @Test
  void anInputThatEndsInZerosIsReadWithThem() {
    byte[] zeros = TestModels.input(1, 0, 0);
    RequestId id = scene.ask(zeros);
    HubReader reader = new HubReader(scene.deployment(), dev.chain());
    assertThat(reader.read().requests().get(id).bytes().orElseThrow())
        .as("it travels without them")
        .isLessThan(zeros.length);
    assertThat(reader.input(id)).isEqualTo(zeros);
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
            public <T> List<Kept<T>> logs(
                LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
              answer();
              return super.logs(filter, from, to, keep);
            }
          };
      HubReader reader = new HubReader(scene.deployment(), flaky);
      try {
        reader.read();
      } catch (ChainException.Unreachable e) {
        // The next look finds it back.
      }
      down[0] = false;
      assertThat(describe(reader)).as("silent after %d answers", limit).isEqualTo(describe(anew()));
    }
  }

  private static Chain lying(UnaryOperator<List<LogEntry>> lie) {
    return new ForwardingChain(dev.chain()) {
      @Override
      public <T> List<Kept<T>> logs(
          LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
        return lie.apply(dev.chain().logs(filter, from, to)).stream()
            .map(log -> Kept.of(log, keep))
            .toList();
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
