package opml.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Kept;
import opml.game.claim.Availability;
import opml.game.claim.Claim;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.GameIdentity;
import opml.game.claim.Request;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.move.Clock;
import opml.game.move.GameStatus;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.hub.HubEvent.Challenged;
import opml.hub.HubEvent.ClaimEnded;
import opml.hub.HubEvent.Claimed;
import opml.hub.HubEvent.Delivered;
import opml.hub.HubEvent.GameEnded;
import opml.hub.HubEvent.Moved;
import opml.hub.HubEvent.RequestEnded;
import opml.hub.HubEvent.RequestExtended;
import opml.hub.HubEvent.Requested;
import opml.hub.HubEvent.Unreadable;
import org.junit.jupiter.api.Test;

class BookTest {
  private static final long ALLOWANCE = 100;
  private static final Address ASKS = Address.ofHex("0x" + "a1".repeat(20));
  private static final Address SERVES = Address.ofHex("0x" + "b2".repeat(20));
  private static final Address DOUBTS = Address.ofHex("0x" + "c3".repeat(20));

  /// Writes a history, two events a block, of what a hub emits.
  private static final class History {
    private final List<Kept<HubEvent>> events = new ArrayList<>();
    private final Map<Address, Long> nonces = new HashMap<>();
    private final Map<RequestId, Long> claims = new HashMap<>();
    private final Map<ClaimId, Long> games = new HashMap<>();

    private <E extends HubEvent> E emit(E event) {
      long number = events.size();
      events.add(
          new Kept<>(
              new Kept.Place(number / 2, Bytes32.ofWord(1000 + number / 2), number % 2), event));
      return event;
    }

    RequestId ask(Address who) {
      long nonce = nonces.merge(who, 1L, Long::sum) - 1;
      Request request =
          new Request(
              1,
              Address.ZERO,
              who,
              nonce,
              Bytes32.ZERO,
              Bytes32.ZERO,
              Availability.EMITTED,
              Address.ZERO,
              BigInteger.TEN,
              5000,
              Address.ZERO,
              0);
      return emit(new Requested(request, request.id(), 3)).id();
    }

    ClaimId claim(RequestId request) {
      long index = claims.merge(request, 1L, Long::sum) - 1;
      Bytes32 state = HubEvent.finalState(0, Bytes32.ofWord(index));
      Claim claim = new Claim(request, index, SERVES, state, Keccak.hash(new byte[0]));
      return emit(new Claimed(
              claim, claim.id(), 0, Bytes32.ofWord(index), BigInteger.valueOf(400), 10))
          .id();
    }

    Position challenge(ClaimId claim, Address who, long now) {
      long index = games.merge(claim, 1L, Long::sum) - 1;
      GameIdentity identity = new GameIdentity(claim, index, who);
      emit(new Challenged(identity, identity.id(), BigInteger.valueOf(100 * (1 + index))));
      Position position =
          new Position(
              identity.id(),
              1,
              0,
              Side.CHALLENGER,
              0,
              4096,
              Bytes32.ofWord(1),
              Bytes32.ofWord(2),
              states(16, 1));
      return emit(new Moved(position, 0, now)).position();
    }

    Position answer(Position before, int part, long now) {
      Position next = before.dissected(part, states(16, before.move() + 1));
      return emit(new Moved(next, part, now)).position();
    }

    void endGame(GameId game, ClaimId claim, GameStatus status) {
      emit(new GameEnded(game, claim, status));
    }

    void kill(GameId game, ClaimId claim, RequestId request) {
      endGame(game, claim, GameStatus.CHALLENGER_WON);
      emit(new ClaimEnded(claim, request, ClaimStatus.DEAD));
    }

    void resolve(ClaimId claim, RequestId request) {
      emit(new RequestEnded(request, RequestStatus.FINAL, claim));
      emit(new ClaimEnded(claim, request, ClaimStatus.FINAL));
    }

    private static List<Bytes32> states(int count, long salt) {
      return LongStream.range(0, count).mapToObj(i -> Bytes32.ofWord(1000 * salt + i)).toList();
    }

    long head() {
      return events.size() / 2;
    }
  }

  private static BlockRef block(long number) {
    return new BlockRef(number, Bytes32.ofWord(1000 + number), Bytes32.ZERO, number, Wei.ZERO);
  }

  private static Book book(List<Kept<HubEvent>> events) {
    Book book = new Book(ALLOWANCE);
    events.forEach(book::add);
    return book;
  }

  private static Picture picture(Book book, History history) {
    return book.picture(block(history.head()), List.of());
  }

  @Test
  void countsStatusesAndClocksFollowFromEventsAlone() {
    History history = new History();
    RequestId request = history.ask(ASKS);
    ClaimId wrong = history.claim(request);
    ClaimId right = history.claim(request);
    Position first = history.challenge(wrong, DOUBTS, 20);
    Position sham = history.challenge(wrong, ASKS, 25);
    Position lost = history.challenge(wrong, ASKS, 26);
    Position second = history.answer(first, 3, 50);
    history.answer(second, 0, 55);
    history.endGame(lost.game(), wrong, GameStatus.SERVER_WON);
    history.kill(first.game(), wrong, request);
    history.emit(new RequestExtended(request, 7000));
    history.endGame(sham.game(), wrong, GameStatus.VOID);
    history.resolve(right, request);
    history.emit(new Delivered(request, right, true));
    Picture seen = picture(book(history.events), history);

    assertThat(seen.troubles()).isEmpty();
    Picture.SeenRequest asked = seen.requests().get(request);
    assertThat(asked).isNotNull();
    assertThat(asked.state().status()).isEqualTo(RequestStatus.FINAL);
    assertThat(asked.state().claims()).isEqualTo(2);
    assertThat(asked.state().liveClaims()).isZero();
    assertThat(asked.state().deadline()).isEqualTo(7000);
    assertThat(asked.state().extensions()).isEqualTo(1);
    assertThat(asked.finalDelivered()).isTrue();
    assertThat(seen.claimsOn(request))
        .extracting(Picture.SeenClaim::id)
        .containsExactly(wrong, right);
    ClaimState dead = seen.claimsOn(request).getFirst().state();
    assertThat(dead.status()).isEqualTo(ClaimStatus.DEAD);
    assertThat(dead.games()).isEqualTo(3);
    assertThat(dead.openGames())
        .as("the hub, too, does not count down for a void game")
        .isEqualTo(1);
    assertThat(dead.rewarded()).as("the killing one, and the void one").isEqualTo(2);
    assertThat(seen.gamesOn(wrong))
        .extracting(Picture.SeenGame::status)
        .containsExactly(GameStatus.CHALLENGER_WON, GameStatus.VOID, GameStatus.SERVER_WON);
    Picture.SeenGame game = seen.gamesOn(wrong).getFirst();
    assertThat(game.clock()).isEqualTo(new Clock(ALLOWANCE - 5, ALLOWANCE - 30, 55));
    assertThat(game.positions()).hasSize(3);
    assertThat(game.bond()).isEqualTo(BigInteger.valueOf(100));
    assertThat(seen.gamesOn(wrong).get(1).settled().isVoid()).isFalse();
  }

  @Test
  void aGameWhoseClaimIsDeadIsVoidWhileItRuns() {
    History history = new History();
    RequestId request = history.ask(ASKS);
    ClaimId claim = history.claim(request);
    Position first = history.challenge(claim, DOUBTS, 20);
    Position other = history.challenge(claim, ASKS, 20);
    Book book = book(history.events);
    assertThat(picture(book, history).gamesOn(claim)).allMatch(game -> game.settled().isPlayed());
    history.kill(first.game(), claim, request);
    history.events.forEach(book::add);
    Picture seen = picture(book, history);
    assertThat(seen.games().get(other.game()))
        .satisfies(game -> assertThat(game.settled().isVoid()).isTrue());
  }

  @Test
  void undoingAnyTailAndWritingItAgainChangesNothing() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    History history = randomHistory(random);
    Book book = book(history.events);
    Picture whole = picture(book, history);
    assertThat(whole.troubles()).as("seed %d", seed).isEmpty();
    for (int i = 0; i < 60; i++) {
      long upTo = random.nextLong(history.head() + 1) - 1;
      book.undo(upTo);
      if (random.nextBoolean()) {
        List<Kept<HubEvent>> rest =
            history.events.stream().filter(event -> event.block() <= upTo).toList();
        assertThat(picture(book, history))
            .as("seed %d, up to block %d", seed, upTo)
            .isEqualTo(picture(book(rest), history));
      }
      history.events.forEach(book::add);
      assertThat(picture(book, history)).as("seed %d, up to block %d", seed, upTo).isEqualTo(whole);
    }
  }

  private static History randomHistory(Random random) {
    History history = new History();
    List<RequestId> requests = new ArrayList<>();
    Map<ClaimId, RequestId> live = new HashMap<>();
    Map<Position, ClaimId> running = new HashMap<>();
    for (int i = 0; i < 150; i++) {
      long now = i / 2; // the whole history is shorter than an allowance
      switch (random.nextInt(6)) {
        case 0 -> requests.add(history.ask(random.nextBoolean() ? ASKS : DOUBTS));
        case 1, 2 -> {
          if (!requests.isEmpty()) {
            RequestId request = requests.get(random.nextInt(requests.size()));
            live.put(history.claim(request), request);
          }
        }
        case 3 ->
            any(live, random)
                .ifPresent(claim -> running.put(history.challenge(claim, DOUBTS, now), claim));
        case 4 ->
            any(running, random)
                .ifPresent(
                    position -> {
                      ClaimId claim = running.remove(position);
                      if (position.length() >= 32) {
                        running.put(history.answer(position, random.nextInt(16), now), claim);
                      } else if (claim != null) {
                        RequestId request = live.remove(claim);
                        if (request != null) {
                          history.kill(position.game(), claim, request);
                        }
                      }
                    });
        default -> {
          // A quiet moment.
        }
      }
    }
    return history;
  }

  private static <K> Optional<K> any(Map<K, ?> map, Random random) {
    return map.keySet().stream().skip(map.isEmpty() ? 0 : random.nextInt(map.size())).findFirst();
  }

  /// Audit, finding 2.
  @Test
  void whatDoesNotFitIsTroubleOfItsObjectAlone() {
    History history = new History();
    RequestId troubled = history.ask(ASKS);
    history.claim(troubled);
    history.claim(troubled);
    RequestId other = history.ask(DOUBTS);
    ClaimId claim = history.claim(other);
    Position position = history.challenge(claim, DOUBTS, 20);
    history.answer(position, 5, 30);
    for (Kept<HubEvent> left : history.events) {
      List<Kept<HubEvent>> rest = new ArrayList<>(history.events);
      rest.remove(left);
      Book book = book(rest);
      Picture seen = picture(book, history);
      boolean isOfTheFirst = history.events.indexOf(left) < 3;
      if (isOfTheFirst) {
        assertThat(seen.claimsOn(other)).hasSize(1);
        assertThat(seen.gamesOn(claim).getFirst().positions()).hasSize(2);
      } else {
        assertThat(seen.claimsOn(troubled)).hasSize(2);
      }
      if (!isLastOf(history, left)) {
        assertThat(seen.troubles()).as(left.toString()).isNotEmpty();
        assertThat(book.doubts()).isNotEmpty();
      }
    }
  }

  /// Nobody can tell that the last claim, game or move was left out.
  private static boolean isLastOf(History history, Kept<HubEvent> event) {
    int index = history.events.indexOf(event);
    return index == 2 || index == history.events.size() - 1;
  }

  @Test
  void aGapIsFilledByWhatIsReadAgain() {
    History history = new History();
    RequestId request = history.ask(ASKS);
    history.claim(request);
    history.claim(request);
    Picture whole = picture(book(history.events), history);
    List<Kept<HubEvent>> rest = new ArrayList<>(history.events);
    rest.remove(1);
    Book book = book(rest);
    Book.Doubt doubt = book.doubts().getFirst();
    assertThat(doubt.subject()).isEqualTo(Subject.of(request));
    book.reread(doubt.subject(), history.events, false);
    assertThat(picture(book, history)).isEqualTo(whole);
  }

  @Test
  void whatNeverHappenedIsForgottenWhenTheSameAnswerComesTwice() {
    History history = new History();
    RequestId request = history.ask(ASKS);
    history.claim(request);
    Picture whole = picture(book(history.events), history);
    List<Kept<HubEvent>> truth = List.copyOf(history.events);
    History more = new History();
    more.claims.put(request, 5L);
    ClaimId phantom = more.claim(request);
    Book book = book(truth);
    book.add(new Kept<>(new Kept.Place(9, Bytes32.ofWord(9), 0), more.events.getFirst().value()));
    assertThat(picture(book, history).claims()).containsKey(phantom);
    Subject doubted = book.doubts().getFirst().subject();
    book.reread(doubted, truth, false);
    assertThat(book.doubts()).as("a node that is behind leaves out things as well").isNotEmpty();
    book.reread(doubted, truth, false);
    assertThat(picture(book, history)).isEqualTo(whole);
  }

  @Test
  void anUnreadableLogIsReplacedByWhatItsBlockHas() {
    History history = new History();
    RequestId request = history.ask(ASKS);
    Kept<HubEvent> event = history.events.getFirst();
    Book book = new Book(ALLOWANCE);
    book.add(new Kept<>(event.place(), new Unreadable(event.blockHash(), "noise")));
    Book.Doubt doubt = book.doubts().getFirst();
    assertThat(doubt.text()).contains("noise");
    book.reread(doubt.subject(), List.of(event), false);
    Picture seen = picture(book, history);
    assertThat(seen.troubles()).isEmpty();
    assertThat(seen.requests()).containsOnlyKeys(request);
  }

  @Test
  void theOrderOfWritingDoesNotMatter() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    History history = randomHistory(random);
    List<Kept<HubEvent>> shuffled = new ArrayList<>(history.events);
    Collections.shuffle(shuffled, random);
    assertThat(picture(book(shuffled), history))
        .as("seed %d", seed)
        .isEqualTo(picture(book(history.events), history));
  }

  /// Audit, finding 10.
  @Test
  void gamesThatAreLongOverKeepLittle() {
    History history = new History();
    RequestId request = history.ask(ASKS);
    history.ask(DOUBTS); // so that the game and its claim end in one block
    ClaimId claim = history.claim(request);
    Position first = history.challenge(claim, DOUBTS, 20);
    Position second = history.answer(first, 3, 50);
    history.kill(second.game(), claim, request);
    Book book = book(history.events);
    Picture.SeenGame before = picture(book, history).gamesOn(claim).getFirst();
    BlockRef later = block(history.head() + Book.SHORTENED_AFTER + 1);
    book.picture(later, List.of());
    Picture.SeenGame after = book.picture(later, List.of()).gamesOn(claim).getFirst();
    assertThat(after.positions()).allMatch(position -> position.states().size() == 1);
    assertThat(after.positions()).hasSameSizeAs(before.positions());
    assertThat(after.settled().status()).isEqualTo(GameStatus.CHALLENGER_WON);
    assertThat(after.clock()).isEqualTo(before.clock());

    // A reorganisation as deep as this takes its end back; then its positions are read again.
    book.undo(history.events.getLast().block() - 1);
    Book.Doubt doubt = book.doubts().getFirst();
    assertThat(doubt.subject()).isEqualTo(Subject.of(second.game()));
    List<Kept<HubEvent>> rest =
        history.events.stream()
            .filter(event -> event.block() < history.events.getLast().block())
            .toList();
    book.reread(
        doubt.subject(),
        rest.stream().filter(event -> event.value().about().contains(doubt.subject())).toList(),
        false);
    assertThat(book.picture(later, List.of())).isEqualTo(book(rest).picture(later, List.of()));
  }

  /// Audit, findings 10 and 11.
  @Test
  void tenThousandFinalRequestsAreFollowedOnce() {
    History history = new History();
    for (int i = 0; i < 10_000; i++) {
      RequestId request = history.ask(ASKS);
      history.resolve(history.claim(request), request);
    }
    Book book = book(history.events);
    Picture seen = picture(book, history);
    assertThat(seen.requests()).hasSize(10_000);
    assertThat(seen.troubles()).isEmpty();
    Picture again = book.picture(block(history.head() + 1), List.of());
    assertThat(again.requests()).as("nothing was built anew").isSameAs(seen.requests());
  }
}
