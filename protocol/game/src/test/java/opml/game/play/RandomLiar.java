package opml.game.play;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.GameId;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.Interval;
import opml.game.move.Partition;
import opml.game.move.Position;
import opml.game.referee.RefusedCallException;
import opml.game.referee.Rules;
import opml.game.toy.ToyLie;
import opml.game.toy.ToyTrace;
import opml.game.trace.Trace;

/// Makes random moves, true and false, in every game it is a side of, and now and then none any more.
final class RandomLiar implements Player {
  private static final int ATTEMPTS = 8;
  private static final List<ToyLie> LIES = List.of(ToyLie.values());

  private final Market market;
  private final Address self;
  private final RandomGenerator random;
  private final double persistence;

  /// @param persistence how likely it is to answer at all
  RandomLiar(Market market, Address self, RandomGenerator random, double persistence) {
    this.market = market;
    this.self = self;
    this.random = random;
    this.persistence = persistence;
  }

  @Override
  public Address self() {
    return self;
  }

  @Override
  public List<Action> actions() {
    for (GameId id : market.games()) {
      Game game = market.hub().game(id);
      if (game.isPlayed()
          && game.account(game.onTurn()).equals(self)
          && random.nextDouble() < persistence) {
        Optional<Action.Move> move = move(game);
        if (move.isPresent()) {
          return List.of(move.get());
        }
      }
    }
    return List.of();
  }

  /// {@return a challenge of a right claim}
  List<Bytes32> challenge() {
    ToyTrace truth = market.truth();
    List<Bytes32> states = new ArrayList<>(list(truth, new Interval(0, truth.length())));
    states.set(states.size() - 1, market.wrongState());
    return states;
  }

  private Optional<Action.Move> move(Game game) {
    Rules referee = new Rules(market.format(), market.toy());
    for (int i = 0; i < ATTEMPTS; i++) {
      Action.Move move = any(game);
      try {
        referee.move(game, self, move, market.now());
        return Optional.of(move);
      } catch (RefusedCallException _) {
        // Another one, then.
      }
    }
    return Optional.empty();
  }

  private Action.Move any(Game game) {
    Position position = game.position();
    int part = random.nextInt(position.parts());
    Interval disputed = position.part(part);
    ToyTrace level = market.truth();
    for (long step : game.path()) {
      Optional<Trace> below = level.refine(step);
      if (below.isEmpty()) {
        return new Action.Execute(position, part); // off the true run: nothing sensible to say
      }
      level = (ToyTrace) below.get();
    }
    if (!disputed.isSingleStep()) {
      return new Action.Dissect(position, part, list(level, disputed));
    }
    if (market.format().isLast(position.level())) {
      return new Action.Execute(position, part);
    }
    List<Bytes32> states =
        level
            .refine(disputed.first())
            .map(below -> list((ToyTrace) below, new Interval(0, below.length())))
            .orElse(List.of());
    return new Action.Refine(position, part, states);
  }

  private List<Bytes32> list(ToyTrace trace, Interval interval) {
    Partition partition = market.format().partition(interval.length());
    List<Bytes32> states = new ArrayList<>();
    for (long index : interval.ends(partition)) {
      ToyLie lie = random.nextBoolean() ? ToyLie.TRUTH : LIES.get(random.nextInt(LIES.size()));
      states.add(lie.about(market.toy(), trace, index));
    }
    if (states.getLast().equals(trace.at(interval.end())) && random.nextBoolean()) {
      states.removeLast();
      states.add(ToyLie.WRONG.about(market.toy(), trace, interval.end()));
    }
    return states;
  }
}
