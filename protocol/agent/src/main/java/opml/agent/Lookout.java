package opml.agent;

import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Optional;
import opml.core.time.Time;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.send.Traffic;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.hub.ClaimedOutput;
import opml.hub.EventHistory;
import opml.hub.Hub;
import opml.hub.HubReader;
import opml.hub.IntentKey;
import opml.hub.Picture;
import opml.hub.Retention;
import opml.hub.Stakes;
import org.jspecify.annotations.Nullable;

/// What the roles of one account share: one reader of the hub, one purse, one pace, one traffic. So a node with several
/// roles asks the chain as much as one with a single role, stakes what it has once, and never decides what is on its
/// way.
///
/// Several threads may use it.
public final class Lookout {
  /// What another role has looked at so long ago is as good as a look of one's own.
  private static final Duration SHARED = Duration.ofMillis(500);

  /// What was the newest block so long ago will do for whoever sends what he has decided in its state.
  private static final Duration FRESH = Duration.ofSeconds(2);

  private final Hub hub;
  private final Traffic<IntentKey> traffic;
  private final HubReader reader;
  private final Funds funds;
  private final Exposure exposure;
  private final Entering entering;
  private final BlockPace pace = new BlockPace();
  private final IdentityHashMap<Object, Long> used = new IdentityHashMap<>();
  private @Nullable Picture newest;
  private long looks;
  private long attended;
  private long lookedAt;
  private volatile Optional<String> belowFinal = Optional.empty();

  /// A lookout that keeps nothing for the next process.
  public Lookout(Hub hub) {
    this(hub, Traffic.forgetting(hub.sender()), EventHistory.NONE, Retention.DEFAULT);
  }

  /// @param traffic of the hub's account
  /// @param history where what was read is kept for the next process
  /// @param retention how long what is over is remembered
  public Lookout(Hub hub, Traffic<IntentKey> traffic, EventHistory history, Retention retention) {
    this(
        hub,
        traffic,
        history,
        retention,
        Budget.unlimited(hub.sender().policy().maxFee()),
        new Entering());
  }

  /// @param traffic of the hub's account
  /// @param history where what was read is kept for the next process
  /// @param retention how long what is over is remembered; a day at least if the budget is about one
  /// @param budget of the account
  /// @param entering says whether its roles may enter anything new
  public Lookout(
      Hub hub,
      Traffic<IntentKey> traffic,
      EventHistory history,
      Retention retention,
      Budget budget,
      Entering entering) {
    this.hub = hub;
    this.traffic = traffic;
    Retention kept = budget.perDay().isPresent() ? retention.atLeast(Budget.DAY) : retention;
    this.reader =
        new HubReader(
            hub.deployment(), hub.sender().chain(), 1, time(), history, Optional.of(kept));
    this.funds = new Funds(hub.sender(), hub.deployment(), traffic);
    this.exposure = new Exposure(hub, traffic, budget);
    this.entering = entering;
  }

  public Hub hub() {
    return hub;
  }

  Traffic<IntentKey> traffic() {
    return traffic;
  }

  private Time time() {
    return hub.sender().time();
  }

  Funds funds() {
    return funds;
  }

  /// {@return what the account has at stake}
  public Exposure exposure() {
    return exposure;
  }

  /// {@return whether the account's roles may enter anything new}
  public Entering entering() {
    return entering;
  }

  /// {@return the hub as it is now}
  ///
  /// Once a look, whoever asks for it, the traffic looks after what is on its way, at the picture's block; where
  /// something waits for room, before it, too.
  ///
  /// @param role who looks: nobody gets the same look twice
  /// @param notBefore the picture is of no block before
  /// @param attends whether the traffic may look; not for one who only watches
  /// @throws opml.ethereum.chain.ChainException if the chain cannot be read
  synchronized Picture look(Object role, long notBefore, boolean attends) {
    Picture picture = newest;
    boolean isNew = used.getOrDefault(role, 0L) < looks;
    if (picture == null
        || !isNew
        || picture.block().number() < notBefore
        || time().nanoTime() - lookedAt > SHARED.toNanos()) {
      if (attends && traffic.mayDepart()) {
        // What waits for its turn does not wait until all is read.
        traffic.look();
      }
      reader.notBefore(Math.max(notBefore, attends ? traffic.newestBlock() : notBefore));
      try {
        picture = reader.look(Stakes.of(hub.account()));
      } finally {
        belowFinal = reader.belowFinal();
      }
      newest = picture;
      looks++;
      lookedAt = time().nanoTime();
      pace.saw(picture.block(), lookedAt);
    }
    if (attends && attended < looks) {
      traffic.look(picture.block());
      attended = looks;
    }
    used.put(role, looks);
    return picture;
  }

  /// {@return the newest block, if somebody has looked just now}
  synchronized Optional<BlockRef> head() {
    return Optional.ofNullable(newest)
        .filter(_ -> time().nanoTime() - lookedAt < FRESH.toNanos())
        .map(Picture::block);
  }

  /// {@return how long to wait until a look is worth while}
  ///
  /// @param pause where nobody knows how fast the chain is
  synchronized Duration untilDue(Duration pause) {
    return pace.untilDue(time().nanoTime(), pause);
  }

  /// {@return whether the hub's own view of a request is as in the last look}
  synchronized boolean confirms(RequestId request) {
    return reader.confirms(request);
  }

  /// {@return whether the hub's own view of a claim is as in the last look}
  synchronized boolean confirms(ClaimId claim) {
    return reader.confirms(claim);
  }

  byte[] input(RequestId request) {
    return reader.input(request);
  }

  byte[] output(ClaimId claim) {
    return reader.output(claim);
  }

  ClaimedOutput claimedOutput(ClaimId claim) {
    return reader.claimedOutput(claim);
  }

  /// {@return what became of a block that was final, if the chain left one; nothing new is staked then}
  public Optional<String> belowFinal() {
    return belowFinal;
  }
}
