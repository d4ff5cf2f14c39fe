package opml.lab.scenario;

import opml.mnist.DemoModel;

/// One play: who takes part, and how it must end.
///
/// @param name as `./opml demo --all` lists it
/// @param story one sentence for people
/// @param model which of our models is asked
/// @param expected the outcome in the words of [Director#outcome()]
/// @param told whether `./opml demo` tells it
public record Scenario(
    String name, String story, DemoModel model, String expected, boolean told, Script script) {
  /// Sets up the parties, plays, and says who must have gained what.
  @FunctionalInterface
  public interface Script {
    void direct(Director director);
  }
}
