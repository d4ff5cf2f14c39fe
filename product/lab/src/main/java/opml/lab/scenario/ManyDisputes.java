package opml.lab.scenario;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.ethereum.chain.Receipt;
import opml.ethereum.devchain.DevChain;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.move.Action;
import opml.game.move.GameFormat;
import opml.game.move.Parameters;
import opml.game.move.Partition;
import opml.game.move.Side;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.Journal.Entry;
import opml.hub.ModelRegistration;
import opml.hub.Picture;
import opml.hub.Picture.SeenRequest;
import opml.hub.Terms;
import opml.proof.GraphWorkshop;

/// Many disputes over many models, side by side on one hub: the agents are those that `serve` and `verify` run, and
/// each of them plays all of its games at once.
///
/// In every dispute one side lies and the other is honest: the server lies, and a verifier challenges; or the server is
/// honest, and somebody who lies challenges. Which of them has the last word follows from the number of lists
/// ([#lastWord]), since moves alternate; a dispute ends in an instruction that the contract executes if that is the
/// honest one.
public final class ManyDisputes {
  private static final int ROUNDS_MAX = 2_000;
  private static final Duration DEADLINE = Duration.ofDays(10);
  private static final Parameters MONEY = Stage.PARAMETERS;

  /// More than the bonds of a thousand games side by side.
  private static final Wei MEANS = Wei.gwei(1_000_000_000_000_000L);

  private final Stage stage;
  private final Map<String, BigInteger> gains = new HashMap<>();

  /// What is disputed. No two of one play have the same model.
  ///
  /// @param input exactly the model's input bytes
  /// @param liar who lies about the model
  /// @param lies which side he is on
  @SuppressWarnings("ArrayRecordComponent") // copied, and never compared
  public record Dispute(Model model, byte[] input, Liar liar, Side lies) {
    public Dispute {
      input = input.clone();
    }

    @Override
    public byte[] input() {
      return input.clone();
    }
  }

  /// How one dispute went.
  ///
  /// @param moves the transactions of the game: its challenge, its dissections and refinements, and the execution
  /// @param gas of the claim, of these moves, and of what settles the claim
  /// @param seconds from the claim to the last move, other disputes beside it
  /// @param played the moves behind the challenge, in their order
  /// @param failures what is not as it must be
  public record Outcome(
      int moves, long gas, double seconds, List<Action.Move> played, List<String> failures) {
    public Outcome {
      played = List.copyOf(played);
      failures = List.copyOf(failures);
    }
  }

  /// What everybody did.
  ///
  /// @param disputes in the order in which they were given
  /// @param failures of all together: balances that are not right to the wei
  public record Played(List<Outcome> disputes, List<String> failures) {
    public Played {
      disputes = List.copyOf(disputes);
      failures = List.copyOf(failures);
    }
  }

  /// Deploys a hub.
  public ManyDisputes(DevChain chain) {
    this.stage = Stage.bare(chain);
    for (String name : List.of("requester", "liar", "verifier", "server", "sham")) {
      chain.setBalance(chain.account(stage.parties().size() + 1).address(), MEANS);
      stage.party(name);
    }
  }

  /// {@return how many lists narrow a trace of so many steps down to this one}
  public static int lists(long length, long step) {
    int lists = 0;
    long left = length;
    long inside = step;
    do {
      Partition parts = GameFormat.PROTOCOL.partition(left);
      int part = 0;
      while (parts.bound(part + 1) <= inside) {
        part++;
      }
      inside -= parts.bound(part);
      left = parts.bound(part + 1) - parts.bound(part);
      lists++;
    } while (left > 1);
    return lists;
  }

  /// {@return the side that executes an instruction of a step of level 0, if both play by the rules}
  public static Side lastWord(Model model, long step) {
    int node = (int) (step % model.nodes().size());
    // A node's trace is as long as a power of two, so that all of its steps are equally deep.
    int lists =
        lists(model.descriptor().steps(), step)
            + lists(model.nodes().get(node).descriptor().steps(), 0);
    return Side.ofMove(lists + 1L);
  }

  /// Plays until all is settled and paid out.
  public Played play(List<Dispute> disputes) {
    Play play = new Play(disputes);
    play.ask();
    play.play();
    play.settle();
    return play.outcome();
  }

  /// Somebody who lies about several models.
  private record Liars(Map<Bytes32, Liar> liars) implements Workshop {
    @Override
    public boolean knows(Bytes32 modelId) {
      return liars.containsKey(modelId);
    }

    @Override
    public Optional<Work> work(Bytes32 modelId, byte[] input) {
      return Optional.ofNullable(liars.get(modelId)).flatMap(liar -> liar.work(modelId, input));
    }
  }

  /// One play.
  private final class Play {
    private final List<Dispute> disputes;
    private final List<RequestId> requests = new ArrayList<>();
    private final List<Actor> actors = new ArrayList<>();
    private final List<Seen> seen = new ArrayList<>();

    Play(List<Dispute> disputes) {
      this.disputes = disputes;
      enter(Side.SERVER);
      enter(Side.CHALLENGER);
    }

    private void enter(Side lying) {
      Map<Bytes32, Liar> liars = new HashMap<>();
      List<Model> models = new ArrayList<>();
      for (Dispute dispute : disputes) {
        if (dispute.lies() == lying) {
          liars.put(dispute.model().id(), dispute.liar());
          models.add(dispute.model());
        }
      }
      if (models.isEmpty()) {
        return;
      }
      boolean claimed = lying == Side.SERVER;
      GraphWorkshop honest = new GraphWorkshop(models);
      Liars lies = new Liars(liars);
      actors.add(
          Actor.server(
              stage.party(claimed ? "liar" : "server"), claimed ? lies : honest, this::saw));
      actors.add(
          Actor.verifier(
              stage.party(claimed ? "verifier" : "sham"), claimed ? honest : lies, this::saw));
    }

    void ask() {
      Party requester = stage.party("requester");
      long now = stage.chain().chain().latest().timestamp();
      Terms terms = Terms.until(now + DEADLINE.toSeconds());
      for (Dispute dispute : disputes) {
        Model model = dispute.model();
        ModelRegistration.register(
            stage.deployment(),
            requester.hub().sender(),
            model.descriptor().encode(),
            "opml:dispute".getBytes(StandardCharsets.UTF_8));
        requests.add(requester.hub().request(model.id(), terms, dispute.input(), Director.FEE));
      }
    }

    void play() {
      for (int round = 0; round < ROUNDS_MAX; round++) {
        boolean acted = false;
        for (Actor actor : actors) {
          acted |= actor.tick();
        }
        if (!acted && !wait(stage.picture())) {
          return;
        }
      }
      throw new IllegalStateException("no end after " + ROUNDS_MAX + " rounds");
    }

    private boolean wait(Picture picture) {
      if (picture.games().values().stream().anyMatch(game -> game.settled().isPlayed())) {
        stage.passAllowance();
        return true;
      }
      boolean live =
          picture.claims().values().stream()
              .anyMatch(claim -> claim.state().status() == ClaimStatus.LIVE);
      if (live) {
        stage.passWindow();
      }
      return live;
    }

    void settle() {
      Party requester = stage.party("requester");
      List<SeenRequest> open =
          stage.picture().requests().values().stream()
              .filter(seen -> seen.state().status() == RequestStatus.OPEN)
              .toList();
      if (!open.isEmpty()) {
        stage.chain().increaseTime(DEADLINE.plusSeconds(1));
      }
      open.forEach(seen -> requester.hub().expire(seen.id()));
      for (Party party : stage.parties()) {
        party.hub().withdraw(party.address());
      }
      requester.hub().burn();
    }

    private void saw(Actor actor, Entry entry) {
      seen.add(new Seen(entry, System.nanoTime()));
    }

    // ---------------------------------------------------------------- how it must end

    Played outcome() {
      Picture picture = stage.picture();
      Map<RequestId, Tally> tallies = new HashMap<>();
      requests.forEach(request -> tallies.put(request, new Tally()));
      for (Seen one : seen) {
        request(picture, one.entry())
            .flatMap(request -> Optional.ofNullable(tallies.get(request)))
            .ifPresent(tally -> tally.add(one));
      }
      List<Outcome> outcomes = new ArrayList<>();
      for (int i = 0; i < disputes.size(); i++) {
        Tally tally = Objects.requireNonNull(tallies.get(requests.get(i)));
        List<String> failures = failures(picture, requests.get(i), disputes.get(i), tally);
        outcomes.add(tally.outcome(failures));
        expect(disputes.get(i).lies());
      }
      return new Played(outcomes, balances());
    }

    private static Optional<RequestId> request(Picture picture, Entry entry) {
      return switch (entry) {
        case Entry.Claimed claimed -> Optional.of(claimed.request());
        case Entry.Challenged challenged -> ofClaim(picture, challenged.claim());
        case Entry.Resolved resolved -> ofClaim(picture, resolved.claim());
        case Entry.Moved moved -> ofGame(picture, moved.move().game());
        case Entry.TimedOut late -> ofGame(picture, late.game());
        case Entry.Reclaimed reclaimed -> ofGame(picture, reclaimed.game());
        default -> Optional.empty();
      };
    }

    private static Optional<RequestId> ofGame(Picture picture, GameId game) {
      return Optional.ofNullable(picture.games().get(game))
          .flatMap(found -> ofClaim(picture, found.claim()));
    }

    private static Optional<RequestId> ofClaim(Picture picture, ClaimId claim) {
      return Optional.ofNullable(picture.claims().get(claim))
          .map(found -> found.state().claim().request());
    }

    private static List<String> failures(
        Picture picture, RequestId request, Dispute dispute, Tally tally) {
      List<String> failures = new ArrayList<>();
      boolean refuted = dispute.lies() == Side.SERVER;
      RequestStatus status =
          Objects.requireNonNull(picture.requests().get(request)).state().status();
      if (status != (refuted ? RequestStatus.EXPIRED : RequestStatus.FINAL)) {
        failures.add("the request is " + status);
      }
      List<ClaimStatus> claims =
          picture.claimsOn(request).stream().map(claim -> claim.state().status()).toList();
      if (!claims.equals(List.of(refuted ? ClaimStatus.DEAD : ClaimStatus.FINAL))) {
        failures.add("the claims are " + claims);
      }
      if (tally.played.isEmpty() || !(tally.played.getLast() instanceof Action.Execute)) {
        failures.add("no instruction was executed");
      }
      return failures;
    }

    private void expect(Side lies) {
      if (lies == Side.SERVER) {
        expect("liar", bond().negate());
        expect("verifier", share(MONEY.challengerShare()));
        expect("requester", share(MONEY.requesterShare()));
      } else {
        expect("sham", MONEY.challengeBond().value().negate());
        expect("server", MONEY.challengeBond().value().add(Director.FEE.value()));
        expect("requester", Director.FEE.value().negate());
      }
    }

    private void expect(String party, BigInteger gain) {
      gains.merge(party, gain, BigInteger::add);
    }

    private List<String> balances() {
      List<String> failures = new ArrayList<>();
      for (Party party : stage.parties()) {
        BigInteger expected = gains.getOrDefault(party.name(), BigInteger.ZERO);
        if (!party.gain().equals(expected)) {
          failures.add("%s gained %s wei, not %s".formatted(party.name(), party.gain(), expected));
        }
      }
      if (!stage.held().isZero()) {
        failures.add("the hub still holds " + stage.held());
      }
      return failures;
    }
  }

  private record Seen(Entry entry, long nanos) {}

  /// What was seen of one dispute.
  private static final class Tally {
    private final List<Action.Move> played = new ArrayList<>();
    private int moves;
    private long gas;
    private long begin;
    private long end;

    void add(Seen one) {
      switch (one.entry()) {
        case Entry.Claimed(_, _, Receipt receipt) -> {
          begin = one.nanos();
          gas += receipt.gasUsed();
        }
        case Entry.Challenged(_, Receipt receipt) -> {
          moves++;
          gas += receipt.gasUsed();
        }
        case Entry.Moved(Action.Move move, Receipt receipt) -> {
          moves++;
          played.add(move);
          end = one.nanos();
          gas += receipt.gasUsed();
        }
        case Entry.TimedOut(_, Receipt receipt) -> gas += receipt.gasUsed();
        case Entry.Reclaimed(_, Receipt receipt) -> gas += receipt.gasUsed();
        case Entry.Resolved(_, Receipt receipt) -> gas += receipt.gasUsed();
        default -> throw new IllegalArgumentException("about no dispute: " + one.entry());
      }
    }

    Outcome outcome(List<String> failures) {
      return new Outcome(moves, gas, Math.max(0, end - begin) / 1e9, played, failures);
    }
  }

  private static BigInteger bond() {
    return MONEY.claimBond().value();
  }

  private static BigInteger share(int parts) {
    return bond().multiply(BigInteger.valueOf(parts)).divide(BigInteger.valueOf(Parameters.WHOLE));
  }
}
