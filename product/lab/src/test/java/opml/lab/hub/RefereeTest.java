package opml.lab.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.core.merkle.MerkleRoot;
import opml.ethereum.abi.Contract;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Receipt;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.ForwardingChain;
import opml.ethereum.rpc.Answer;
import opml.ethereum.send.Sender;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.Request;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.move.Parameters;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.game.referee.Hearing;
import opml.game.referee.Referee;
import opml.game.referee.RefusedCallException;
import opml.game.referee.Rules;
import opml.game.solver.Solver;
import opml.game.work.Work;
import opml.hub.Evidence;
import opml.hub.HubReader;
import opml.hub.Picture;
import opml.hub.Terms;
import opml.lab.play.OnDevChain;
import opml.lab.play.Scene;
import opml.lab.play.TestModels;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// The hub on a chain against the referee in Java: the same random calls, right ones and wrong ones, at the same
/// seconds.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class RefereeTest extends OnDevChain {
  private static final int CALLS = 200;
  private static final long GAS_SENT = 2_000_000;
  private static final long MORE_GAS_THAN_SENT = 4_000_000_000L;
  private static final byte[] INPUT = TestModels.input(1, 2, 3);
  private static final Parameters TERMS = Scene.PARAMETERS;

  private final Scene scene = Scene.set(dev, TestModels.dense());
  private final Contract contract = scene.deployment().hub();
  private final Bytes32 inputRoot = MerkleRoot.of(INPUT, scene.model().descriptor().inputDepth());
  private final List<Work> works =
      List.of(
          scene.honest().graphWork(scene.model(), INPUT),
          new Liar(scene.model(), new Lie.InLastStep(1, 3)).work(INPUT),
          new Liar(scene.model(), new Lie.InLastStep(0, 9)).work(INPUT));
  private final KnownRuns runs =
      new KnownRuns(works.stream().map(work -> new KnownRuns.Run(work, inputRoot)).toList());
  private final Referee referee =
      new Referee(
          dev.chain().id(), contract.address(), TERMS, new Rules(GameFormat.PROTOCOL, runs));
  private final HubReader reader = new HubReader(scene.deployment(), dev.chain());
  private final Solver solver = new Solver(GameFormat.PROTOCOL);

  private final List<RequestId> requests = new ArrayList<>();
  private final List<ClaimId> claims = new ArrayList<>();
  private final List<GameId> games = new ArrayList<>();
  private final List<Position> seen = new ArrayList<>();

  @FunctionalInterface
  private interface Play {
    void at(long now);
  }

  /// One call on both sides.
  private record Both(String name, int account, Call call, Play play) {}

  @Test
  void contractAndRefereeAgreeOnRandomCalls() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    long now = scene.now() + 1;
    int accepted = 0;
    List<String> refusals = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      now += random.nextInt(8) == 0 ? random.nextInt(700) : 1 + random.nextInt(60);
      Optional<Both> next = next(random, now);
      if (next.isEmpty()) {
        continue;
      }
      Both both = next.get();
      String expected = played(both.play(), now);
      String actual = sent(both, now);
      assertThat(actual)
          .as("seed %d, call %d: %s of account %d", seed, i, both.name(), both.account())
          .isEqualTo(expected);
      if (expected.equals("accepted")) {
        accepted++;
      } else {
        refusals.add(expected);
      }
      compare("seed %d, after call %d: %s".formatted(seed, i, both.name()));
    }
    assertThat(accepted).as("seed %d, refused: %s", seed, refusals).isGreaterThan(20);
    assertThat(refusals.stream().distinct().count()).as("seed %d", seed).isGreaterThan(4);
    if (Boolean.getBoolean("rt"))
      System.out.println(
          accepted
              + " "
              + new TreeMap<>(
                  refusals.stream().collect(Collectors.groupingBy(x -> x, Collectors.counting()))));
    if (Boolean.getBoolean("rt"))
      System.out.println(
          scene.picture().games().values().stream()
              .map(g -> g.status() + " " + g.positions().size())
              .toList());
  }

  private static String played(Play play, long now) {
    try {
      play.at(now);
      return "accepted";
    } catch (RefusedCallException e) {
      return camel(e.refusal().name());
    }
  }

  private static String camel(String name) {
    StringBuilder text = new StringBuilder();
    for (String word : name.split("_", -1)) {
      text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }

  /// Sends without asking first whether it would be refused, at exactly this second.
  private String sent(Both both, long now) {
    Sender sender =
        new Sender(
            new ForwardingChain(dev.chain()) {
              @Override
              public long estimateGas(Call call, Address from) {
                return GAS_SENT;
              }
            },
            dev.account(both.account()));
    dev.setNextBlockTime(now);
    try {
      Receipt receipt = sender.send(both.call());
      assertThat(dev.chain().block(receipt.blockNumber()).orElseThrow().timestamp()).isEqualTo(now);
      return "accepted";
    } catch (ChainException.Reverted e) {
      Receipt receipt = e.receipt().orElseThrow();
      Answer trace =
          dev.command(
              "debug_traceTransaction",
              receipt.transaction().hash().toString(),
              Map.of("tracer", "callTracer"));
      Data output = trace.field("output").data();
      return both.call().revert(output).name();
    }
  }

  private void compare(String when) {
    Picture picture = reader.read();
    assertThat(picture.requests()).as(when).hasSize(requests.size());
    assertThat(picture.claims()).as(when).hasSize(claims.size());
    assertThat(picture.games()).as(when).hasSize(games.size());
    picture
        .requests()
        .forEach(
            (id, request) -> {
              assertThat(request.state()).as(when).isEqualTo(referee.request(id));
              assertThat(request.finalDelivered()).as(when).isEqualTo(referee.isDelivered(id));
            });
    picture
        .claims()
        .forEach(
            (id, claim) -> {
              assertThat(claim.state()).as(when).isEqualTo(referee.claim(id));
              assertThat(claim.provisionalDelivered()).as(when).isEqualTo(referee.isDelivered(id));
            });
    picture
        .games()
        .forEach(
            (id, game) -> {
              Game expected = referee.game(id);
              assertThat(game.status()).as(when).isEqualTo(expected.status());
              assertThat(game.claimStatus()).as(when).isEqualTo(expected.claimStatus());
              assertThat(game.clock()).as(when).isEqualTo(expected.clock());
              assertThat(game.positions().getLast()).as(when).isEqualTo(expected.position());
            });
    for (int account = 1; account <= 6; account++) {
      assertThat(scene.credit(account))
          .as("%s, credit of %d", when, account)
          .isEqualTo(referee.ledger().credit(scene.address(account)));
    }
    assertThat(dev.chain().snapshot().balance(contract.address()).value())
        .as(when)
        .isEqualTo(referee.ledger().paidIn().subtract(referee.ledger().paidOut()));
  }

  // ------------------------------------------------------------------ calls

  private Optional<Both> next(Random random, long now) {
    return switch (random.nextInt(16)) {
      case 0, 1 -> Optional.of(request(random, now));
      case 2, 3 -> any(random, requests).map(id -> claim(random, id));
      case 4, 5 -> any(random, claims).map(id -> challenge(random, id));
      case 6, 7, 8, 9 -> any(random, games).flatMap(id -> move(random, id, now));
      case 10 ->
          any(random, games)
              .map(
                  id ->
                      new Both(
                          "timeout",
                          6,
                          contract.call("timeout", id.hash()),
                          at -> referee.timeout(id, at)));
      case 11 ->
          any(random, claims)
              .map(
                  id ->
                      new Both(
                          "resolve",
                          6,
                          contract.call("resolve", id.hash()),
                          at -> referee.resolve(id, at)));
      case 12 ->
          random.nextBoolean()
              ? any(random, requests)
                  .map(
                      id ->
                          new Both(
                              "expire",
                              6,
                              contract.call("expire", id.hash()),
                              at -> referee.expire(id, at)))
              : any(random, games)
                  .map(
                      id ->
                          new Both(
                              "reclaim",
                              6,
                              contract.call("reclaim", id.hash()),
                              _ -> referee.reclaim(id)));
      case 13 -> any(random, claims).map(id -> deliverProvisional(random, id));
      case 14 -> any(random, requests).map(id -> deliverFinal(random, id));
      default -> {
        int account = 1 + random.nextInt(5);
        yield Optional.of(
            new Both(
                "withdraw",
                account,
                contract.call("withdraw", scene.address(account)),
                _ -> referee.withdraw(scene.address(account))));
      }
    };
  }

  private static <T> Optional<T> any(Random random, List<T> things) {
    // The newest most of the time: the others are over.
    int from = random.nextInt(3) == 0 ? 0 : Math.max(0, things.size() - 3);
    return things.isEmpty()
        ? Optional.empty()
        : Optional.of(things.get(from + random.nextInt(things.size() - from)));
  }

  private Both request(Random random, long now) {
    long deadline = now + random.nextInt(1500) - 100;
    Address server = random.nextInt(4) == 0 ? scene.address(2) : Address.ZERO;
    Wei fee = Wei.of(random.nextInt(1 << 30));
    // Nobody; an account without code, which hears everything; a contract that understands nothing.
    Address callback =
        List.of(Address.ZERO, scene.address(9), contract.address()).get(random.nextInt(3));
    long callbackGas = random.nextInt(4) == 0 ? MORE_GAS_THAN_SENT : random.nextInt(50_000);
    Terms terms = new Terms(server, deadline, callback, callbackGas);
    return new Both(
        "request",
        1,
        contract
            .call("request", scene.model().id(), terms.encode(), ShortBuffer.trim(INPUT))
            .paying(fee),
        at ->
            requests.add(
                referee.request(
                    scene.address(1),
                    scene.model().id(),
                    inputRoot,
                    server,
                    deadline,
                    callback,
                    callbackGas,
                    fee.value(),
                    at)));
  }

  private Both deliverProvisional(Random random, ClaimId id) {
    byte[] output = output(random);
    Request request = referee.request(referee.claim(id).claim().request()).request();
    return new Both(
        "deliverProvisional",
        6,
        scene.deployment().deliveries().call("deliverProvisional", id.hash(), output),
        _ -> referee.deliverProvisional(id, Keccak.hash(output), hearing(request)));
  }

  private Both deliverFinal(Random random, RequestId id) {
    byte[] output = output(random);
    return new Both(
        "deliverFinal",
        6,
        scene.deployment().deliveries().call("deliverFinal", id.hash(), output),
        _ -> referee.deliverFinal(id, Keccak.hash(output), hearing(referee.request(id).request())));
  }

  private byte[] output(Random random) {
    return ShortBuffer.trim(works.get(random.nextInt(works.size())).result().output());
  }

  private Hearing hearing(Request request) {
    if (request.callbackGas() == MORE_GAS_THAN_SENT) {
      return Hearing.STARVED;
    }
    return request.callback().equals(contract.address()) ? Hearing.REFUSED : Hearing.HEARD;
  }

  private Both claim(Random random, RequestId id) {
    int account = 2 + random.nextInt(2);
    Work work = works.get(random.nextInt(works.size()));
    Work.Result result = work.result();
    BigInteger due =
        referee
            .parameters()
            .bondBeside(referee.request(id).liveClaims(), referee.request(id).extensions());
    BigInteger value = due.add(BigInteger.valueOf(random.nextInt(5) - 1L));
    return new Both(
        "claim",
        account,
        contract
            .call(
                "claim",
                id.hash(),
                (long) result.status(),
                result.slotsRoot(),
                work.claimEvidence())
            .paying(new Wei(value)),
        at ->
            claims.add(
                referee.claim(
                    scene.address(account),
                    id,
                    result.finalState(),
                    result.outputHash(),
                    value,
                    at)));
  }

  private Both challenge(Random random, ClaimId id) {
    int account = 4 + random.nextInt(2);
    Work work = works.get(random.nextInt(works.size()));
    List<Bytes32> states = solver.opening(work.trace());
    BigInteger value = referee.challengeBondDue(id).add(BigInteger.valueOf(random.nextInt(8) - 1L));
    byte[] evidence = new Evidence().bytes(work.openingEvidence()).states(states).pack();
    return new Both(
        "challenge",
        account,
        contract.call("challenge", id.hash(), evidence).paying(new Wei(value)),
        at -> {
          games.add(referee.challenge(scene.address(account), id, states, value, at));
          seen.add(referee.game(games.getLast()).position());
        });
  }

  /// A move that the solver finds by somebody's run, sometimes made by somebody else or about an older position.
  private Optional<Both> move(Random random, GameId id, long now) {
    Game game = referee.game(id);
    Work work = works.get(random.nextInt(works.size()));
    Side side = game.onTurn();
    List<Action> actions = solver.actions(game, work.trace(), side, now);
    if (actions.isEmpty() || !(actions.getFirst() instanceof Action.Move move)) {
      return Optional.empty();
    }
    int account = account(random.nextInt(6) == 0 ? game.account(side.other()) : game.account(side));
    Action.Move made = random.nextInt(8) == 0 ? stale(random, move) : move;
    if (made == null) {
      return Optional.empty();
    }
    long node = game.path().isEmpty() ? 0 : game.path().getFirst();
    Call call = call(made, work, game.path());
    return Optional.of(
        new Both(
            made.getClass().getSimpleName(),
            account,
            call,
            at -> {
              runs.aboutTo(node, made.disputed().first());
              referee.move(scene.address(account), made, at);
              seen.add(referee.game(id).position());
            }));
  }

  /// {@return the same answer to a position that the game has left behind, if that makes one}
  private Action.@Nullable Move stale(Random random, Action.Move move) {
    Position other = seen.get(random.nextInt(seen.size()));
    boolean fits =
        move instanceof Action.Dissect
            && other.game().equals(move.game())
            && !other.equals(move.answered())
            && move.part() < other.parts();
    return fits ? new Action.Dissect(other, move.part(), ((Action.Dissect) move).states()) : null;
  }

  private int account(Address address) {
    for (int account = 1; account < 7; account++) {
      if (scene.address(account).equals(address)) {
        return account;
      }
    }
    throw new IllegalArgumentException("nobody is " + address);
  }

  private Call call(Action.Move move, Work work, List<Long> path) {
    Position answered = move.answered();
    List<Object> position =
        List.of(
            (long) answered.level(),
            answered.first(),
            answered.length(),
            answered.start(),
            answered.context());
    Evidence evidence = new Evidence().states(answered.states());
    Bytes32 game = move.game().hash();
    long part = move.part();
    return switch (move) {
      case Action.Dissect dissect ->
          contract.call("dissect", game, position, part, evidence.states(dissect.states()).pack());
      case Action.Refine refine -> {
        Work.Refinement refinement = work.refinement(refine.disputed().first(), refine.states());
        yield contract.call(
            "refine",
            game,
            position,
            part,
            (long) refinement.status(),
            refinement.slotsRoot(),
            evidence.bytes(refinement.witness()).pack());
      }
      case Action.Execute execute -> {
        Work.Execution execution = work.execution(path, execute.disputed().first());
        yield contract.call(
            "execute",
            game,
            position,
            part,
            execution.codeRoot(),
            (long) execution.codeDepth(),
            (long) execution.memDepth(),
            evidence.bytes(execution.witness()).pack());
      }
    };
  }
}
