package opml.lab.bench.ground;

import java.time.Duration;
import java.util.Optional;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;

/// A liar, who claims something wrong beside whoever claims, and a sham, who challenges what is right: agents like
/// others, but for what their runs say, at a good node.
public final class Attackers {
  private static final Duration POLL = Duration.ofMillis(300);

  private Attackers() {}

  /// Starts both, until the ground is closed.
  ///
  /// @param liar its account
  /// @param sham its account
  public static void start(Ground ground, int liar, int sham) {
    Liar lies = new Liar(ground.model(), new Lie.InElement(4, 1));
    Server.Policy beside = new Server.Policy(Optional.empty(), true, 1, 0);
    ground.start(
        ground.agent(
            ground.dev().url(),
            liar,
            POLL,
            (hub, journal) -> new Server(hub, lies, journal, beside)));
    ground.start(
        ground.agent(
            ground.dev().url(), sham, POLL, (hub, journal) -> new Verifier(hub, lies, journal)));
  }
}
