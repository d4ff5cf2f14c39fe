package opml.cli.story;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import opml.cli.console.Amounts;
import opml.cli.console.IntervalBar;
import opml.engine.commit.CommittedNode;
import opml.ethereum.send.GasMeter;
import opml.game.move.Action;
import opml.game.move.Interval;
import opml.hub.Journal.Entry;
import opml.lab.scenario.Audience;
import opml.lab.scenario.Director;
import opml.lab.scenario.Party;
import opml.lab.scenario.Report;
import opml.lab.scenario.Stage;
import opml.proof.GraphWork;
import opml.proof.MachineRun;

/// Tells a play while it happens: what each party says, the interval that shrinks move by move, the node and then the
/// instruction that is left, and who is paid what.
final class Storyteller implements Audience {
  private static final int BAR_COLUMNS = 40;

  private final Consumer<String> out;
  private final int number;
  private final Question question;

  /// Who has computed something already, and what was refused already.
  private final Set<String> awake = new HashSet<>();

  private final Set<String> refusals = new HashSet<>();

  private Optional<Director> director = Optional.empty();
  private long refinedStep;
  private int moves;

  /// @param number of this story, from 1
  Storyteller(Consumer<String> out, int number, Question question) {
    this.out = out;
    this.number = number;
    this.question = question;
  }

  @Override
  public void begins(String title, String story, Director play) {
    director = Optional.of(play);
    out.accept("");
    out.accept("%d. %s".formatted(number, title));
    out.accept("   " + story);
    out.accept("");
    say("requester", "%s, and pays %s for the answer".formatted(question.asked(), Director.FEE));
  }

  @Override
  public void saw(Stage stage, Party party, Entry entry) {
    String who = party.name();
    switch (entry) {
      case Entry.Computing computing ->
          say(
              who,
              computing.of()
                      == 0 // weights are read, or an answer is found that the graph then checks
                  ? "runs the model, for " + Amounts.seconds(computing.seconds()) + " so far"
                  : "runs the model: step %,d of %,d".formatted(computing.step(), computing.of()));
      case Entry.Computed computed ->
          say(
              who,
              awake.add(who)
                  ? "%s, %s"
                      .formatted(
                          question.found(computed.result()), Amounts.seconds(computed.seconds()))
                  : "was killed, starts again, and rereads the chain");
      case Entry.Audited audited ->
          say(
              who,
              "tries node step %,d in the machine: %s"
                  .formatted(audited.step(), audited.difference().orElse("the same")));
      case Entry.Claimed claimed -> say(who, "claims it, with a bond of " + claimed.bond());
      case Entry.Challenged challenged -> {
        move();
        say(
            who,
            "disagrees, and challenges with a bond of %s; what it deposits above that comes back"
                .formatted(stage.deployment().parameters().challengeBond()));
        bar(
            "nodes",
            new Interval(0, play().model().graph().steps()),
            play().model().graph().steps());
      }
      case Entry.Moved moved -> moved(who, moved.move());
      case Entry.TimedOut _ -> say(who, "ends the game: the other side's clock has run out");
      case Entry.Reclaimed _ -> say(who, "takes the bond of a void game back");
      case Entry.Resolved _ -> say(who, "settles the claim: the result is final");
      case Entry.Delivered delivered ->
          say(
              who,
              "tells the requester's contract the "
                  + (delivered.isFinal() ? "final" : "provisional")
                  + " result");
      case Entry.Expired _ -> say(who, "ends the request");
      case Entry.Withdrew withdrew -> say(who, "is paid " + withdrew.amount());
      case Entry.Arrived _ -> say(who, "sees that what it sent before is in a block");
      case Entry.Refused refused -> {
        if (refusals.add(who + refused)) {
          say(who, "tries to go on, and the contract refuses: reverted " + refused.why());
        }
      }
      case Entry.Overtaken _ -> {
        // Somebody else did it; they have been told of.
      }
      case Entry.Would would -> say(who, "would do this, if it did anything: " + would.action());
      case Entry.WouldClaim would ->
          say(who, "would claim it with a bond of %s".formatted(would.bond()));
      case Entry.WouldDeliver _ -> say(who, "would tell the requester's contract");
      case Entry.Judged judged ->
          say(who, "judges claim %s: %s".formatted(judged.claim(), judged.verdict()));
      case Entry.Foretold foretold ->
          say(who, "foretells game %s: %s".formatted(foretold.game(), foretold.forecast()));
      case Entry.Alarm alarm -> say(who, "is alarmed by " + alarm.what() + ": " + alarm.why());
      case Entry.Trouble trouble ->
          say(who, "has trouble with " + trouble.what() + ": " + trouble.why());
      case Entry.Poor poor ->
          say(who, "has %s free, and needs %s".formatted(poor.balance(), poor.needed()));
      case Entry.Skipped skipped -> say(who, "leaves " + skipped.what() + ": " + skipped.why());
    }
  }

  @Override
  public void waits(Stage stage, String why) {
    out.accept("   ~ " + why + " ~");
  }

  @Override
  public void ends(Director play, Report report) {
    out.accept("");
    for (Party party : play.stage().parties()) {
      GasMeter.Usage used = party.meter().total();
      say(
          party.name(),
          "%s, and pays %s for %s gas"
              .formatted(gain(party.gain()), used.fees(), Amounts.count(used.gas())));
    }
    say("burnt", Amounts.eth(play.stage().burnt()));
    out.accept(
        "   => %s; %d moves, %s, the hub holds %s%s"
            .formatted(
                report.outcome(),
                report.moves(),
                Amounts.seconds(report.seconds()),
                play.stage().held(),
                report.ok() ? "" : "; THIS IS WRONG: " + report.failure()));
    out.accept(
        "      claims, games and settlements take %s of the %s gas"
            .formatted(Amounts.count(report.gas()), Amounts.count(play.stage().gas())));
  }

  private void moved(String who, Action.Move move) {
    move();
    switch (move) {
      case Action.Dissect dissect -> {
        say(who, "disputes part " + (dissect.part() + 1) + " of it");
        boolean nodes = dissect.answered().level() == 0;
        bar(nodes ? "nodes" : "instructions", dissect.disputed(), total(nodes));
      }
      case Action.Refine refine -> {
        refinedStep = refine.disputed().first();
        CommittedNode node = node();
        if (refine.saysItIsOver()) {
          say(who, "shows that the program was over before: nothing may change any more");
          return;
        }
        say(
            who,
            "accepts the state before node %d, not the one after it: %s, %s"
                .formatted(refinedStep, node.node().name(), node.node().kernel().name()));
        bar("instructions", new Interval(0, total(false)), total(false));
      }
      case Action.Execute execute -> executed(who, execute);
    }
  }

  private void executed(String who, Action.Execute execute) {
    long step = execute.disputed().first();
    say(who, "has the contract execute instruction " + Amounts.count(step) + ":");
    GraphWork honest = play().honestWork();
    play()
        .lyingWork()
        .ifPresent(
            liar -> {
              MachineRun lie = liar.work().run(refinedStep);
              for (String line :
                  new DisputedStep(node(), step).lines(honest.run(refinedStep), liar.name(), lie)) {
                out.accept("              " + line);
              }
            });
    out.accept(
        "              the contract's result is not %s: the game is over"
            .formatted(Amounts.brief(execute.answered().after(execute.part()))));
  }

  private void move() {
    moves++;
  }

  private void say(String who, String what) {
    out.accept("   %-10s %s".formatted(who, what));
  }

  private void bar(String unit, Interval interval, long total) {
    out.accept(
        "     move %-3d %s %s of %s %s"
            .formatted(
                moves,
                IntervalBar.of(interval.first(), interval.length(), total, BAR_COLUMNS),
                Amounts.count(interval.length()),
                Amounts.count(total),
                unit));
  }

  private long total(boolean nodes) {
    return nodes ? play().model().graph().steps() : node().descriptor().steps();
  }

  private CommittedNode node() {
    return play().model().nodes().get((int) (refinedStep % play().model().nodes().size()));
  }

  private Director play() {
    return director.orElseThrow();
  }

  private static String gain(BigInteger wei) {
    return switch (wei.signum()) {
      case 0 -> "neither gains nor loses";
      case 1 -> "gains " + Amounts.eth(wei);
      default -> "loses " + Amounts.eth(wei.negate());
    };
  }
}
