package opml.game.play;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import opml.core.hash.Bytes32;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.Interval;
import opml.game.move.Partition;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.game.toy.ToyTrace;
import opml.game.trace.Trace;

/// What every action of an honest side satisfies. The rules are stated by the true trace alone, without the
/// solver's own notions.
///
/// @param name what must hold
/// @param rationale why it must
record HonestRule(String name, String rationale, Predicate<Choice> holds) {

  /// An action, and what it was chosen in.
  ///
  /// @param truth the true trace of the game's level
  /// @param answered the numbers of the positions that were answered before in this game
  record Choice(
      Game game, Action action, Side side, long now, ToyTrace truth, Set<Long> answered) {}

  static final List<HonestRule> ALL =
      List.of(
          new HonestRule(
              "posts no false state",
              "a false state of one's own is one that the other side can prove wrong",
              HonestRule::postsTheTruth),
          new HonestRule(
              "accepts no false assertion",
              "disputing a part accepts all before it, and a step from a false state proves nothing",
              choice ->
                  ifMove(
                      choice,
                      move -> {
                        Position position = choice.game().position();
                        for (int j = 0; j < move.part(); j++) {
                          if (!isTrue(choice, j)) {
                            return false;
                          }
                        }
                        return position
                            .before(move.part())
                            .equals(choice.truth().at(move.disputed().first()));
                      })),
          new HonestRule(
              "disputes only what is false",
              "a true assertion cannot be refuted, so the clock would run out",
              choice -> ifMove(choice, move -> !isTrue(choice, move.part()))),
          new HonestRule(
              "moves only on its turn",
              "the contract refuses anything else, and the gas is lost",
              choice -> ifMove(choice, move -> choice.game().onTurn() == choice.side())),
          new HonestRule(
              "moves only in time",
              "a late move is refused, and says that the agent believes another clock than the chain",
              choice ->
                  ifMove(
                      choice, move -> choice.game().clock().isInTime(choice.side(), choice.now()))),
          new HonestRule(
              "names the position that it answers",
              "a reorg may put another position there",
              choice -> ifMove(choice, move -> move.answered().equals(choice.game().position()))),
          new HonestRule(
              "answers no position twice",
              "every position is answered once, so a second answer is a bug that costs gas",
              choice ->
                  ifMove(choice, move -> !choice.answered().contains(move.answered().move()))),
          new HonestRule(
              "calls time only on the other side, when it is late",
              "calling it on oneself loses, and calling it early is refused",
              choice ->
                  !(choice.action() instanceof Action.Timeout)
                      || choice.game().onTurn() != choice.side()
                          && choice.game().clock().isLate(choice.game().onTurn(), choice.now())),
          new HonestRule(
              "acts only in a game that is played",
              "after the end there is nothing to win",
              choice -> choice.game().isPlayed()),
          new HonestRule(
              "does in a game only what concerns it",
              "settlements are decided elsewhere",
              choice ->
                  choice.action() instanceof Action.Move
                      || choice.action() instanceof Action.Timeout));

  /// Checks all rules.
  static void check(Choice choice) {
    for (HonestRule rule : ALL) {
      if (!rule.holds().test(choice)) {
        throw new AssertionError(
            "The honest side %s, because %s. It did not: %s"
                .formatted(rule.name(), rule.rationale(), choice));
      }
    }
  }

  private static boolean ifMove(Choice choice, Predicate<Action.Move> holds) {
    return !(choice.action() instanceof Action.Move move) || holds.test(move);
  }

  private static boolean isTrue(Choice choice, int part) {
    Position position = choice.game().position();
    return position.after(part).equals(choice.truth().at(position.part(part).end()));
  }

  private static boolean postsTheTruth(Choice choice) {
    return switch (choice.action()) {
      case Action.Dissect dissect -> isTrue(choice.truth(), dissect.disputed(), dissect.states());
      case Action.Refine refine -> {
        Optional<Trace> below = choice.truth().refine(refine.disputed().first());
        yield refine.saysItIsOver()
            ? below.isEmpty()
            : below.isPresent()
                && isTrue(below.get(), new Interval(0, below.get().length()), refine.states());
      }
      case Action.Execute _,
          Action.Timeout _,
          Action.Challenge _,
          Action.Reclaim _,
          Action.Resolve _,
          Action.Expire _,
          Action.Withdraw _ ->
          true;
    };
  }

  private static boolean isTrue(Trace truth, Interval interval, List<Bytes32> states) {
    return truth.at(interval, new Partition(interval.length(), states.size())).equals(states);
  }
}
