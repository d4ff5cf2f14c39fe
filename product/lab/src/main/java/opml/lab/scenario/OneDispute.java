package opml.lab.scenario;

import java.util.ArrayList;
import java.util.List;
import opml.engine.commit.Model;
import opml.ethereum.devchain.DevChain;
import opml.game.move.Action;
import opml.hub.Journal.Entry;
import opml.proof.GraphWorkshop;

/// One dispute over any model, on a hub of its own: one of the two lies, the other is honest, and both are the agents
/// that `serve` and `verify` run. It is played until all is settled and paid out, and it is an error if it does not end
/// as it must: the liar loses his bond, and every balance is right to the wei.
///
/// @param moves the transactions of the game itself: its challenge, its dissections and refinements, and the execution
///     that ends it; a game that ends by time has one less
/// @param gas of the claim, of these moves, and of what settles the game, all sides together
/// @param seconds from the request to the last payment, the runs of both sides included; passing of the chain's time is
///     not
/// @param played the moves behind the challenge, in their order
public record OneDispute(int moves, long gas, double seconds, List<Action.Move> played) {
  public OneDispute {
    played = List.copyOf(played);
  }

  /// A server lies, and an honest verifier challenges it.
  ///
  /// @param input exactly the model's input bytes
  public static OneDispute ofLyingServer(DevChain chain, Model model, byte[] input, Lie lie) {
    return play(
        chain,
        model,
        input,
        Scenarios.REFUTED,
        play -> {
          play.lyingServer("server", lie);
          play.honestVerifier("verifier");
          play.play();
          Scenarios.expectClaimDead(play, "server", "verifier");
        });
  }

  /// A server is honest, and a verifier who lies challenges it.
  ///
  /// @param input exactly the model's input bytes
  public static OneDispute ofSham(DevChain chain, Model model, byte[] input, Lie lie) {
    return play(
        chain,
        model,
        input,
        Scenarios.UPHELD,
        play -> {
          play.honestServer("server");
          play.shamVerifier("sham", lie);
          play.play();
          Scenarios.expectFeePaid(play, "server");
          Scenarios.expectShamLost(play, "sham", "server");
        });
  }

  /// Somebody claims another answer than a language model's own, and a verifier refutes it; an honest server answers
  /// beside them, and is paid.
  ///
  /// @param honest knows the model, which checks its output
  /// @param input exactly the model's input bytes
  /// @param audience hears what everybody does
  public static OneDispute ofAnswer(
      DevChain chain,
      GraphWorkshop honest,
      Model model,
      byte[] input,
      Liar liar,
      String title,
      Audience audience) {
    return play(
        chain,
        honest,
        model,
        input,
        "request final, claim dead, claim final",
        play -> {
          audience.begins(title, "Somebody lies about one token.", play);
          play.lyingServer("liar", liar);
          // An honest server makes no run for its claim, and would be the first.
          play.playUntilClaimed();
          play.honestVerifier("verifier");
          play.honestServer("server");
          play.play();
          Scenarios.expectClaimDead(play, "liar", "verifier");
          Scenarios.expectFeePaid(play, "server");
        },
        audience);
  }

  private static OneDispute play(
      DevChain chain, Model model, byte[] input, String expected, Scenario.Script script) {
    GraphWorkshop honest = new GraphWorkshop(List.of(model));
    return play(chain, honest, model, input, expected, script, Audience.SILENT);
  }

  private static OneDispute play(
      DevChain chain,
      GraphWorkshop honest,
      Model model,
      byte[] input,
      String expected,
      Scenario.Script script,
      Audience audience) {
    Stage stage = Stage.set(chain, model);
    List<Action.Move> played = new ArrayList<>();
    long begin = System.nanoTime();
    Director director =
        new Director(
            stage,
            model,
            input,
            honest,
            (actor, entry) -> {
              if (entry instanceof Entry.Moved moved) {
                played.add(moved.move());
              }
              audience.saw(stage, actor.party(), entry);
            },
            why -> audience.waits(stage, why));
    script.direct(director);
    director.settle();
    double seconds = (System.nanoTime() - begin) / 1e9 - director.waitedSeconds();
    List<String> failures = director.failures(expected);
    if (!failures.isEmpty()) {
      throw new IllegalStateException("the dispute: " + String.join("; ", failures));
    }
    OneDispute dispute = new OneDispute(director.moves(), director.disputeGas(), seconds, played);
    audience.ends(
        director,
        new Report(
            "dispute",
            "",
            expected,
            director.outcome(),
            true,
            dispute.moves(),
            dispute.gas(),
            seconds,
            0,
            ""));
    return dispute;
  }
}
