package opml.lab.scenario;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import opml.game.move.Parameters;
import opml.mnist.DemoModel;

/// Every scenario that is played for real, over both models.
public final class Scenarios {
  static final String REFUTED = "request expired, claim dead";
  static final String UPHELD = "request final, claim final";

  private static final Parameters MONEY = Stage.PARAMETERS;

  private Scenarios() {}

  /// {@return all scenarios, in the order in which they are best told}
  public static List<Scenario> all() {
    List<Scenario> all = new ArrayList<>();
    for (DemoModel model : DemoModel.values()) {
      boolean isFloat = model == DemoModel.FLOAT;
      int last = isFloat ? 6 : 4;
      all.add(honest(model, isFloat));
      all.addAll(lies(model, isFloat, last));
      all.addAll(silences(model, last));
      all.addAll(shams(model, isFloat, last));
      all.addAll(crowds(model, last));
      all.addAll(restarts(model, isFloat, last));
      all.addAll(HostileCallbacks.all(model));
    }
    return List.copyOf(all);
  }

  private static Scenario honest(DemoModel model, boolean told) {
    return new Scenario(
        "honest and unchallenged",
        "A server answers honestly, a verifier agrees, and the result becomes final.",
        model,
        UPHELD,
        told,
        play -> {
          play.honestServer("server");
          play.honestVerifier("verifier");
          play.play();
          expectFeePaid(play, "server");
        });
  }

  // ------------------------------------------------------------------ a server lies

  private static List<Scenario> lies(DemoModel model, boolean isFloat, int last) {
    List<Scenario> lies = new ArrayList<>();
    lies.add(
        lie(
            "lie in the output only",
            "The server runs everything honestly and changes one logit at the very end.",
            model,
            isFloat,
            new Lie.InElement(last, 3)));
    lies.add(
        lie(
            "lie in one element of one node",
            "The server changes one element in the middle of the network; all that follows is consistent with it.",
            model,
            isFloat,
            new Lie.InElement(isFloat ? 3 : 1, 17)));
    lies.add(
        lie(
            "lie in one instruction",
            "The server's machine computes one instruction wrongly.",
            model,
            !isFloat,
            new Lie.InInstruction(last, 1000)));
    lies.add(
        lie(
            "lie in the padding",
            "The server claims that the machine's memory changed after it had halted.",
            model,
            false,
            new Lie.InPadding(last)));
    lies.add(
        lie(
            "other input",
            "The server turns the image around before it runs the model.",
            model,
            isFloat,
            new Lie.OtherInput()));
    lies.add(
        lie(
            "other weights",
            "The server runs a model with other weights.",
            model,
            false,
            new Lie.OtherWeights()));
    lies.add(
        lie(
            "other parameters",
            "The server runs one node with another parameter.",
            model,
            false,
            new Lie.OtherParameter(2)));
    return lies;
  }

  private static Scenario lie(String name, String story, DemoModel model, boolean told, Lie lie) {
    return new Scenario(
        name,
        story,
        model,
        REFUTED,
        told,
        play -> {
          play.lyingServer("server", lie);
          play.honestVerifier("verifier");
          play.play();
          expectClaimDead(play, "server", "verifier");
        });
  }

  // ------------------------------------------------------------------ somebody falls silent

  private static List<Scenario> silences(DemoModel model, int last) {
    List<Scenario> silences = new ArrayList<>();
    // 1 is the claim; then the liar's moves of a game of up to 8 positions.
    for (int actions = 1; actions <= 4; actions++) {
      int count = actions;
      silences.add(
          new Scenario(
              "liar silent after " + (count - 1) + " moves",
              "A lying server stops answering and runs out of time.",
              model,
              REFUTED,
              false,
              play -> {
                play.lyingServer("server", new Lie.InElement(last, 1)).silentAfter(count);
                play.honestVerifier("verifier");
                play.play();
                expectClaimDead(play, "server", "verifier");
              }));
    }
    for (int actions = 1; actions <= 4; actions++) {
      int count = actions;
      silences.add(
          new Scenario(
              "challenger silent after " + count + " moves",
              "Somebody challenges an honest server and stops answering.",
              model,
              UPHELD,
              false,
              play -> {
                play.honestServer("server");
                play.shamVerifier("sham", new Lie.InElement(last, 1)).silentAfter(count);
                play.play();
                expectFeePaid(play, "server");
                expectShamLost(play, "sham", "server");
              }));
    }
    silences.add(
        new Scenario(
            "nobody answers",
            "No server takes the request; the requester has the fee back.",
            model,
            "request expired",
            false,
            play -> {
              play.honestVerifier("verifier");
              play.play();
            }));
    return silences;
  }

  // ------------------------------------------------------------------ an honest server is
  // challenged

  private static List<Scenario> shams(DemoModel model, boolean isFloat, int last) {
    return List.of(
        sham(
            "challenger with random states",
            "Somebody challenges with states that mean nothing.",
            model,
            false,
            new Lie.Nonsense(0)),
        sham(
            "copycat challenger",
            "Somebody copies the right states, all but the last: this drained the original opML.",
            model,
            isFloat,
            new Lie.Nonsense(last)),
        sham(
            "challenger with a consistent lie",
            "Somebody challenges with a run that is wrong in one element.",
            model,
            !isFloat,
            new Lie.InElement(last, 2)),
        sham(
            "challenger with a lie in the padding",
            "Somebody says that the machine goes on after its end.",
            model,
            false,
            new Lie.InPadding(last)),
        sham(
            "challenger with other weights",
            "Somebody challenges with another model's run.",
            model,
            false,
            new Lie.OtherWeights()));
  }

  private static Scenario sham(String name, String story, DemoModel model, boolean told, Lie lie) {
    return new Scenario(
        name,
        story,
        model,
        UPHELD,
        told,
        play -> {
          play.honestServer("server");
          play.shamVerifier("sham", lie);
          play.play();
          expectFeePaid(play, "server");
          expectShamLost(play, "sham", "server");
        });
  }

  // ------------------------------------------------------------------ many at once

  private static List<Scenario> crowds(DemoModel model, int last) {
    return List.of(
        new Scenario(
            "eight challengers at once",
            "Eight shams challenge one honest server, each with another lie.",
            model,
            UPHELD,
            false,
            play -> {
              play.honestServer("server");
              for (int i = 0; i < 8; i++) {
                play.shamVerifier(
                    "sham " + i,
                    i % 2 == 0 ? new Lie.InElement(i % last, i) : new Lie.Nonsense(i % last));
                expectShamLost(play, "sham " + i, i, "server");
              }
              play.play();
              expectFeePaid(play, "server");
            }),
        new Scenario(
            "sham and honest challenger against a liar",
            "A sham challenges a liar and plays to lose; the honest verifier's own game decides.",
            model,
            REFUTED,
            false,
            play -> {
              play.lyingServer("server", new Lie.InElement(last, 1));
              play.shamVerifier("sham", new Lie.Nonsense(last)).silentAfter(1);
              play.honestVerifier("verifier");
              play.play();
              play.expectGain("server", bond().negate());
              // The claim dies in the verifier's game; the sham's is void then, and its bond comes
              // back. The reward goes in equal parts to both: nobody can tell them apart.
              BigInteger half = share(MONEY.challengerShare()).divide(BigInteger.TWO);
              play.expectGain("verifier", half);
              play.expectGain("sham", half);
              play.expectGain("requester", share(MONEY.requesterShare()));
            }),
        new Scenario(
            "honest server beside a liar",
            "A liar claims first; an honest server claims beside it, and its result becomes final.",
            model,
            "request final, claim dead, claim final",
            false,
            play -> {
              play.lyingServer("liar", new Lie.InElement(last, 1));
              play.honestServer("server");
              play.honestVerifier("verifier");
              play.play();
              expectFeePaid(play, "server");
              expectClaimDead(play, "liar", "verifier");
            }));
  }

  private static List<Scenario> restarts(DemoModel model, boolean isFloat, int last) {
    return List.of(
        new Scenario(
            "restarts between any two moves",
            "Both agents are killed and started anew before every look at the chain.",
            model,
            REFUTED,
            isFloat,
            play -> {
              play.lyingServer("server", new Lie.InElement(last, 1)).mortal();
              play.honestVerifier("verifier").mortal();
              play.play();
              expectClaimDead(play, "server", "verifier");
            }),
        new Scenario(
            "honest server restarts between any two moves",
            "An honest server that is killed all the time wins its game all the same.",
            model,
            UPHELD,
            false,
            play -> {
              play.honestServer("server").mortal();
              play.shamVerifier("sham", new Lie.InElement(last, 1)).mortal();
              play.play();
              expectFeePaid(play, "server");
              expectShamLost(play, "sham", "server");
            }));
  }

  // ------------------------------------------------------------------ who gains what

  static void expectFeePaid(Director play, String server) {
    play.expectGain(server, Director.FEE.value());
    play.expectGain("requester", Director.FEE.value().negate());
  }

  /// The fee of a request whose claim died comes back when it expires.
  static void expectClaimDead(Director play, String liar, String winner) {
    play.expectGain(liar, bond().negate());
    play.expectGain(winner, share(MONEY.challengerShare()));
    play.expectGain("requester", share(MONEY.requesterShare()));
  }

  static void expectShamLost(Director play, String sham, String server) {
    expectShamLost(play, sham, 0, server);
  }

  /// What a crowd adds to a bond burns.
  ///
  /// @param ahead games that were open already
  private static void expectShamLost(Director play, String sham, long ahead, String server) {
    play.expectGain(sham, MONEY.challengeBondBeside(ahead).negate());
    play.expectGain(server, MONEY.challengeBond().value());
  }

  private static BigInteger bond() {
    return MONEY.claimBond().value();
  }

  private static BigInteger share(int parts) {
    return bond().multiply(BigInteger.valueOf(parts)).divide(BigInteger.valueOf(Parameters.WHOLE));
  }
}
