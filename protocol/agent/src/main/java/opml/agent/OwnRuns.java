package opml.agent;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.game.claim.Availability;
import opml.game.claim.RequestId;
import opml.game.move.Parameters;
import opml.game.work.NoRoomException;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.hub.Picture.SeenRequest;
import opml.proof.HeapBudget;
import org.jspecify.annotations.Nullable;

/// An agent's own runs of what was asked: makes them, knows what they come to, and whether bonds may be staked on them.
final class OwnRuns {
  /// What the interpreter does on an ordinary core, rounded down.
  private static final long MACHINE_STEPS_PER_SECOND = 200_000_000;

  /// How long new runs may keep an agent from looking at its games again.
  private static final Duration COMPUTING = Duration.ofSeconds(3);

  private final Workshop workshop;
  private final Function<RequestId, byte[]> inputs;
  private final Parameters terms;
  private final Agent.Caution caution;
  private final Journal journal;
  private final BiConsumer<String, String> skip;
  private final RunShelf shelf = new RunShelf(HeapBudget.shared()::valueBytes);
  private @Nullable Making beside;
  private boolean behind;
  private long computeUntil;

  /// @param inputs reads what was asked
  /// @param skip hears what is left alone, and why
  OwnRuns(
      Workshop workshop,
      Function<RequestId, byte[]> inputs,
      Parameters terms,
      Agent.Caution caution,
      Journal journal,
      BiConsumer<String, String> skip) {
    this.workshop = workshop;
    this.inputs = inputs;
    this.terms = terms;
    this.caution = caution;
    this.journal = journal;
    this.skip = skip;
  }

  /// Begins a look at the chain, which waits for new runs only so long.
  void look() {
    behind = false;
    computeUntil = System.nanoTime() + COMPUTING.toNanos();
    Making made = beside;
    if (made != null && made.task.isDone()) {
      beside = null;
      keep(made);
    }
  }

  /// {@return whether the last look left a run undone, for want of time}
  boolean areBehind() {
    return behind;
  }

  /// Does something about a game with the own run of what was asked, which is made again at once if it was let go: a
  /// clock runs. If this agent has no such run, or no room for it, the reason is told.
  void play(SeenRequest request, Consumer<Work> use) {
    if (held(request).isEmpty() && !isKnownToBeNone(request)) {
      Making now = beside;
      if (now != null && now.request.equals(request.id())) {
        beside = null;
        keep(now);
      } else {
        making(request)
            .ifPresent(
                making -> {
                  making.task.run();
                  keep(making);
                });
      }
    }
    use(request.id(), held(request), use);
  }

  /// Does something with the own run of what was asked, if there is time in this look at the chain to make it.
  void use(SeenRequest request, Consumer<Work> use) {
    if (held(request).isEmpty() && !isKnownToBeNone(request)) {
      makeInTime(request);
    }
    use(request.id(), held(request), use);
  }

  private void use(RequestId request, Optional<Work> work, Consumer<Work> use) {
    try {
      work.ifPresent(use);
    } catch (NoRoomException e) {
      skip.accept("request " + request, String.valueOf(e.getMessage()));
    } finally {
      shelf.fit();
    }
  }

  private Optional<Work> held(SeenRequest request) {
    return shelf.work(request.id());
  }

  private boolean isKnownToBeNone(SeenRequest request) {
    return shelf.known(request.id()).filter(known -> known.result().isEmpty()).isPresent();
  }

  /// {@return what the own run of a request comes to, which a new run may be made for if there is still time in this
  /// look at the chain}
  Optional<Work.Result> result(SeenRequest request) {
    if (shelf.known(request.id()).isEmpty()) {
      makeInTime(request);
    }
    return shelf.known(request.id()).flatMap(RunShelf.Known::result);
  }

  // ------------------------------------------------------------------ new runs

  /// A run that is being made, by whoever runs the task.
  private record Making(RequestId request, FutureTask<Made> task) {}

  private record Made(Optional<Work> work, double seconds) {}

  /// Makes a run on a thread of its own, one after the other, and waits for it as long as this look at the chain may:
  /// what takes longer is there at a later look, and meanwhile no game waits for it.
  private void makeInTime(SeenRequest request) {
    while (true) {
      Making now = beside;
      if (now == null) {
        Optional<Making> next = making(request);
        if (next.isEmpty()) {
          return;
        }
        now = next.get();
        beside = now;
        Thread.ofPlatform().daemon().name("run").start(now.task);
      }
      if (!isDoneInTime(now)) {
        behind = true;
        return;
      }
      beside = null;
      keep(now);
      if (now.request.equals(request.id())) {
        return;
      }
    }
  }

  private boolean isDoneInTime(Making making) {
    try {
      making.task.get(Math.max(0, computeUntil - System.nanoTime()), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException e) {
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// {@return how a run is made; nothing, with the reason told, if this agent does not have it}
  private Optional<Making> making(SeenRequest request) {
    RequestId id = request.id();
    String what = "request " + id;
    if (request.state().request().availability() != Availability.EMITTED) {
      shelf.put(id, RunShelf.Known.NOTHING);
      skip.accept(what, "the hub did not see its input, so no claim on it can be judged");
      return Optional.empty();
    }
    Bytes32 modelId = request.state().request().modelId();
    if (!workshop.knows(modelId)) {
      // It may be among them later.
      skip.accept(what, "model " + modelId + " is not among ours; it is left alone until it is");
      return Optional.empty();
    }
    byte[] input = inputs.apply(id);
    return Optional.of(
        new Making(
            id,
            new FutureTask<>(
                () -> {
                  long begin = System.nanoTime();
                  Optional<Work> work = workshop.work(modelId, input);
                  return new Made(work, (System.nanoTime() - begin) / 1e9);
                })));
  }

  /// Keeps a run, and what is known by it; waits for it if it is not done.
  private void keep(Making making) {
    RequestId id = making.request;
    Made made;
    try {
      made = making.task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      // Whatever an input does to our software, it must not keep this agent from its other games.
      shelf.put(id, RunShelf.Known.NOTHING);
      skip.accept(
          "request " + id,
          e.getCause() instanceof NoRoomException none
              ? String.valueOf(none.getMessage())
              : "our run broke, which is a bug: " + e.getCause());
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (made.work.isEmpty()) {
      return;
    }
    Work work = made.work.get();
    boolean first = shelf.known(id).isEmpty();
    shelf.put(id, work);
    if (first) {
      shelf.put(
          id,
          new RunShelf.Known(
              Optional.of(work.result()),
              work.gasOfASide(),
              work.claimEvidence().length,
              whyNotToStake(work, made.seconds)));
      journal.tell(new Entry.Computed(id, work.result(), made.seconds));
    }
  }

  /// {@return whether a bond may be staked on the run of a request. Who is in a game already plays on in any case}
  boolean mayEnter(RequestId request) {
    Optional<String> why = shelf.known(request).flatMap(RunShelf.Known::whyNot);
    why.ifPresent(reason -> skip.accept("request " + request, reason));
    return why.isEmpty();
  }

  /// {@return why this deployment's times or bonds are too small for a run that took so long, if they are: the rest of
  /// the window and of the allowance is for censorship, delays and reorganisations (`spec/protocol.md` §6)}
  private Optional<String> whyNotToStake(Work work, double seconds) {
    if (seconds > terms.window() / 4.0) {
      return Optional.of(
          "a run takes %.1f s, more than a quarter of the window of %d s"
              .formatted(seconds, terms.window()));
    }
    Optional<String> noRoom = work.whyNotToReplay();
    if (noRoom.isPresent()) {
      return noRoom;
    }
    double replay = (double) work.replaySteps() / MACHINE_STEPS_PER_SECOND;
    if (replay > terms.allowance() / 10.0) {
      return Optional.of(
          "replaying a node may take %.1f s, more than a tenth of the allowance of %d s"
              .formatted(replay, terms.allowance()));
    }
    Wei game = caution.survivedPrice().times(work.gasOfASide());
    if (game.compareTo(terms.challengeBond()) > 0) {
      return Optional.of(
          "a game about it may take %,d gas, %s at a price of %s: more than the %s of a challenge pay for"
              .formatted(work.gasOfASide(), game, caution.survivedPrice(), terms.challengeBond()));
    }
    return Optional.empty();
  }

  /// {@return a bound of the gas of a game about a request; of one without a run, that of any game}
  long gasOfASide(RequestId request) {
    return shelf
        .known(request)
        .filter(known -> known.result().isPresent())
        .map(RunShelf.Known::gasOfASide)
        .orElse(Work.GAS_OF_ANY_SIDE);
  }

  /// {@return the bytes that a claim of a run hands over; of a run that was not made, none}
  int evidenceBytes(RequestId request) {
    return shelf.known(request).map(RunShelf.Known::evidenceBytes).orElse(0);
  }

  /// Lets go of all runs but those of these requests, and gives back what only disputes need of those not played.
  void tidy(Set<RequestId> alive, Set<RequestId> played) {
    shelf.keepOnly(alive);
    shelf.restAllBut(played);
  }
}
