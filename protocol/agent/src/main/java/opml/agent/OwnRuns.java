package opml.agent;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.game.claim.Availability;
import opml.game.claim.RequestId;
import opml.game.move.Parameters;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.hub.Picture.SeenRequest;

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
  private final RunShelf shelf = new RunShelf(Runtime.getRuntime().maxMemory() / 4);
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

  /// Begins a look at the chain, which leaves new runs only so much time.
  void look() {
    behind = false;
    computeUntil = System.nanoTime() + COMPUTING.toNanos();
  }

  /// {@return whether the last look left a run undone, for want of time}
  boolean areBehind() {
    return behind;
  }

  /// {@return the own run of what was asked; nothing, with the reason told, if this agent does not have it}
  Optional<Work> work(SeenRequest request) {
    Optional<Work> held = shelf.work(request.id());
    boolean none = shelf.known(request.id()).filter(known -> known.result().isEmpty()).isPresent();
    return held.isPresent() || none ? held : compute(request);
  }

  /// {@return what the own run of a request comes to, which a new run may be made for if there is still time in this
  /// look at the chain}
  Optional<Work.Result> result(SeenRequest request) {
    Optional<RunShelf.Known> known = shelf.known(request.id());
    if (known.isPresent()) {
      return known.get().result();
    }
    if (System.nanoTime() - computeUntil > 0) {
      behind = true;
      return Optional.empty();
    }
    return compute(request).map(Work::result);
  }

  private Optional<Work> compute(SeenRequest request) {
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
    long begin = System.nanoTime();
    Optional<Work> made;
    try {
      made = workshop.work(modelId, input);
    } catch (RuntimeException e) {
      // Whatever an input does to our software, it must not keep this agent from its other games.
      shelf.put(id, RunShelf.Known.NOTHING);
      skip.accept(what, "our run broke, which is a bug: " + e);
      return Optional.empty();
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (made.isEmpty()) {
      return made;
    }
    Work work = made.get();
    boolean first = shelf.known(id).isEmpty();
    shelf.put(id, work);
    shelf.put(
        id,
        new RunShelf.Known(
            Optional.of(work.result()), work.gasOfASide(), whyNotToStake(work, seconds)));
    if (first) {
      journal.tell(new Entry.Computed(id, work.result(), seconds));
    }
    return made;
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

  /// Lets go of all runs but those of these requests, and gives back what only disputes need of those not played.
  void tidy(Set<RequestId> alive, Set<RequestId> played) {
    shelf.keepOnly(alive);
    shelf.restAllBut(played);
  }
}
