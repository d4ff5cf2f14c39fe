package opml.hub;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import opml.core.time.Time;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.BlockTag;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Finality;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.LogFollower;
import opml.ethereum.chain.LogReader;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.hub.Picture.SeenClaim;
import org.jspecify.annotations.Nullable;

/// Reads pictures of the hub from its events, which carry everything: statuses, bonds and clocks follow from them
/// and from the times of blocks, so a block costs a header and a query of logs, however much the hub holds. What was
/// read is kept by an [EventHistory], from which the next process goes on. Nothing in it is more than rereading from
/// the deployment would give again, so a crash, or the loss of the history, costs time only; a reorganisation makes
/// it forget the events of the blocks that are gone.
///
/// A node is not believed. Ids are recomputed from what they commit to, positions must answer one another, and what
/// the hub has numbered must be there without gaps. Whoever has something at stake has it compared with the hub's
/// own views: all of it when it begins, a little of it in each block, and one object just before something is staked
/// on it ([SpotChecks]). What does not fit is a trouble of its object alone: it is told, the object is asked for
/// again by its id, and all others are read on. What no hash binds is left to the node: what is not at stake, the
/// last requests of an account, and the states of positions that were answered already. A node that hides an event
/// of one of many objects may do so until its turn comes, a block for each: against that, ask several nodes.
///
/// Pictures never go back in time, but for a reorganisation: a node that is behind what was seen already, or behind
/// what the caller knows to be there ([#notBefore]), is waited for a moment, and then [ChainException.Unreachable].
/// Whoever gives a [Retention] gets no pictures of what has been over for long, and is told if what was final is
/// gone.
///
/// Not for several threads at once, except [#input] and [#output].
public final class HubReader {
  private static final int REREAD_PER_LOOK = 4;

  /// Objects are looked for by id, of which a node has an index.
  private static final long BLOCKS_BY_ID = 1 << 20;

  /// The most blocks of one update; where logs are kept as they are, inputs and outputs included, they are fewer.
  private static final long PIECE = 2000;

  private static final long PIECE_KEPT = 500;

  /// The chain is asked what is final every so many blocks, and what is over is let go of as seldom.
  private static final long BETWEEN_TAGS = 32;

  private static final long BETWEEN_PRUNINGS = 64;

  /// A block whose events a node may have hidden is read again after so long, if no other comes.
  private static final Duration SAME_BLOCK = Duration.ofSeconds(30);

  private static final Duration BETWEEN_REOPENINGS = Duration.ofSeconds(10);
  private static final int LOOKS = 4;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  private final Deployment deployment;
  private final Chain chain;
  private final int confirmations;
  private final Time time;
  private final EventHistory history;
  private final Optional<Retention> retention;
  private final HubEvent.Decoder decoder;
  private final Function<LogEntry, Heard> hearing;
  private final LogReader byId;
  private final Payloads payloads;
  private final HubViews views;
  private final SpotChecks checks = new SpotChecks();
  private final Turns doubtTurns = new Turns();

  private @Nullable LogFollower<Heard> follower;
  private Book book;
  private Optional<BlockRef> finalBlock = Optional.empty();
  private Optional<BlockRef> tagged = Optional.empty();
  private long taggedAt = Long.MIN_VALUE / 2;
  private long finalNumber = -1;
  private long prunedBefore = Long.MIN_VALUE / 2;
  private Optional<String> belowFinal = Optional.empty();
  private Optional<String> unkept = Optional.empty();
  private long reopenAt;
  private long floor = -1;
  private long readAt;
  private volatile @Nullable Picture last;

  /// What the follower keeps of a log.
  ///
  /// @param log as it is, if it is to be kept
  private record Heard(Kept<HubEvent> event, Optional<LogEntry> log) {}

  /// A reader that keeps nothing, and remembers everything.
  public HubReader(Deployment deployment, Chain chain) {
    this(deployment, chain, 1, Time.SYSTEM);
  }

  /// A reader that keeps nothing, and remembers everything.
  ///
  /// @param confirmations how many blocks, its own included, an event needs before it is believed
  /// @param time that it waits by for a node that is behind
  public HubReader(Deployment deployment, Chain chain, int confirmations, Time time) {
    this(deployment, chain, confirmations, time, EventHistory.NONE, Optional.empty());
  }

  /// @param confirmations how many blocks, its own included, an event needs before it is believed
  /// @param time that it waits by for a node that is behind
  /// @param history where events are kept, by this reader alone
  /// @param retention when what is over is let go of; nothing for never
  public HubReader(
      Deployment deployment,
      Chain chain,
      int confirmations,
      Time time,
      EventHistory history,
      Optional<Retention> retention) {
    this.deployment = deployment;
    this.chain = chain;
    this.confirmations = confirmations;
    this.time = time;
    this.history = history;
    this.retention = retention;
    this.decoder = new HubEvent.Decoder(deployment);
    this.hearing = this::heard;
    this.byId = new LogReader(chain, BLOCKS_BY_ID);
    this.payloads = new Payloads(deployment, chain);
    this.views = new HubViews(deployment, chain);
    this.book = new Book(deployment.parameters().allowance());
  }

  private Heard heard(LogEntry log) {
    Kept<HubEvent> event = Kept.of(log, decoder::decode);
    payloads.heard(event.value(), log);
    return new Heard(event, history.keeps() ? Optional.of(log) : Optional.empty());
  }

  /// {@return the hub as it is now, as far as hashes and numbers bind what the node says}
  ///
  /// @throws ChainException.Unreachable if the node does not answer, or is behind
  /// @throws ChainException.Reorganised if the chain changed while it was read; read again
  public Picture read() {
    return read(Stakes.NONE);
  }

  /// {@return the hub as it is now, what is at stake compared with the hub's views}
  ///
  /// @throws ChainException.Unreachable if the node does not answer, or is behind
  /// @throws ChainException.Reorganised if the chain changed while it was read; read again
  public Picture read(Stakes stakes) {
    return read(stakes, chain.latest());
  }

  /// {@return the same; the last picture, after a single call, while its block is the newest and nothing of it is in
  /// doubt}
  public Picture look(Stakes stakes) {
    BlockRef head = chain.latest();
    Picture before = last;
    boolean isUnchanged =
        before != null
            && before.block().equals(head)
            && floor <= head.number()
            && before.troubles().isEmpty()
            && !checks.hasSuspects()
            && time.nanoTime() - readAt < SAME_BLOCK.toNanos();
    return isUnchanged && before != null ? before : read(stakes, head);
  }

  private Picture read(Stakes stakes, BlockRef head) {
    BlockRef block = follow(head);
    List<String> troubles = new ArrayList<>();
    belowFinal.ifPresent(troubles::add);
    unkept.ifPresent(troubles::add);
    readDoubtfulAgain(block, troubles);
    compareWithViews(block, stakes, troubles);
    Picture picture = book.picture(block, troubles);
    last = picture;
    readAt = time.nanoTime();
    return picture;
  }

  /// {@return what became of a block that was final, if the chain left one: what is there may be anything, so nothing
  /// new is to be staked}
  public Optional<String> belowFinal() {
    return belowFinal;
  }

  /// {@return whether the hub's view of a request of the last picture says the same: to be asked just before something
  /// is staked on it. If not, the next picture tells}
  public boolean confirms(RequestId request) {
    return confirms(Subject.of(request));
  }

  /// {@return whether the hub's view of a claim of the last picture says the same: to be asked just before something is
  /// staked on it. If not, the next picture tells}
  public boolean confirms(ClaimId claim) {
    return confirms(Subject.of(claim));
  }

  private boolean confirms(Subject subject) {
    boolean isSame = views.difference(subject, lastPicture()).isEmpty();
    if (!isSame) {
      checks.suspect(subject);
    }
    return isSame;
  }

  /// Lets no picture be older than this block, for example that of the reader's own last receipt.
  public void notBefore(long block) {
    floor = Math.max(floor, block);
  }

  /// {@return the input of a request of the last picture, with its trailing zeros; callers may change it}
  ///
  /// @throws IllegalArgumentException if the picture has no such request, or the hub did not see its input
  /// @throws ChainException.Malformed if the node shows another input
  /// @throws ChainException.TooLarge if its model takes more than anybody can
  public byte[] input(RequestId id) {
    Picture picture = lastPicture();
    return payloads.input(known("request", id, picture.requests().get(id)), picture.block());
  }

  /// {@return the output of a claim of the last picture, with its trailing zeros; empty if the claim is that the run
  /// fails; callers may change it}
  ///
  /// @throws IllegalArgumentException if the picture has no such claim, or it names its output's root alone
  /// @throws ChainException.Malformed if the node shows another output
  public byte[] output(ClaimId id) {
    return switch (claimedOutput(id)) {
      case ClaimedOutput.None _ -> new byte[0];
      case ClaimedOutput.Whole whole -> whole.bytes();
      case ClaimedOutput.ByRoot _ ->
          throw new IllegalArgumentException("the chain has only the root of the output of " + id);
    };
  }

  /// {@return what a claim of the last picture says of the output}
  ///
  /// @throws IllegalArgumentException if the picture has no such claim
  /// @throws ChainException.Malformed if the node shows something else
  public ClaimedOutput claimedOutput(ClaimId id) {
    Picture picture = lastPicture();
    SeenClaim claim = known("claim", id, picture.claims().get(id));
    RequestId request = claim.state().claim().request();
    return payloads.output(
        claim, known("request", request, picture.requests().get(request)), picture.block());
  }

  private Picture lastPicture() {
    Picture picture = last;
    if (picture == null) {
      throw new IllegalStateException("nothing was read yet");
    }
    return picture;
  }

  private static <T> T known(String what, Object id, @Nullable T seen) {
    if (seen == null) {
      throw new IllegalArgumentException("the last picture has no " + what + " " + id);
    }
    return seen;
  }

  // ------------------------------------------------------------------ following

  private BlockRef follow(BlockRef newest) {
    BlockRef head = newest;
    for (int look = 1; ; look++) {
      LogFollower<Heard> following = opened();
      findFinal(head);
      following.poll(head, this::hear);
      forgetWhatIsOver(following.position().orElse(head));
      Optional<BlockRef> position = following.position();
      if (position.map(BlockRef::number).orElse(-1L) >= floor) {
        position.ifPresent(block -> floor = block.number());
        return position.orElse(head);
      }
      if (look == LOOKS) {
        throw new ChainException.Unreachable(
            "the node is behind: it has got to block %s, and block %d is known"
                .formatted(
                    position.map(block -> Long.toString(block.number())).orElse("none"), floor));
      }
      pause();
      head = chain.latest();
    }
  }

  /// {@return the follower at work; where there is none, or the history was away, one that goes on from what is kept}
  private LogFollower<Heard> opened() {
    LogFollower<Heard> now = follower;
    if (now != null && (unkept.isEmpty() || time.nanoTime() - reopenAt < 0)) {
      return now;
    }
    try {
      return open();
    } catch (UncheckedIOException e) {
      if (now == null) {
        throw new ChainException.Unreachable(
            "what was read before cannot be had: " + e.getMessage(), e);
      }
      keepsNothing(e);
      return now;
    }
  }

  private LogFollower<Heard> open() {
    LogFollower<Heard> opened =
        new LogFollower<>(
            chain,
            decoder.filter(),
            hearing,
            deployment.block(),
            confirmations,
            history.keeps() ? PIECE_KEPT : PIECE,
            history.memory(hearing));
    Book filled = new Book(deployment.parameters().allowance());
    history.forEach(log -> filled.add(Kept.of(log, decoder::decode)));
    finalBlock = history.finalised();
    if (history.isPruned()) {
      filled.lacks(overBefore());
    }
    prunedBefore = Long.MIN_VALUE / 2;
    book = filled;
    unkept = Optional.empty();
    follower = opened;
    return opened;
  }

  private void keepsNothing(UncheckedIOException why) {
    unkept = Optional.of("what is read is not kept: " + why.getMessage());
    reopenAt = time.nanoTime() + BETWEEN_REOPENINGS.toNanos();
  }

  private void hear(LogFollower.Update<Heard> update) {
    try {
      switch (update) {
        case LogFollower.Update.Forward<Heard> forward -> forward(forward);
        case LogFollower.Update.Back<Heard> back -> back(back.upTo());
      }
    } catch (RuntimeException e) {
      // The follower has got further than what it told.
      follower = null;
      throw e;
    }
  }

  /// What is kept comes first: a process that ends between the two has it there.
  private void forward(LogFollower.Update.Forward<Heard> forward) {
    List<LogEntry> logs = forward.logs().stream().flatMap(heard -> heard.log().stream()).toList();
    keep(() -> history.forward(forward.upTo(), logs));
    forward.logs().forEach(heard -> book.add(heard.event()));
    settle(forward.upTo());
  }

  private void back(long upTo) {
    // The chain itself went back, and what was known of it with it.
    floor = Math.min(floor, upTo);
    if (finalBlock.filter(block -> upTo < block.number()).isPresent()) {
      beginAnew(upTo);
    }
    keep(() -> history.back(upTo));
    book.undo(upTo);
  }

  private void keep(Runnable change) {
    if (unkept.isEmpty()) {
      try {
        change.run();
      } catch (UncheckedIOException e) {
        keepsNothing(e);
      }
    }
  }

  // ------------------------------------------------------------------ what is final

  /// All is read again from the deployment, since some of what is gone was needed no more, and was let go of.
  private void beginAnew(long upTo) {
    String why =
        "the chain was reorganised behind block %d, and %s was final: nothing new is staked until a restart"
            .formatted(upTo, finalBlock.orElseThrow());
    belowFinal = Optional.of(why);
    keep(history::clear);
    throw new ChainException.Reorganised(why);
  }

  /// Finds out how far the chain is final.
  private void findFinal(BlockRef head) {
    if (retention.isEmpty() || belowFinal.isPresent()) {
      return;
    }
    switch (retention.get().finality()) {
      case Finality.Depth(long blocks) -> finalNumber = head.number() - blocks;
      case Finality.Tagged(BlockTag tag) -> {
        if (head.number() >= taggedAt + BETWEEN_TAGS) {
          taggedAt = head.number();
          try {
            tagged = chain.block(tag);
          } catch (ChainException.Refused | ChainException.Malformed e) {
            tagged = Optional.empty(); // a node that does not know of it may learn
          }
          finalNumber = tagged.map(BlockRef::number).orElse(-1L);
        }
      }
    }
  }

  /// Takes what it has got to as final, as far as the chain is.
  private void settle(BlockRef upTo) {
    LogFollower<Heard> following = follower;
    if (finalNumber < deployment.block() || belowFinal.isPresent() || following == null) {
      return;
    }
    Optional<BlockRef> isFinal =
        tagged
            .filter(block -> block.number() <= upTo.number())
            .or(() -> following.delivered(finalNumber));
    isFinal
        .filter(block -> finalBlock.map(BlockRef::number).orElse(-1L) < block.number())
        .ifPresent(
            block -> {
              keep(() -> history.finalise(block));
              following.remember(block);
              finalBlock = isFinal;
              forgetWhatIsOver(upTo);
            });
  }

  /// {@return the block by which something must have been over to be let go of}
  private long overBefore() {
    return finalBlock.isEmpty() || retention.isEmpty()
        ? Long.MIN_VALUE / 2
        : finalBlock.get().number() - retention.get().blocks();
  }

  private void forgetWhatIsOver(BlockRef head) {
    long before = overBefore();
    if (before >= prunedBefore + BETWEEN_PRUNINGS) {
      prunedBefore = before;
      long least = Math.min(before, youngBlock(head));
      keep(() -> history.prune(least));
      book.forget(least);
    }
  }

  /// {@return the first block of what is too young to be let go of}
  private long youngBlock(BlockRef head) {
    Duration time = retention.map(Retention::time).orElse(Duration.ZERO);
    return time.isZero() ? Long.MAX_VALUE : book.firstSince(head.timestamp() - time.toSeconds());
  }

  private void pause() {
    try {
      time.sleep(BETWEEN_LOOKS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChainException.Unreachable("interrupted while waiting for a block", e);
    }
  }

  // ------------------------------------------------------------------ reading again

  private void readDoubtfulAgain(BlockRef block, List<String> troubles) {
    for (Book.Doubt doubt : doubtTurns.next(book.doubts(), REREAD_PER_LOOK)) {
      try {
        readAgain(doubt.subject(), doubt.block(), block, false);
      } catch (ChainException e) {
        troubles.add(doubt.subject() + " cannot be read again: " + e.getMessage());
        if (e instanceof ChainException.Unreachable) {
          return;
        }
      }
    }
  }

  /// Asks for all events about a subject.
  ///
  /// @param at a block that has one of them
  /// @param isContradicted whether a view says otherwise than the events so far
  private void readAgain(Subject subject, long at, BlockRef block, boolean isContradicted) {
    LogFilter all = decoder.filter();
    List<Kept<HubEvent>> found = new ArrayList<>();
    switch (subject.kind()) {
      case REQUEST, CLAIM -> {
        found.addAll(byId(all.with(0, subject.id()), block));
        found.addAll(byId(all.with(1, subject.id()), block));
      }
      case GAME -> found.addAll(byId(all.with(0, subject.id()), block));
      case REQUESTER ->
          found.addAll(byId(deployment.hub().filter("Requested").with(1, subject.id()), block));
      case BLOCK -> found.addAll(byId.read(all, at, at, decoder::decode));
    }
    book.reread(subject, found, isContradicted);
  }

  private List<Kept<HubEvent>> byId(LogFilter filter, BlockRef block) {
    return byId.read(filter, deployment.block(), block.number(), decoder::decode);
  }

  // ------------------------------------------------------------------ comparing

  private void compareWithViews(BlockRef block, Stakes stakes, List<String> troubles) {
    Picture picture = book.picture(block, List.of());
    for (Subject subject : checks.due(picture, stakes)) {
      try {
        if (views.difference(subject, picture).isEmpty()) {
          checks.trust(subject);
          continue;
        }
        checks.suspect(subject);
        readAgain(subject, block.number(), block, true);
        views
            .difference(subject, book.picture(block, List.of()))
            .ifPresentOrElse(
                difference ->
                    troubles.add(
                        "the node's events and views of %s differ: %s"
                            .formatted(subject, difference)),
                () -> checks.trust(subject));
      } catch (ChainException e) {
        checks.suspect(subject);
        troubles.add("%s cannot be compared: %s".formatted(subject, e.getMessage()));
        if (e instanceof ChainException.Unreachable || e instanceof ChainException.Reorganised) {
          return;
        }
      }
    }
    checks.done(block);
  }
}
