package opml.proof;

import java.util.Optional;
import opml.game.move.Parameters;

/// Whether a deployment's times suffice for what a bond comes to hang on: a run within a quarter of the window, the
/// replay of a node within a tenth of the allowance. The rest is for censorship, delays and reorganisations
/// (`spec/protocol.md` §1.7, §6).
///
/// @param terms of the deployment
/// @param stepsPerSecond that the machine executes here, by [MachineSpeed] or by whoever asks what if
public record TimeLimits(Parameters terms, double stepsPerSecond) {
  public TimeLimits {
    if (!(stepsPerSecond > 0)) {
      throw new IllegalArgumentException(
          "no machine executes " + stepsPerSecond + " steps a second");
    }
  }

  /// {@return why a run that took so many seconds is too long, if it is}
  public Optional<String> whyNotRun(double seconds) {
    return seconds > mostRun()
        ? Optional.of(
            "a run takes %.1f s, more than a quarter of the window of %d s"
                .formatted(seconds, terms.window()))
        : Optional.empty();
  }

  /// {@return why nodes cannot be replayed in time, if they cannot}
  ///
  /// @param steps a bound of the instructions of each
  public Optional<String> whyNotReplay(long steps) {
    double seconds = steps / stepsPerSecond;
    return seconds > mostReplay()
        ? Optional.of(
            "replaying a node may take %.1f s, more than a tenth of the allowance of %d s"
                .formatted(seconds, terms.allowance()))
        : Optional.empty();
  }

  /// {@return why a model is not run at all, if it is not: a stranger's, of which nobody has seen a run. Natively it
  /// would be faster, unless its inputs drive every node into the machine}
  ///
  /// @param steps a bound of the instructions of a whole run
  public Optional<String> whyNotTry(double steps) {
    double seconds = steps / stepsPerSecond;
    double most = Math.min(mostRun(), mostReplay());
    return seconds > most
        ? Optional.of(
            "a run may take %.0f s, this deployment's times leave %.0f s".formatted(seconds, most))
        : Optional.empty();
  }

  private double mostRun() {
    return terms.window() / 4.0;
  }

  private double mostReplay() {
    return terms.allowance() / 10.0;
  }
}
