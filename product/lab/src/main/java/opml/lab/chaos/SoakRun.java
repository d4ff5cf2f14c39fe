package opml.lab.chaos;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.TxHash;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.TemporaryFolder;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.Mallory;
import opml.lab.bench.ground.NodeFolder;
import opml.lab.bench.ground.OperatedNode;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;

/// A thousand requests at once, and around them a server who lies about some, a challenger who denies right answers to
/// others, and one honest node, which serves and verifies. All play on to the end; what became a result, and who lost
/// what, is read from the chain.
public final class SoakRun {
  private static final int REQUESTS = 1_000;
  private static final int REQUESTS_A_BLOCK = 100;
  private static final long REQUEST_GAS = 350_000;

  /// One in so many requests is lied about, and another one's right answer is denied.
  private static final int ONE_IN = 25;

  private static final long WINDOW = 7_200;
  private static final long ALLOWANCE = 3_600;
  private static final int BLOCK_SECONDS = 1;
  private static final double POLL_SECONDS = 0.5;
  private static final Wei MONEY = Wei.ether(5_000);
  private static final Duration POLL = Duration.ofMillis(300);

  private static final int REQUESTER = 1;
  private static final int LIAR = 2;
  private static final int DENIER = 3;

  private final List<String> program;
  private final Consumer<String> progress;
  private final Map<RequestId, Integer> numbers = new HashMap<>();

  /// @param program that `opml` is, as a command without its words
  /// @param progress is told what happens
  public SoakRun(List<String> program, Consumer<String> progress) {
    this.program = program;
    this.progress = progress;
  }

  /// Somebody's runs of some inputs only.
  ///
  /// @param which by the number in the input
  private record Some(Workshop all, IntPredicate which) implements Workshop {
    @Override
    public Optional<Work> work(Bytes32 modelId, byte[] input) {
      return which.test(number(input)) ? all.work(modelId, input) : Optional.empty();
    }
  }

  /// {@return a digit that no other request has: its number is in the first pixels, which are a margin}
  private static byte[] input(int number) {
    byte[] pixels = Ground.shortDigit(number).clone();
    pixels[0] = (byte) number;
    pixels[1] = (byte) (number >> Byte.SIZE);
    return pixels;
  }

  private static int number(byte[] input) {
    return input[0] & 0xff | (input[1] & 0xff) << Byte.SIZE;
  }

  public RowFigures play() {
    try (TemporaryFolder folder = TemporaryFolder.make();
        Ground ground = Ground.with(WINDOW, ALLOWANCE)) {
      NodeFolder files = NodeFolder.fill(ground, folder.path(), MONEY);
      ask(ground);
      attack(ground);
      ground.blocksEvery(BLOCK_SECONDS);
      try (OperatedNode node =
          new OperatedNode(program, files.config(List.of(ground.dev().url()), POLL_SECONDS, ""))) {
        node.start();
        node.awaitWatched();
        Thread teller = Thread.ofVirtual().start(() -> tell(ground));
        try {
          new Ending(ground, files.account(), ground.address(LIAR)).await(node, progress);
        } finally {
          teller.interrupt();
        }
      }
      return figures(ground, files);
    }
  }

  private void ask(Ground ground) {
    Mallory requester = ground.mallory(REQUESTER);
    List<Object> terms = ground.terms().encode();
    ground.stopBlocks();
    for (int begin = 0; begin < REQUESTS; begin += REQUESTS_A_BLOCK) {
      List<TxHash> sent = new ArrayList<>();
      for (int i = begin; i < begin + REQUESTS_A_BLOCK; i++) {
        sent.add(
            requester.send(
                requester.call("request", ground.model().id(), terms, input(i)).paying(Ground.FEE),
                REQUEST_GAS));
      }
      ground.mine();
      for (RequestId id : ground.requested(requester.await(sent))) {
        numbers.put(id, numbers.size());
      }
    }
    if (numbers.size() != REQUESTS) {
      throw new IllegalStateException(numbers.size() + " of " + REQUESTS + " requests are there");
    }
    progress.accept("%,d requests are open".formatted(REQUESTS));
  }

  private static void attack(Ground ground) {
    Liar lies = new Liar(ground.model(), new Lie.InElement(4, 1));
    Workshop some = new Some(lies, number -> number % ONE_IN == 0);
    Workshop others = new Some(lies, number -> number % ONE_IN == 1);
    Server.Policy beside = new Server.Policy(Optional.empty(), true, 1, 0);
    ground.start(
        ground.agent(
            ground.dev().url(),
            LIAR,
            POLL,
            (hub, journal) -> new Server(hub, some, journal, beside)));
    ground.start(
        ground.agent(
            ground.dev().url(),
            DENIER,
            POLL,
            (hub, journal) -> new Verifier(hub, others, journal)));
  }

  private void tell(Ground ground) {
    try {
      while (true) {
        Picture picture = ground.picture();
        progress.accept(
            "%d claims, %d of them final, %d games, %d of them running"
                .formatted(
                    picture.claims().size(),
                    finals(picture).size(),
                    picture.games().size(),
                    picture.games().values().stream()
                        .filter(game -> game.settled().isPlayed())
                        .count()));
        Thread.sleep(10_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<SeenClaim> finals(Picture picture) {
    return picture.claims().values().stream()
        .filter(claim -> claim.state().status() == ClaimStatus.FINAL)
        .toList();
  }

  private RowFigures figures(Ground ground, NodeFolder files) {
    Picture picture = ground.picture();
    List<SeenClaim> results = finals(picture);
    int wrong = 0;
    for (SeenClaim result : results) {
      int number = numbers.getOrDefault(result.state().claim().request(), -1);
      Work truth = ground.honest().work(ground.model().id(), input(number)).orElseThrow();
      wrong += truth.result().finalState().equals(result.state().claim().finalState()) ? 0 : 1;
    }
    ChaosAudit audit = new ChaosAudit(ground, files.account());
    BigInteger lost = audit.weiLost(picture);
    int late = audit.late(picture);
    long lies =
        picture.claims().values().stream()
            .filter(claim -> claim.state().claim().server().equals(ground.address(LIAR)))
            .count();
    long denials =
        picture.games().values().stream()
            .filter(game -> game.challenger().equals(ground.address(DENIER)))
            .count();
    return new RowFigures(
        Map.of(
            "soak",
            Map.of(
                "requests", REQUESTS,
                "results", results.size(),
                "lies", lies,
                "denials", denials,
                "wrong_final", wrong,
                "bonds_lost", lost,
                "late", late)),
        List.of(
            Reach.all("requests that have a result", results.size(), REQUESTS),
            Reach.none("wrong results that are final", wrong),
            Reach.none("wei of honest bonds lost", lost),
            Reach.none("games in which the honest time ran out", late),
            Reach.atLeast("wrong claims among them", lies, REQUESTS / ONE_IN),
            Reach.atLeast("right claims that were denied", denials, REQUESTS / ONE_IN)),
        List.of());
  }
}
