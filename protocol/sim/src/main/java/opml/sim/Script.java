package opml.sim;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.agent.Budget;
import opml.core.account.Wei;
import opml.ethereum.send.SendPolicy;
import opml.game.move.Parameters;
import opml.sim.time.Clockwork;
import opml.sim.toy.Automaton;
import opml.sim.toy.AutomatonWork;
import opml.sim.toy.Deviation;

/// All that is to happen in a game besides what the agents do: drawn from a seed, and a value, so that a game that
/// fails can be played again with less.
///
/// What goes wrong stays within what the theorems assume (`spec/protocol.md` §6): all together takes honest sides less
/// time than they have.
///
/// @param seed of all that is left to chance while it is played
public record Script(
    long seed,
    Parameters terms,
    List<Automaton> models,
    List<Inquiry> inquiries,
    List<Persona> cast,
    List<Mishap> mishaps) {
  private static final long WINDOW_SLOTS = 150;
  private static final long ALLOWANCE_SLOTS = 200;
  private static final int FIRST_ACCOUNT = 0x100;

  /// While claims and challenges are made; and until all is settled.
  private static final long BUSY_SLOTS = 120;

  private static final long QUIET_SLOTS = 450;

  private static final Wei GAS_PRICE = SendPolicy.DEFAULT.maxFee();
  private static final BigInteger PERCENT = BigInteger.valueOf(100);

  public Script {
    models = List.copyOf(models);
    inquiries = List.copyOf(inquiries);
    cast = List.copyOf(cast);
    mishaps = List.copyOf(mishaps);
  }

  /// {@return the script of a seed}
  public static Script of(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Automaton model = model(random);
    List<Inquiry> inquiries = new ArrayList<>();
    int asked = random.nextInt(4) == 0 ? 2 : 1;
    for (int i = 0; i < asked; i++) {
      inquiries.add(
          new Inquiry(1 + random.nextLong(20), 0, random.nextLong(), 20 + random.nextLong(100)));
    }
    List<Persona> cast = cast(random, model);
    if (cast.stream().anyMatch(Persona::isLimited)) {
      // So that there is more to enter than fits.
      for (int more = random.nextInt(3); more > 0; more--) {
        inquiries.add(new Inquiry(1, 0, random.nextLong(), 20 + random.nextLong(100)));
      }
    }
    return new Script(
        random.nextLong(),
        Parameters.DEFAULT.withTimes(
            WINDOW_SLOTS * Clockwork.SLOT_SECONDS, ALLOWANCE_SLOTS * Clockwork.SLOT_SECONDS),
        List.of(model),
        inquiries,
        cast,
        mishaps(random, cast));
  }

  private static Automaton model(SplittableRandom random) {
    long nodes = 1 + random.nextLong(random.nextInt(4) == 0 ? 300 : 40);
    long stop = random.nextBoolean() ? nodes : 1 + random.nextLong(nodes);
    return new Automaton(nodes, 2 + random.nextInt(7), stop);
  }

  private static List<Persona> cast(SplittableRandom random, Automaton model) {
    List<Calling> callings = new ArrayList<>();
    int honest = random.nextInt(6);
    if (honest != 0) {
      callings.add(Calling.SERVER);
    }
    if (honest != 1) {
      callings.add(Calling.VERIFIER);
    }
    int crooks = 1 + random.nextInt(3);
    for (int i = 0; i < crooks; i++) {
      int draw = random.nextInt(8);
      callings.add(
          draw < 3
              ? Calling.LIAR
              : draw < 6 ? Calling.SHAM : draw == 6 ? Calling.MEDDLER : Calling.COPYCAT);
    }
    if (random.nextInt(3) == 0) {
      callings.add(Calling.CARETAKER);
    }
    if (random.nextInt(4) == 0) {
      callings.add(Calling.MONITOR);
    }
    List<Persona> cast = new ArrayList<>();
    for (Calling calling : callings) {
      boolean lies = calling == Calling.LIAR || calling == Calling.SHAM;
      cast.add(
          new Persona(
              FIRST_ACCOUNT + cast.size(),
              calling,
              lies ? lie(random, model) : Deviation.NONE,
              1 + random.nextLong(calling.isHonest() ? 10 : 30),
              budget(random, calling)));
    }
    return cast;
  }

  /// {@return a budget with room for some games, or for any}
  private static Budget budget(SplittableRandom random, Calling calling) {
    return calling.isHonest() && random.nextInt(3) == 0
        ? new Budget(
            limit(random, calling), limit(random, calling), limit(random, calling), GAS_PRICE)
        : Budget.unlimited(GAS_PRICE);
  }

  private static Optional<Wei> limit(SplittableRandom random, Calling calling) {
    if (random.nextInt(3) == 0) {
      return Optional.empty();
    }
    Wei bond =
        calling == Calling.SERVER
            ? Parameters.DEFAULT.claimBond()
            : Parameters.DEFAULT.challengeBond();
    Wei one = bond.plus(GAS_PRICE.times(AutomatonWork.GAS_OF_A_SIDE));
    // Some are a little too small for one.
    return Optional.of(new Wei(one.times(90 + random.nextInt(300)).value().divide(PERCENT)));
  }

  private static Deviation lie(SplittableRandom random, Automaton model) {
    Deviation.Kind[] kinds = Deviation.Kind.values();
    Deviation.Kind kind = kinds[1 + random.nextInt(kinds.length - 1)];
    if (kind == Deviation.Kind.BEYOND && model.stop() == model.nodes()) {
      kind = Deviation.Kind.INSTRUCTION;
    }
    long node =
        kind == Deviation.Kind.BEYOND
            ? model.stop() + random.nextLong(model.nodes() - model.stop())
            : random.nextLong(model.stop());
    return new Deviation(kind, node, random.nextLong(model.steps()));
  }

  private static List<Mishap> mishaps(SplittableRandom random, List<Persona> cast) {
    List<Mishap> mishaps = new ArrayList<>();
    int count = random.nextInt(5);
    Mishap.Kind[] kinds = Mishap.Kind.values();
    for (int i = 0; i < count; i++) {
      int whom = random.nextInt(3) == 0 ? 0 : cast.get(random.nextInt(cast.size())).number();
      long from = moment(random);
      Mishap.Kind kind = kinds[random.nextInt(kinds.length)];
      mishaps.add(
          switch (kind) {
            case CENSORSHIP, EVICTION -> new Mishap(kind, whom, from, 1 + random.nextLong(15), 0);
            case REORGANISATION ->
                new Mishap(
                    kind, whom, from, 1, 1 + random.nextInt(random.nextInt(4) == 0 ? 12 : 4));
            case DEARTH ->
                random.nextInt(3) == 0
                    ? new Mishap(kind, 0, from, 500, 2)
                    : new Mishap(kind, 0, from, 1 + random.nextLong(15), 2 + random.nextInt(9));
            case LOST_CALLS ->
                new Mishap(kind, whom, from, 1 + random.nextLong(15), 10 + random.nextInt(91));
            case LAG ->
                new Mishap(kind, whom, from, 1 + random.nextLong(10), 1 + random.nextInt(4));
            case LYING_VIEWS -> new Mishap(kind, whom, from, 1 + random.nextLong(15), 0);
            case LOST_EVENTS -> new Mishap(kind, whom, from, 1 + random.nextLong(4), 0);
            case RESTART ->
                new Mishap(
                    kind,
                    cast.get(random.nextInt(cast.size())).number(),
                    from,
                    1,
                    1 + random.nextInt(20));
          });
    }
    return mishaps;
  }

  /// {@return a slot: while claims and challenges are made, while claims are settled, or any}
  private static long moment(SplittableRandom random) {
    return switch (random.nextInt(3)) {
      case 0 -> 2 + random.nextLong(BUSY_SLOTS);
      case 1 -> WINDOW_SLOTS + random.nextLong(BUSY_SLOTS / 2);
      default -> 2 + random.nextLong(QUIET_SLOTS);
    };
  }

  /// {@return the slot by which all must be over, if anybody calls}
  long end() {
    long last = inquiries.stream().mapToLong(q -> q.slot() + q.patience()).max().orElse(0);
    return last + (1 + cast.size()) * (WINDOW_SLOTS + 2 * ALLOWANCE_SLOTS) + BUSY_SLOTS;
  }

  Script with(List<Inquiry> fewerInquiries, List<Persona> smaller, List<Mishap> fewer) {
    return new Script(seed, terms, models, fewerInquiries, smaller, fewer);
  }
}
