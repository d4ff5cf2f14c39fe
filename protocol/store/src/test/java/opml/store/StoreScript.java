package opml.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.TxHash;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.hub.EventKind;
import opml.hub.EventSubject;
import opml.hub.IntentKey;
import opml.hub.IntentKind;

/// A random sequence of calls, few ids and small numbers, so that they meet. The same seed is the same sequence, on a
/// store that has done the same before; about one call in six makes no sense.
final class StoreScript {
  static final StoreIdentity IDENTITY =
      new StoreIdentity(31337, Address.ofHex("11".repeat(20)), Bytes32.ofWord(99), 3);

  private static final int REQUESTS = 4;
  private static final int CLAIMS = 6;
  private static final int GAMES = 8;
  private static final int SUBJECTS = 5;

  /// One call.
  record Step(String text, Function<Store, Object> call) {
    /// {@return what the call returned, or the kind of what it threw}
    Object on(Store store) {
      try {
        return call.apply(store);
      } catch (StoreException | IllegalArgumentException | IllegalStateException e) {
        return e.getClass();
      }
    }
  }

  private final Random random;
  private int serial;

  StoreScript(long seed) {
    this.random = new Random(seed);
  }

  /// {@return the next call}
  ///
  /// @param oracle a store that the calls before were made on
  Step next(Store oracle) {
    serial++;
    return switch (random.nextInt(29)) {
      case 0, 1, 2, 3, 4, 5 -> append(oracle);
      case 6, 7 -> undo(oracle);
      case 8 -> finalise(oracle);
      case 9 -> prune(oracle);
      case 10, 11 -> note();
      case 12, 13, 14 -> sign();
      case 15, 16 -> sentOrMined(oracle);
      case 17 -> drop();
      case 18, 19, 20, 21 -> job();
      case 22 -> result();
      case 23, 24 -> spend(oracle);
      case 25 -> order();
      default -> question(oracle);
    };
  }

  // ------------------------------------------------------------------ projection

  private Step append(Store oracle) {
    long position = oracle.projection().position();
    long to = position + (random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(3));
    Bytes32 parent =
        oracle.projection().blocks().stream()
            .filter(block -> block.number() == position && random.nextInt(10) > 0)
            .map(BlockRef::hash)
            .findFirst()
            .orElseGet(this::hash);
    BlockRef upTo = new BlockRef(Math.max(0, to), hash(), parent, 1000 * to, amount());
    List<StoredEvent> events = new ArrayList<>();
    List<Payment> payments = new ArrayList<>();
    for (long block = position + 1; block <= to; block++) {
      Bytes32 hash = block == to && random.nextInt(20) > 0 ? upTo.hash() : hash();
      int index = 0;
      for (int i = random.nextInt(5); i > 0; i--) {
        index += random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(2);
        events.add(event(block, hash, index));
      }
      for (int i = random.nextInt(3); i > 0; i--) {
        payments.add(payment(random.nextInt(20) == 0 ? block + 1 : block));
      }
    }
    return new Step(
        "append %s, %d events".formatted(upTo, events.size()),
        store -> {
          store.projection().append(upTo, events, payments);
          return "";
        });
  }

  private StoredEvent event(long block, Bytes32 hash, long index) {
    int game = random.nextInt(GAMES);
    boolean namesGame = random.nextBoolean();
    int claim = namesGame ? game % CLAIMS : random.nextInt(CLAIMS);
    RequestId request = request(claim % REQUESTS);
    EventKind kind =
        random.nextInt(4) == 0
            ? EventKind.REQUEST_ENDED
            : oneOf(EventKind.values(), EventKind.values().length);
    EventSubject subject =
        switch (kind) {
          case REQUESTED, REQUEST_EXTENDED ->
              new EventSubject(kind, Optional.of(request), Optional.empty(), Optional.empty());
          case REQUEST_ENDED ->
              new EventSubject(
                  kind,
                  Optional.of(request),
                  Optional.of(claim(claim)).filter(_ -> random.nextBoolean()),
                  Optional.empty());
          case CLAIMED, CLAIM_ENDED, DELIVERED ->
              new EventSubject(
                  kind, Optional.of(request), Optional.of(claim(claim)), Optional.empty());
          case CHALLENGED, GAME_ENDED ->
              new EventSubject(
                  kind,
                  Optional.empty(),
                  Optional.of(claim(game % CLAIMS)),
                  Optional.of(game(game)));
          case MOVED ->
              new EventSubject(kind, Optional.empty(), Optional.empty(), Optional.of(game(game)));
          case UNREADABLE ->
              new EventSubject(kind, Optional.empty(), Optional.empty(), Optional.empty());
        };
    List<Bytes32> topics = IntStream.range(0, random.nextInt(5)).mapToObj(_ -> hash()).toList();
    return new StoredEvent(
        new LogEntry(account(), topics, data(), block, hash, new TxHash(hash()), index), subject);
  }

  private Payment payment(long block) {
    return new Payment(
        block,
        oneOf(PaymentKind.values(), PaymentKind.values().length),
        Optional.of(request(random.nextInt(REQUESTS))).filter(_ -> random.nextInt(3) > 0),
        account(),
        amount(),
        86_400L * random.nextInt(4) + random.nextInt(2) * 86_399L);
  }

  /// Of blocks that are here and that are not yet; now and then of two.
  private Step spend(Store oracle) {
    TxHash transaction = new TxHash(Keccak.hash(new byte[] {'t', (byte) random.nextInt(6)}));
    long block = Math.max(0, oracle.projection().position() + 2 - random.nextInt(6));
    List<Payment> payments = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      payments.add(payment(random.nextInt(20) == 0 ? block + 1 : block));
    }
    return new Step(
        "spend %s in block %d".formatted(transaction, block),
        store -> {
          store.payments().spend(transaction, payments);
          return "";
        });
  }

  private Step order() {
    return random.nextBoolean()
        ? new Step("undrain", store -> store.orders().undrain())
        : new Step("drain at " + serial, drainAt(serial));
  }

  private static Function<Store, Object> drainAt(long second) {
    return store -> store.orders().drain(second);
  }

  private Step undo(Store oracle) {
    long position = oracle.projection().position();
    if (random.nextInt(8) == 0) {
      return new Step("resume", store -> store.projection().resume());
    }
    if (random.nextInt(50) == 0) {
      return random.nextBoolean() ? cleared() : refilled();
    }
    long upTo = position + 1 - random.nextInt(5);
    return new Step(
        "undo to " + upTo,
        store -> {
          store.projection().undo(upTo);
          return "";
        });
  }

  private static Step cleared() {
    return new Step(
        "clear",
        store -> {
          store.projection().clear();
          return "";
        });
  }

  /// What a snapshot does, now and then to a store that is not empty.
  private Step refilled() {
    long first = IDENTITY.firstBlock();
    BlockRef upTo = new BlockRef(first + 3, hash(), hash(), 1, amount());
    List<StoredEvent> events = new ArrayList<>();
    for (long block = first; block <= upTo.number(); block++) {
      Bytes32 hash = block == upTo.number() ? upTo.hash() : hash();
      for (int i = random.nextInt(4); i > 0; i--) {
        events.add(event(block, hash, 10 - i));
      }
    }
    List<EndedRequest> ended =
        List.of(
            new EndedRequest(
                request(0), Optional.of(claim(0)), first, first + random.nextInt(3), 4, 1, 0),
            new EndedRequest(request(1), Optional.empty(), first, first + 1, 2, 0, 0));
    boolean isCleared = random.nextInt(4) > 0;
    return new Step(
        "restore",
        store -> {
          if (isCleared) {
            store.projection().clear();
          }
          store.projection().restore(upTo, events, ended);
          return "";
        });
  }

  private Step finalise(Store oracle) {
    List<BlockRef> blocks = oracle.projection().blocks();
    long position = oracle.projection().position();
    BlockRef block =
        blocks.isEmpty() || random.nextInt(6) == 0
            ? new BlockRef(
                Math.max(0, position - random.nextInt(4) + 1), hash(), hash(), 5, amount())
            : blocks.get(Math.max(0, blocks.size() - 1 - random.nextInt(5)));
    return new Step(
        "finalise " + block,
        store -> {
          store.projection().finalise(block);
          return "";
        });
  }

  private Step prune(Store oracle) {
    long last = oracle.projection().finalised().map(BlockRef::number).orElse(0L);
    long before = last + 2 - random.nextInt(3);
    return new Step("prune before " + before, store -> store.projection().prune(before));
  }

  // ------------------------------------------------------------------ outbox

  private Step note() {
    Intent intent =
        new Intent(key(), account(), account(), data(), amount(), random.nextInt(4), serial);
    return new Step("note " + intent.key(), store -> store.outbox().note(intent));
  }

  private Step sign() {
    IntentKey key = key();
    SignedVersion version =
        new SignedVersion(
            random.nextInt(6),
            random.nextInt(1000),
            amount(),
            amount(),
            new TxHash(Bytes32.ofWord(random.nextInt(40))),
            data(),
            serial,
            false);
    return new Step("sign " + key, store -> store.outbox().sign(key, version));
  }

  private Step sentOrMined(Store oracle) {
    IntentKey key = key();
    List<SignedVersion> versions =
        oracle.outbox().find(key).map(OutboxRow::versions).orElse(List.of());
    TxHash hash =
        versions.isEmpty() || random.nextInt(6) == 0
            ? new TxHash(Bytes32.ofWord(random.nextInt(40)))
            : versions.get(random.nextInt(versions.size())).hash();
    if (random.nextBoolean()) {
      return new Step("sent " + key, store -> store.outbox().sent(key, hash));
    }
    long block = Math.max(0, oracle.projection().position() - random.nextInt(3));
    MinedAs as = new MinedAs(hash, block, hash(), random.nextBoolean());
    return new Step("mined " + key, store -> store.outbox().mined(key, as));
  }

  private Step drop() {
    IntentKey key = key();
    String why = random.nextBoolean() ? "overtaken" : "zu spät, because 'x' \0;";
    return new Step("drop " + key, store -> store.outbox().drop(key, why));
  }

  private IntentKey key() {
    return new IntentKey(oneOf(IntentKind.values(), 3), Bytes32.ofWord(random.nextInt(SUBJECTS)));
  }

  // ------------------------------------------------------------------ jobs and results

  private Step job() {
    JobKey key = new JobKey(oneOf(JobKind.values(), 2), Bytes32.ofWord(random.nextInt(SUBJECTS)));
    String owner = random.nextInt(12) == 0 ? "" : "owner " + random.nextInt(2);
    long now = random.nextInt(6);
    long until = now + random.nextInt(4);
    int priority = random.nextInt(2);
    long deadline = random.nextInt(3);
    byte[] payload = data().toArray();
    return switch (random.nextInt(9)) {
      case 0, 1, 2 ->
          new Step("add " + key, store -> store.jobs().add(key, priority, deadline, payload));
      case 3, 4 -> new Step("take at " + now, store -> store.jobs().take(owner, now, until));
      case 5 ->
          new Step(
              "take %s at %d".formatted(key, now),
              store -> store.jobs().take(key, owner, now, until));
      case 6 ->
          random.nextBoolean()
              ? new Step("extend " + key, store -> store.jobs().extend(key, owner, until))
              : new Step(
                  "release " + key, store -> store.jobs().release(key, owner, now, "it failed"));
      case 7 -> new Step("finish " + key, store -> store.jobs().finish(key, owner));
      default -> new Step("cancel " + key, store -> store.jobs().cancel(key));
    };
  }

  private Step result() {
    if (random.nextInt(6) == 0) {
      long before = random.nextInt(5);
      return new Step("forget " + before, store -> store.results().forget(before));
    }
    RunResult result =
        new RunResult(
            Bytes32.ofWord(random.nextInt(6)),
            Bytes32.ofWord(random.nextInt(12) / 11),
            Data.EMPTY,
            7,
            random.nextInt(5));
    return new Step("result " + result.run(), store -> store.results().put(result));
  }

  // ------------------------------------------------------------------ questions

  private Step question(Store oracle) {
    long position = oracle.projection().position();
    long from = position - random.nextInt(5);
    long to = from + random.nextInt(4);
    int number = random.nextInt(8);
    return switch (random.nextInt(11)) {
      case 0 -> new Step("of request", s -> s.projection().of(request(number % REQUESTS)));
      case 1 -> new Step("of claim", s -> s.projection().of(claim(number % CLAIMS)));
      case 2 -> new Step("of game", s -> s.projection().of(game(number)));
      case 3 -> new Step("between", s -> s.projection().between(from, to));
      case 4 -> new Step("after", s -> s.projection().after(from, number - 1, 1 + number % 3));
      case 5 -> new Step("ended", s -> s.projection().ended(from - 3, to - 3));
      case 6 -> new Step("payments", s -> s.payments().between(from, to));
      case 7 -> new Step("day", s -> s.payments().ofDay(number % 4));
      case 8 -> new Step("spent", s -> s.payments().ofRequest(request(number % REQUESTS)));
      case 9 -> new Step("nonce", s -> s.outbox().highestNonce(account(number % 2)));
      default -> new Step("newest", s -> s.results().newest(1 + number % 3));
    };
  }

  private static RequestId request(int number) {
    return new RequestId(Keccak.hash(new byte[] {'r', (byte) number}));
  }

  private static ClaimId claim(int number) {
    return new ClaimId(Keccak.hash(new byte[] {'c', (byte) number}));
  }

  private static GameId game(int number) {
    return new GameId(Keccak.hash(new byte[] {'g', (byte) number}));
  }

  /// {@return one of the first so many}
  private <E> E oneOf(E[] all, int first) {
    return all[random.nextInt(first)];
  }

  private Address account() {
    return account(random.nextInt(2));
  }

  private static Address account(int number) {
    return Address.ofHex((number == 0 ? "aa" : "7f").repeat(Address.BYTES));
  }

  private Bytes32 hash() {
    byte[] bytes = new byte[Bytes32.BYTES];
    random.nextBytes(bytes);
    return Bytes32.of(bytes);
  }

  private Data data() {
    byte[] bytes = new byte[random.nextInt(6)];
    random.nextBytes(bytes);
    return Data.of(bytes);
  }

  private Wei amount() {
    return switch (random.nextInt(4)) {
      case 0 -> Wei.ZERO;
      case 1 -> Wei.of(random.nextLong(1, Long.MAX_VALUE));
      case 2 -> Wei.gwei(random.nextInt(1, 1000)).plus(Wei.of(999_999_999));
      default -> Wei.ether(random.nextInt(1, 1_000_000));
    };
  }
}
