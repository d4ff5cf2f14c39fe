package opml.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import opml.agent.Host;
import opml.agent.Lookout;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.game.work.Workshop;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.sim.toy.Deviation;
import opml.store.Store;
import opml.store.StoreIdentity;
import opml.store.memory.MapStore;
import opml.store.sql.SqlStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What agents compute, over a store, by workers that are as slow as the test wants.
class JobsTest {
  private static final int REQUESTER = 1;
  private static final int OTHER = 2;
  private static final int SELF = 3;
  private static final int LIAR = 4;

  @TempDir private Path folder;

  private final SmallWorld world = new SmallWorld();
  private final List<Entry> told = new ArrayList<>();

  /// The inputs of the runs that were made.
  private final List<Long> made = new ArrayList<>();

  /// Jobs that nobody has done yet.
  private final Deque<Runnable> jobs = new ArrayDeque<>();

  JobsTest() {
    List.of(REQUESTER, OTHER, SELF, LIAR)
        .forEach(account -> world.chain.endow(SmallWorld.account(account), Wei.ether(100)));
  }

  private Workshop counting() {
    Workshop honest = world.workshop(Deviation.NONE);
    return (model, input) -> {
      made.add(ByteBuffer.wrap(Arrays.copyOf(input, Long.BYTES)).getLong() >> 1);
      return honest.work(model, input);
    };
  }

  private Lookout lookout(int account) {
    return new Lookout(world.hub(account, world.chain));
  }

  private Host host(Store store, int cores, Executor threads) {
    return world.host(store.jobs(), store.results(), cores, threads);
  }

  private Store store() {
    StoreIdentity identity = new StoreIdentity(1, SmallWorld.account(SELF), Bytes32.ZERO, 0);
    return SqlStore.sqlite(folder.resolve("node.db"), identity, SmallWorld.account(SELF));
  }

  @Test
  void aKilledProcessRunsNothingAgainOnlyToSeeThatClaimsAreRight() {
    world.ask(REQUESTER, 5);
    world.server(lookout(OTHER), Deviation.NONE, Journal.SILENT).tick();
    for (int process = 1; process <= 3; process++) {
      try (Store store = store()) {
        Verifier verifier =
            world.verifier(lookout(SELF), counting(), told::add, host(store, 2, Runnable::run));
        verifier.look();
        world.pass(1);
        verifier.look();
        assertThat(store.jobs().all()).isEmpty();
        assertThat(store.results().newest(10)).hasSize(5);
      }
    }
    assertThat(made).hasSize(5);
    assertThat(told).noneMatch(Entry.Challenged.class::isInstance);
  }

  @Test
  void aProcessThatIsKilledBetweenJobsGoesOnWithThoseThatAreLeft() {
    world.ask(REQUESTER, 6);
    world.server(lookout(OTHER), Deviation.NONE, Journal.SILENT).tick();
    for (int process = 0; process < 3; process++) {
      try (Store store = store()) {
        Verifier verifier =
            world.verifier(lookout(SELF), counting(), told::add, host(store, 2, jobs::add));
        verifier.look();
        jobs.poll().run();
        jobs.poll().run();
        jobs.clear();
        assertThat(store.results().newest(10)).hasSize(2 * process + 2);
        assertThat(store.jobs().all()).hasSize(6 - 2 * process - 2);
      }
    }
    assertThat(made).as("none twice").hasSize(6).doesNotHaveDuplicates();
  }

  @Test
  void aWrongClaimOfBeforeTheRestartIsChallengedAndTheRunIsMadeForItsGame() {
    world.ask(REQUESTER, 1);
    world
        .server(lookout(LIAR), new Deviation(Deviation.Kind.INSTRUCTION, 1, 1), Journal.SILENT)
        .tick();
    Lookout poor = lookout(SELF);
    try (Store store = store()) {
      // It sees that the claim is wrong, and is killed before it has its work.
      Verifier killed = world.verifier(poor, counting(), told::add, host(store, 1, jobs::add));
      killed.look();
      jobs.poll().run();
      jobs.clear();
    }
    try (Store store = store()) {
      Verifier next =
          world.verifier(lookout(SELF), counting(), told::add, host(store, 1, Runnable::run));
      for (int look = 0; look < 3; look++) {
        next.tick();
        world.pass(1);
      }
    }
    assertThat(told).filteredOn(Entry.Challenged.class::isInstance).hasSize(1);
    assertThat(made).hasSize(2);
  }

  @Test
  void rolesShareWorkersAndRunsAndTheMostUrgentComesFirst() {
    try (Store store =
        new MapStore(new StoreIdentity(1, SmallWorld.account(SELF), Bytes32.ZERO, 0))) {
      world.ask(REQUESTER, 3);
      Server other = world.server(lookout(OTHER), Deviation.NONE, Journal.SILENT);
      other.tick();
      world.ask(REQUESTER, 2);
      Lookout lookout = lookout(SELF);
      Host host = host(store, 1, jobs::add);
      Workshop workshop = counting();
      Server server = world.server(lookout, workshop, told::add, host);
      Verifier verifier = world.verifier(lookout, workshop, told::add, host);
      server.look();
      verifier.look();
      assertThat(jobs).as("one at a time").hasSize(1);
      assertThat(told).as("and nobody waited").noneMatch(Entry.Computed.class::isInstance);
      while (!jobs.isEmpty()) {
        jobs.poll().run();
        assertThat(jobs).hasSizeLessThanOrEqualTo(1);
      }
      assertThat(made).as("each once, whoever wants it").hasSize(5).doesNotHaveDuplicates();
      assertThat(made.subList(1, 3)).as("claims before requests").allMatch(input -> input < 3);
      assertThat(made.subList(3, 5)).allMatch(input -> input >= 3);
    }
  }

  @Test
  void whatSomebodyElsesRightClaimHasMadeFinalIsNotComputedAnyMore() {
    Store store = new MapStore(new StoreIdentity(1, SmallWorld.account(SELF), Bytes32.ZERO, 0));
    world.ask(REQUESTER, 2);
    Host host = host(store, 1, jobs::add);
    Server server = world.server(lookout(SELF), counting(), told::add, host);
    server.look();
    assertThat(jobs).hasSize(1);
    Server other = world.server(lookout(OTHER), Deviation.NONE, Journal.SILENT);
    other.tick();
    world.pass(100_000);
    other.tick();
    for (int look = 0; look < 3; look++) {
      server.look();
      world.pass(1);
    }
    assertThat(store.jobs().all()).isEmpty();
    while (!jobs.isEmpty()) {
      jobs.poll().run();
    }
    assertThat(made).as("the one that had begun").hasSizeLessThanOrEqualTo(1);
    store.close();
  }
}
