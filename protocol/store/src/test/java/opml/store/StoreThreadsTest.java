package opml.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.TxHash;
import opml.hub.EventKind;
import opml.hub.EventSubject;
import opml.hub.IntentKey;
import opml.hub.IntentKind;
import opml.store.devcluster.PostgresCluster;
import opml.store.memory.MapStore;
import opml.store.sql.SqlStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// Several threads on one store.
class StoreThreadsTest {
  private static final int THREADS = 4;
  private static final int JOBS = 30;
  private static final int BLOCKS = 40;
  private static final int EVENTS_A_BLOCK = 5;
  private static final Address ACCOUNT = Address.ofHex("aa".repeat(Address.BYTES));

  @TempDir private Path folder;

  @Test
  void onMaps() throws Exception {
    try (Store store = new MapStore(StoreScript.IDENTITY)) {
      use(store);
    }
  }

  @Test
  void onSqlite() throws Exception {
    try (Store store = SqlStore.sqlite(folder.resolve("store.db"), StoreScript.IDENTITY, ACCOUNT)) {
      use(store);
    }
  }

  @Test
  @EnabledIf(value = PostgresCluster.IS_INSTALLED, disabledReason = PostgresCluster.MISSING)
  void onPostgres() throws Exception {
    try (PostgresCluster cluster = PostgresCluster.start(folder);
        Store store = SqlStore.postgres(cluster.url("postgres"), StoreScript.IDENTITY, ACCOUNT)) {
      use(store);
    }
  }

  private static void use(Store store) throws Exception {
    everyJobIsTakenOnceAndEveryDecisionStandsOnce(store);
    whatIsReadIsWhole(store);
  }

  private static void everyJobIsTakenOnceAndEveryDecisionStandsOnce(Store store) throws Exception {
    for (int i = 0; i < JOBS; i++) {
      store.jobs().add(new JobKey(JobKind.RUN, Bytes32.ofWord(i)), 0, i, new byte[0]);
    }
    List<Callable<List<JobKey>>> workers = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      String owner = "worker " + i;
      int deadline = i;
      workers.add(
          () -> {
            List<JobKey> taken = new ArrayList<>();
            Optional<Job> job = store.jobs().take(owner, 0, 100);
            while (job.isPresent()) {
              JobKey key = job.get().key();
              taken.add(key);
              IntentKey answer = new IntentKey(IntentKind.CLAIM, Bytes32.ofWord(taken.size()));
              Intent intent =
                  new Intent(answer, ACCOUNT, ACCOUNT, Data.EMPTY, Wei.ZERO, deadline, 0);
              Intent standing = store.outbox().note(intent).intent();
              assertThat(store.outbox().note(intent).intent()).isEqualTo(standing);
              assertThat(store.jobs().finish(key, owner)).isTrue();
              job = store.jobs().take(owner, 0, 100);
            }
            return taken;
          });
    }
    List<JobKey> taken = new ArrayList<>();
    run(workers).forEach(taken::addAll);
    assertThat(taken).hasSize(JOBS).doesNotHaveDuplicates();
    assertThat(store.jobs().all()).isEmpty();
    Set<IntentKey> keys = new HashSet<>();
    store.outbox().unmined().forEach(row -> keys.add(row.intent().key()));
    assertThat(store.outbox().unmined()).hasSameSizeAs(keys).isNotEmpty();
  }

  private static void whatIsReadIsWhole(Store store) throws Exception {
    AtomicBoolean isOver = new AtomicBoolean();
    List<Callable<Integer>> threads = new ArrayList<>();
    threads.add(
        () -> {
          try {
            for (int i = 0; i < BLOCKS; i++) {
              append(store, store.projection().position() + 1);
              if (i % 7 == 6) {
                store.projection().undo(store.projection().position() - 2);
              }
            }
          } finally {
            isOver.set(true);
          }
          return 0;
        });
    for (int i = 1; i < THREADS; i++) {
      threads.add(
          () -> {
            do {
              assertThat(store.projection().between(0, Long.MAX_VALUE).size() % EVENTS_A_BLOCK)
                  .as("blocks are there as a whole")
                  .isZero();
            } while (!isOver.get());
            return 0;
          });
    }
    assertThat(run(threads)).hasSize(THREADS);
  }

  private static void append(Store store, long number) {
    Bytes32 hash = Bytes32.ofWord(number);
    List<StoredEvent> events = new ArrayList<>();
    for (int i = 0; i < EVENTS_A_BLOCK; i++) {
      events.add(
          new StoredEvent(
              new LogEntry(ACCOUNT, List.of(), Data.EMPTY, number, hash, new TxHash(hash), i),
              new EventSubject(
                  EventKind.UNREADABLE, Optional.empty(), Optional.empty(), Optional.empty())));
    }
    BlockRef block = new BlockRef(number, hash, Bytes32.ofWord(number - 1), number, Wei.ZERO);
    store.projection().append(block, events, List.of());
  }

  private static <T> List<T> run(List<Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    List<T> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
      for (Future<T> future : threads.invokeAll(tasks)) {
        results.add(future.get());
      }
    }
    return results;
  }
}
