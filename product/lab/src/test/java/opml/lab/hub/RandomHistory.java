package opml.lab.hub;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import opml.agent.Agent;
import opml.ethereum.chain.ChainException;
import opml.game.work.Workshop;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.hub.Picture;
import opml.hub.Terms;
import opml.lab.play.Scene;
import opml.lab.play.TestModels;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;

/// Everybody does something now and then.
final class RandomHistory {
  private final Scene scene;
  private final Random random;
  private final List<Agent> agents = new ArrayList<>();

  RandomHistory(Scene scene, Random random) {
    this.scene = scene;
    this.random = random;
    Liar liar = new Liar(scene.model(), new Lie.InLastStep(1, 3));
    Workshop other = new Liar(scene.model(), new Lie.InLastStep(0, 1));
    agents.add(scene.server(2, Journal.SILENT));
    agents.add(scene.server(3, liar, Journal.SILENT));
    agents.add(scene.verifier(4, Journal.SILENT));
    agents.add(scene.verifier(5, liar, Journal.SILENT));
    agents.add(scene.verifier(6, other, Journal.SILENT));
  }

  String happen() {
    try {
      return happened(random.nextInt(16));
    } catch (ChainException.Reverted e) {
      return "nothing: " + e.getMessage();
    }
  }

  private String happened(int what) {
    Picture picture = scene.picture();
    Hub hub = scene.hub(7);
    return switch (what) {
      case 0, 1 -> {
        long deadline = scene.now() + random.nextInt(3000);
        scene
            .hub(random.nextInt(8))
            .request(
                scene.model().id(),
                Terms.until(deadline),
                TestModels.input(random.nextInt(4), 2, 3),
                Scene.FEE);
        yield "request";
      }
      case 2 -> {
        scene.dev().increaseTime(Duration.ofSeconds(random.nextInt(1500)));
        yield "time";
      }
      case 3 -> {
        picture.requests().keySet().forEach(request -> attempt(() -> hub.expire(request)));
        yield "expire";
      }
      case 4 -> {
        picture.claims().keySet().forEach(claim -> attempt(() -> hub.resolve(claim)));
        yield "resolve";
      }
      case 5 -> {
        picture.games().keySet().forEach(game -> attempt(() -> hub.timeout(game)));
        yield "timeout";
      }
      case 6 -> {
        picture.games().keySet().forEach(game -> attempt(() -> hub.reclaim(game)));
        yield "reclaim";
      }
      default -> {
        agents.get(random.nextInt(agents.size())).tick();
        yield "tick";
      }
    };
  }

  private static void attempt(Runnable call) {
    try {
      call.run();
    } catch (ChainException.Reverted e) {
      // It was not due.
    }
  }

  Set<Object> seen(Picture picture) {
    Set<Object> seen = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
    picture.requests().values().forEach(r -> seen.add("request " + r.state().status()));
    picture.claims().values().forEach(c -> seen.add("claim " + c.state().status()));
    picture.games().values().forEach(g -> seen.add("game " + g.status()));
    return seen;
  }
}
