package opml.game.play;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.GameIdentity;
import opml.game.move.Action;
import opml.game.move.Allowance;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.move.GameStatus;
import opml.game.move.Interval;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.game.referee.RefusedCallException;
import opml.game.referee.Rules;
import opml.game.solver.Solver;
import opml.game.toy.Toy;
import opml.game.toy.ToyLie;
import opml.game.toy.ToyTrace;

/// Plays every game that there is between the solver and a side that may do anything: any part, any list, any pace, and
/// silence at any move. Whatever the other side does is tried on the referee, and what the referee refuses is not done.
///
/// At every position the three invariants of theorem T1 are checked, and at every action of the honest side all of
/// [HonestRule]. The first violation is thrown.
///
/// A position that the honest side posted is determined by its path and interval, for its states are the true ones;
/// so what can follow it is searched once, unless `remember` is false.
final class Search {
  static final Address SERVER = Address.ofHex("0x00000000000000000000000000000000000005e0");
  static final Address CHALLENGER = Address.ofHex("0x00000000000000000000000000000000000000ca");
  static final Allowance ALLOWANCE = new Allowance(100);
  private static final ClaimId CLAIM = new ClaimId(new Bytes32(1, 2, 3, 4));

  private final Toy toy;
  private final Rules rules;
  private final Side honest;
  private final Solver solver;
  private final Lists lists;
  private final List<ToyLie> lies;
  private final long[] paces;
  private final boolean remember;
  private final ToyTrace truth;
  private final Map<Seen, Long> seen = new HashMap<>();
  private final Set<Long> answered = new HashSet<>();
  private long games;
  private long refused;
  private long longest;

  private record Seen(List<Long> path, long first, long length) {}

  /// @param lies what the other side may say at each place
  /// @param paces how many seconds the other side may take for a move
  Search(Toy toy, Rules rules, Side honest, List<ToyLie> lies, boolean remember, long... paces) {
    this.toy = toy;
    this.rules = rules;
    this.honest = honest;
    this.solver = new Solver(rules.format());
    this.lists = new Lists(toy, lies);
    this.lies = lies;
    this.paces = paces;
    this.remember = remember;
    this.truth = toy.trace();
  }

  /// Plays them all.
  Search run() {
    switch (honest) {
      case CHALLENGER -> againstEveryClaim();
      case SERVER -> againstEveryChallenge();
    }
    if (longest > toy.movesAtMost(rules.format())) {
      throw new AssertionError(longest + " moves in a game of " + toy);
    }
    return this;
  }

  /// {@return how many games were played to the end, those that share a remembered rest counted once}
  long games() {
    return games;
  }

  /// {@return how many moves the referee refused}
  long refused() {
    return refused;
  }

  /// {@return the moves of the longest game, challenge included}
  long longest() {
    return longest;
  }

  private void againstEveryClaim() {
    for (ToyLie lie : lies) {
      Bytes32 claimed = lie.about(toy, truth, truth.length());
      if (!claimed.equals(truth.at(truth.length()))) {
        seen.clear();
        Game game = challenge(claimed, solver.opening(truth));
        checkInvariants(game, claimed);
        longest = Math.max(longest, 1 + otherSide(game, 0));
      }
    }
  }

  private void againstEveryChallenge() {
    Bytes32 claimed = truth.at(truth.length());
    lists.forEach(
        truth,
        new Interval(0, truth.length()),
        rules.format().partition(truth.length()),
        list -> {
          try {
            Game game = challenge(claimed, list);
            checkInvariants(game, claimed);
            longest = Math.max(longest, 1 + honestSide(game, 0));
          } catch (RefusedCallException _) {
            refused++;
          }
        });
  }

  private Game challenge(Bytes32 claimed, List<Bytes32> list) {
    GameIdentity identity = new GameIdentity(CLAIM, 0, CHALLENGER);
    return rules.challenge(identity, SERVER, claimed, truth.opening(), list, ALLOWANCE, 0);
  }

  /// {@return how many moves may still be made, the other side being on turn}
  private long otherSide(Game game, long now) {
    Position position = game.position();
    Seen key = new Seen(game.path(), position.first(), position.length());
    Long known = remember ? seen.get(key) : null;
    if (known != null) {
      return known;
    }
    silence(game);
    long[] most = {0};
    ToyTrace level = truth.along(game.path());
    Address self = game.account(honest.other());
    for (int part = 0; part < position.parts(); part++) {
      Interval disputed = position.part(part);
      int j = part;
      attempt(game, self, new Action.Execute(position, j), now, most);
      attempt(game, self, new Action.Refine(position, j, List.of()), now, most);
      lists.forEach(
          level,
          disputed,
          rules.format().partition(disputed.length()),
          list -> attempt(game, self, new Action.Dissect(position, j, list), now, most));
      if (!rules.format().isLast(position.level())) {
        level
            .refine(disputed.first())
            .ifPresent(
                below ->
                    lists.forEach(
                        (ToyTrace) below,
                        new Interval(0, below.length()),
                        rules.format().partition(below.length()),
                        list ->
                            attempt(game, self, new Action.Refine(position, j, list), now, most)));
      }
    }
    if (remember) {
      seen.put(key, most[0]);
    }
    return most[0];
  }

  private void attempt(Game game, Address self, Action.Move move, long now, long[] most) {
    for (long pace : paces) {
      Game next;
      try {
        next = rules.move(game, self, move, now + pace);
      } catch (RefusedCallException _) {
        refused++;
        continue;
      }
      if (next.status() != GameStatus.RUNNING) {
        throw new AssertionError("The dishonest side won by " + move);
      }
      checkInvariants(next, move.answered().after(move.part()));
      most[0] = Math.max(most[0], 1 + honestSide(next, now + pace));
    }
  }

  /// {@return how many moves may still be made, the honest side being on turn}
  private long honestSide(Game game, long now) {
    List<Action> actions = solver.actions(game, truth, honest, now);
    if (!(actions.size() == 1 && actions.getFirst() instanceof Action.Move move)) {
      throw new AssertionError("The honest side has no move: " + actions + " in " + game);
    }
    if (!actions.equals(solver.actions(game, truth, honest, now))) {
      throw new AssertionError("The solver does not answer the same again in " + game);
    }
    check(game, move, now);
    Game next = rules.move(game, game.account(honest), move, now);
    if (next.status() != GameStatus.RUNNING) {
      if (next.status() != GameStatus.wonBy(honest)) {
        throw new AssertionError("The honest side lost by " + move);
      }
      games++;
      return 1;
    }
    checkInvariants(next, move.answered().after(move.part()));
    answered.add(move.answered().move());
    long moves = 1 + otherSide(next, now);
    answered.remove(move.answered().move());
    return moves;
  }

  /// The other side never moves again: the honest one waits until it is late, calls time, and has won.
  private void silence(Game game) {
    long last = game.clock().lastMoment(game.onTurn());
    if (!solver.actions(game, truth, honest, last).isEmpty()) {
      throw new AssertionError("The honest side does not wait for the clock in " + game);
    }
    List<Action> actions = solver.actions(game, truth, honest, last + 1);
    if (!actions.equals(List.of(new Action.Timeout(game.id())))) {
      throw new AssertionError("The honest side does not call time: " + actions + " in " + game);
    }
    check(game, actions.getFirst(), last + 1);
    if (rules.timeout(game, last + 1).status() != GameStatus.wonBy(honest)) {
      throw new AssertionError("The honest side lost by the clock in " + game);
    }
    games++;
  }

  private void check(Game game, Action action, long now) {
    HonestRule.check(
        new HonestRule.Choice(
            game, action, honest, now, truth.along(game.path()), Set.copyOf(answered)));
  }

  /// Theorem T1.
  ///
  /// @param disputed what the position's list was posted against
  private void checkInvariants(Game game, Bytes32 disputed) {
    Position position = game.position();
    ToyTrace level = truth.along(game.path());
    if (!position.start().equals(level.at(position.first()))) {
      throw new AssertionError("The start is not true in " + game);
    }
    List<Bytes32> states = level.at(position.interval(), position.partition());
    if (position.poster() == honest && !position.states().equals(states)) {
      throw new AssertionError("The honest side's list is not true in " + game);
    }
    if (position.poster() != honest && position.states().getLast().equals(states.getLast())) {
      throw new AssertionError(
          "The other side's last state is true, against " + disputed + " in " + game);
    }
  }

  static Rules rules(Toy toy, int arity) {
    return new Rules(new GameFormat(arity, toy.levels()), toy);
  }
}
