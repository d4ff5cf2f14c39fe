package opml.lab.bench.llm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import opml.ethereum.devchain.DevChain;
import opml.lab.bench.OwnJvm;
import opml.lab.bench.llm.LlmFigures.Dispute;
import opml.lab.scenario.OneDispute;
import opml.llm.model.LanguageModels;

/// A dispute about one token in a JVM of its own, which may run out of memory and take nobody with it.
public final class DisputeProbe {
  private static final String BEGINNING = "Once upon a time";

  private DisputeProbe() {}

  /// @param arguments the model's file
  public static void main(String[] arguments) throws IOException {
    var model = LanguageModels.open(Path.of(arguments[0]));
    try (BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        DevChain chain = DevChain.start()) {
      System.out.println(0);
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        try {
          DisputedToken token = DisputedToken.valueOf(line.split(" ", 2)[1]);
          OneDispute one = AnswerDispute.play(chain, model, BEGINNING, token);
          System.out.println(one.seconds() + " " + one.moves() + " " + one.gas());
        } catch (IllegalStateException e) {
          System.out.println("! " + e.getMessage());
        }
      }
    }
  }

  /// {@return a dispute about a model's answer}
  ///
  /// @param name of the model
  /// @param goal seconds, at most; NaN if none
  /// @throws opml.lab.bench.BenchException with the reason if it cannot be played to its end
  public static Dispute play(Path file, String name, DisputedToken token, double goal)
      throws IOException {
    List<String> command =
        OwnJvm.command(
            Sides.options("auto"), DisputeProbe.class, List.of(file.toAbsolutePath().toString()));
    try (TextProcess probe = new TextProcess("a dispute about " + name, command, Path.of("."))) {
      double[] found = probe.dispute(token);
      return new Dispute(name, found[0], (int) found[1], (long) found[2], goal);
    }
  }
}
