package opml.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.TxHash;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.hub.EventKind;
import opml.hub.EventSubject;
import opml.store.sql.SqlStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How fast events are kept when a node reads a long chain, beside the bare inserts of the same rows into the same
/// table. `-Dopml.store.events=N` takes more of them and prints; the default only shows that both write the same.
class BackfillSpeedTest {
  private static final int EVENTS = Integer.getInteger("opml.store.events", 2_000);
  private static final int PIECE = 1_000;
  private static final int ROUNDS = 2;
  private static final Address ACCOUNT = Address.ofHex("aa".repeat(Address.BYTES));

  /// What happens to a request that is disputed once.
  private static final List<EventKind> COURSE =
      List.of(
          EventKind.REQUESTED,
          EventKind.CLAIMED,
          EventKind.CHALLENGED,
          EventKind.MOVED,
          EventKind.MOVED,
          EventKind.MOVED,
          EventKind.MOVED,
          EventKind.GAME_ENDED,
          EventKind.CLAIM_ENDED,
          EventKind.REQUEST_ENDED);

  @TempDir private Path folder;

  private final Random random = new Random(1);

  @Test
  void aBackfillKeepsWhatBareInsertsKeep() throws SQLException {
    List<StoredEvent> events = events();
    for (int round = 0; round < ROUNDS; round++) {
      Path bare = folder.resolve("bare%d.db".formatted(round));
      Path kept = folder.resolve("kept%d.db".formatted(round));
      open(bare).close();
      double bareSeconds = insert(bare, events);
      double seconds;
      try (Store store = open(kept)) {
        seconds = append(store, events);
      }
      assertThat(firstRows(kept)).isEqualTo(firstRows(bare)).isNotEmpty();
      if (Integer.getInteger("opml.store.events") != null) {
        System.out.printf(
            "%,d events: bare %,.0f/s, kept %,.0f/s, ratio %.2f%n",
            events.size(),
            events.size() / bareSeconds,
            events.size() / seconds,
            bareSeconds / seconds);
      }
    }
  }

  private static Store open(Path file) {
    return SqlStore.sqlite(file, StoreScript.IDENTITY, ACCOUNT);
  }

  private static List<StoredEvent> firstRows(Path file) {
    try (Store store = open(file)) {
      return store.projection().after(-1, -1, 2_000);
    }
  }

  private List<StoredEvent> events() {
    List<StoredEvent> events = new ArrayList<>(EVENTS);
    long block = StoreScript.IDENTITY.firstBlock();
    for (int i = 0; i < EVENTS; i++) {
      int number = i / COURSE.size();
      EventKind kind = COURSE.get(i % COURSE.size());
      Bytes32 hash = Bytes32.ofWord(block);
      LogEntry log =
          new LogEntry(
              ACCOUNT,
              List.of(word(), word(), word()),
              data(),
              block,
              hash,
              new TxHash(word()),
              i % 3);
      events.add(new StoredEvent(log, subject(kind, number)));
      block += i % 3 == 2 ? 1 : 0;
    }
    return events;
  }

  /// {@return the ids that an event of this kind names}
  private static EventSubject subject(EventKind kind, int number) {
    Optional<RequestId> request = Optional.of(new RequestId(Bytes32.ofWord(3L * number)));
    Optional<ClaimId> claim = Optional.of(new ClaimId(Bytes32.ofWord(3L * number + 1)));
    Optional<GameId> game = Optional.of(new GameId(Bytes32.ofWord(3L * number + 2)));
    return switch (kind) {
      case REQUESTED, REQUEST_EXTENDED ->
          new EventSubject(kind, request, Optional.empty(), Optional.empty());
      case CHALLENGED, GAME_ENDED -> new EventSubject(kind, Optional.empty(), claim, game);
      case MOVED -> new EventSubject(kind, Optional.empty(), Optional.empty(), game);
      default -> new EventSubject(kind, request, claim, Optional.empty());
    };
  }

  private Bytes32 word() {
    return new Bytes32(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
  }

  private Data data() {
    byte[] bytes = new byte[320];
    random.nextBytes(bytes);
    return Data.of(bytes);
  }

  private static double append(Store store, List<StoredEvent> events) {
    long start = System.nanoTime();
    for (int from = 0; from < events.size(); ) {
      int to = Math.min(events.size(), from + PIECE);
      while (to < events.size() && events.get(to).block() == events.get(to - 1).block()) {
        to++;
      }
      long number = events.get(to - 1).block();
      BlockRef upTo =
          new BlockRef(
              number, Bytes32.ofWord(number), Bytes32.ofWord(number - 1), number, Wei.ZERO);
      store.projection().append(upTo, events.subList(from, to), List.of());
      from = to;
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /// The same rows by JDBC alone, as durable, as many to a transaction.
  private static double insert(Path file, List<StoredEvent> events) throws SQLException {
    List<Object[]> rows = new ArrayList<>();
    for (StoredEvent event : events) {
      rows.add(row(event));
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("pragma journal_mode = wal");
        statement.execute("pragma synchronous = full");
      }
      connection.setAutoCommit(false);
      long start = System.nanoTime();
      try (PreparedStatement insert =
          connection.prepareStatement(
              "insert into event values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
        for (int i = 0; i < rows.size(); i++) {
          Object[] row = rows.get(i);
          for (int column = 0; column < row.length; column++) {
            insert.setObject(column + 1, row[column]);
          }
          insert.addBatch();
          if ((i + 1) % PIECE == 0 || i + 1 == rows.size()) {
            insert.executeBatch();
            connection.commit();
          }
        }
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  @SuppressWarnings("EnumOrdinal") // as the table has it
  private static Object[] row(StoredEvent event) {
    LogEntry log = event.log();
    byte[] topics = new byte[Bytes32.BYTES * log.topics().size()];
    for (int i = 0; i < log.topics().size(); i++) {
      log.topics().get(i).copyTo(topics, i * Bytes32.BYTES);
    }
    // As it is once it is known what the event belongs to.
    int number = (int) (new BigInteger(1, anyId(event).toArray()).longValue() / 3);
    return new Object[] {
      log.blockNumber(),
      log.index(),
      log.blockHash().toArray(),
      log.transaction().hash().toArray(),
      log.address().toArray(),
      topics,
      log.data().toArray(),
      (long) event.kind().ordinal(),
      Bytes32.ofWord(3L * number).toArray(),
      event.claim().isPresent() || event.game().isPresent()
          ? Bytes32.ofWord(3L * number + 1).toArray()
          : null,
      event.game().isPresent() ? Bytes32.ofWord(3L * number + 2).toArray() : null
    };
  }

  private static Bytes32 anyId(StoredEvent event) {
    return event
        .request()
        .map(RequestId::hash)
        .or(() -> event.claim().map(ClaimId::hash))
        .or(() -> event.game().map(GameId::hash))
        .orElseThrow();
  }
}
