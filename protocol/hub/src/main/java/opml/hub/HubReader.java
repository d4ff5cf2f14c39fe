package opml.hub;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.ethereum.abi.Values;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.LogFollower;
import opml.ethereum.chain.LogReader;
import opml.ethereum.chain.Snapshot;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.game.move.GameStatus;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;
import org.jspecify.annotations.Nullable;

/// Reads pictures of the hub from its events, which carry everything: a look at a hub where nothing happens is a few
/// calls, however much it holds. The reader keeps nothing that rereading from the deployment would not give again, so a
/// crash costs time only; a reorganisation makes it forget the events of the blocks that are gone.
///
/// A node is not believed. Ids are recomputed from what they commit to, positions must answer one another, and what the
/// hub has numbered must be there without gaps. Whoever has something at stake has it compared with the hub's own views
/// ([Stakes]). What does not fit is a trouble of its object alone: it is told, the object is asked for again by its id,
/// and all others are read on. What no hash binds is left to the node: what is not at stake, the last requests of an
/// account, and the states of positions that were answered already.
///
/// Pictures never go back in time, but for a reorganisation: a node that is behind what was seen already, or behind
/// what the caller knows to be there ([#notBefore]), is waited for a moment, and then [ChainException.Unreachable].
///
/// Not for several threads at once, except [#input] and [#output].
public final class HubReader {
  private static final int REREAD_PER_LOOK = 4;
  private static final int OWN_VIEWS_PER_LOOK = 64;
  private static final int OTHER_VIEWS_PER_LOOK = 16;

  /// Objects are looked for by id, of which a node has an index.
  private static final long BLOCKS_BY_ID = 1 << 20;

  private static final int LOOKS = 4;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  private final Deployment deployment;
  private final Chain chain;
  private final HubEvent.Decoder decoder;
  private final LogFollower<Kept<HubEvent>> follower;
  private final LogReader byId;
  private final Payloads payloads;
  private final Book book;
  private final Turns doubtTurns = new Turns();
  private final Turns ownTurns = new Turns();
  private final Turns claimTurns = new Turns();
  private final Turns requestTurns = new Turns();
  private long floor = -1;
  private volatile @Nullable Picture last;

  public HubReader(Deployment deployment, Chain chain) {
    this(deployment, chain, 1);
  }

  /// @param confirmations how many blocks, its own included, an event needs before it is believed
  public HubReader(Deployment deployment, Chain chain, int confirmations) {
    this.deployment = deployment;
    this.chain = chain;
    this.decoder = new HubEvent.Decoder(deployment);
    this.follower =
        new LogFollower<>(
            chain,
            decoder.filter(),
            log -> Kept.of(log, decoder::decode),
            deployment.block(),
            confirmations);
    this.byId = new LogReader(chain, BLOCKS_BY_ID);
    this.payloads = new Payloads(deployment, chain);
    this.book = new Book(deployment.parameters().allowance());
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
    BlockRef block = follow();
    List<String> troubles = new ArrayList<>();
    readDoubtfulAgain(block, troubles);
    compareWithViews(block, stakes, troubles);
    Picture picture = book.picture(block, troubles);
    last = picture;
    return picture;
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
  /// @throws IllegalArgumentException if the picture has no such claim
  /// @throws ChainException.Malformed if the node shows another output
  public byte[] output(ClaimId id) {
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

  private BlockRef follow() {
    for (int look = 1; ; look++) {
      for (LogFollower.Update<Kept<HubEvent>> update : follower.poll()) {
        switch (update) {
          case LogFollower.Update.Forward<Kept<HubEvent>> forward ->
              forward.logs().forEach(book::add);
          case LogFollower.Update.Back<Kept<HubEvent>> back -> {
            book.undo(back.upTo());
            // The chain itself went back, and what was known of it with it.
            floor = Math.min(floor, back.upTo());
          }
        }
      }
      Optional<BlockRef> position = follower.position();
      if (position.map(BlockRef::number).orElse(-1L) >= floor) {
        position.ifPresent(block -> floor = block.number());
        return position.orElseGet(chain::latest);
      }
      if (look == LOOKS) {
        throw new ChainException.Unreachable(
            "the node is behind: it has got to block %s, and block %d is known"
                .formatted(
                    position.map(block -> Long.toString(block.number())).orElse("none"), floor));
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_LOOKS);
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
    List<Subject> due = new ArrayList<>();
    due.addAll(ownTurns.next(own(picture, stakes), OWN_VIEWS_PER_LOOK));
    due.addAll(claimTurns.next(othersClaims(picture, stakes), OTHER_VIEWS_PER_LOOK));
    due.addAll(requestTurns.next(ofInterest(picture, stakes), OTHER_VIEWS_PER_LOOK));
    for (Subject subject : due) {
      try {
        if (difference(subject, picture).isPresent()) {
          readAgain(subject, block.number(), block, true);
          difference(subject, book.picture(block, List.of()))
              .ifPresent(
                  difference ->
                      troubles.add(
                          "the node's events and views of %s differ: %s"
                              .formatted(subject, difference)));
        }
      } catch (ChainException e) {
        troubles.add("%s cannot be compared: %s".formatted(subject, e.getMessage()));
        if (e instanceof ChainException.Unreachable || e instanceof ChainException.Reorganised) {
          return;
        }
      }
    }
  }

  /// {@return what an account has at stake, what has a clock first}
  private static List<Subject> own(Picture picture, Stakes stakes) {
    List<Subject> own = new ArrayList<>();
    for (SeenGame game : picture.games().values()) {
      boolean isMine = stakes.isMine(game.challenger()) || stakes.isMine(game.server());
      if (isMine && game.settled().isPlayed()) {
        own.add(Subject.of(game.id()));
      }
    }
    for (SeenClaim claim : picture.claims().values()) {
      if (stakes.isMine(claim.state().claim().server())
          && claim.state().status() == ClaimStatus.LIVE) {
        own.add(Subject.of(claim.id()));
      }
    }
    return own;
  }

  /// {@return what somebody may want to dispute while there is time}
  private static List<Subject> othersClaims(Picture picture, Stakes stakes) {
    return picture.claims().values().stream()
        .filter(
            claim ->
                stakes.account().isPresent()
                    && claim.state().status() == ClaimStatus.LIVE
                    && !stakes.isMine(claim.state().claim().server()))
        .map(claim -> Subject.of(claim.id()))
        .toList();
  }

  private static List<Subject> ofInterest(Picture picture, Stakes stakes) {
    return picture.requests().values().stream()
        .filter(stakes.interest())
        .map(request -> Subject.of(request.id()))
        .toList();
  }

  /// {@return what the hub's view has otherwise than the picture; nothing if all is as the events say}
  private Optional<String> difference(Subject subject, Picture picture) {
    Snapshot state = chain.snapshot(picture.block());
    return switch (subject.kind()) {
      case REQUEST ->
          Optional.ofNullable(picture.requests().get(new RequestId(subject.id())))
              .flatMap(seen -> difference(seen, view(state, "getRequest", subject)));
      case CLAIM ->
          Optional.ofNullable(picture.claims().get(new ClaimId(subject.id())))
              .flatMap(seen -> difference(seen, view(state, "getClaim", subject)));
      case GAME ->
          Optional.ofNullable(picture.games().get(new GameId(subject.id())))
              .flatMap(seen -> difference(seen, view(state, "getGame", subject)));
      case REQUESTER, BLOCK -> Optional.empty();
    };
  }

  private Values view(Snapshot state, String view, Subject subject) {
    return deployment.hub().read(state, view, subject.id()).tuple(0);
  }

  private static Optional<String> difference(SeenRequest seen, Values view) {
    RequestState state = seen.state();
    return new Differences()
        .compare("status", state.status(), named(RequestStatus.values(), view))
        .compare("claims", state.claims(), view.number("claims"))
        .compare("live claims", state.liveClaims(), view.number("liveClaims"))
        .compare("deadline", state.deadline(), view.uint("deadline").longValue())
        .compare("extensions", state.extensions(), view.number("extensions"))
        .found();
  }

  private static Optional<String> difference(SeenClaim seen, Values view) {
    ClaimState state = seen.state();
    return new Differences()
        .compare("status", state.status(), named(ClaimStatus.values(), view))
        .compare("bond", state.bond(), view.uint("bond"))
        .compare("time", state.claimedAt(), view.number("claimedAt"))
        .compare("games", state.games(), view.number("games"))
        .compare("open games", state.openGames(), view.number("openGames"))
        .found();
  }

  private Optional<String> difference(SeenGame seen, Values view) {
    Position position = seen.positions().getLast();
    BigInteger bond = deployment.parameters().challengeBondBeside(view.number("ahead"));
    return new Differences()
        .compare("status", seen.status(), named(GameStatus.values(), view))
        .compare("bond", seen.bond(), bond)
        .compare("move", position.move(), view.number("move"))
        .compare("position", position.hash(), view.bytes32("position"))
        .compare("time of the move", seen.clock().movedAt(), view.number("movedAt"))
        .compare("server's time", seen.clock().left(Side.SERVER), view.number("serverLeft"))
        .compare(
            "challenger's time", seen.clock().left(Side.CHALLENGER), view.number("challengerLeft"))
        .found();
  }

  /// {@return the constant of a view's status; the contract's enums are in the same order}
  private static Object named(Enum<?>[] constants, Values view) {
    long code = view.number("status");
    return code < constants.length ? constants[(int) code] : "number " + code;
  }

  /// The first thing that differs.
  private static final class Differences {
    private Optional<String> found = Optional.empty();

    Differences compare(String what, Object seen, Object view) {
      if (found.isEmpty() && !seen.equals(view)) {
        found = Optional.of("%s %s and %s".formatted(what, seen, view));
      }
      return this;
    }

    Differences compare(String what, long seen, long view) {
      return compare(what, (Object) seen, (Object) view);
    }

    Optional<String> found() {
      return found;
    }
  }

  /// Takes some of many, others each time.
  private static final class Turns {
    private int taken;

    <T> List<T> next(List<T> all, int most) {
      List<T> next = new ArrayList<>();
      for (int i = 0; i < Math.min(most, all.size()); i++) {
        next.add(all.get((taken + i) % all.size()));
      }
      taken = all.size() <= most ? 0 : (taken + most) % all.size();
      return next;
    }
  }
}
