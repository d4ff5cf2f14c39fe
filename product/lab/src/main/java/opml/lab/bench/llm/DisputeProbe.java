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
          OneDispute one = AnswerDispute.play(chain, model, BEGINNING);
          System.out.println(one.seconds() + " " + one.moves() + " " + one.gas());
        } catch (IllegalStateException e) {
          System.out.println("! " + e.getMessage());
        }
      }
    }
  }

  /// {@return a dispute about a model's answer}
  static Dispute play(OpenedModel subject, double goal) throws IOException {
    String file = subject.file().toAbsolutePath().toString();
    List<String> command = OwnJvm.command(Sides.options("auto"), DisputeProbe.class, List.of(file));
    try (TextProcess probe =
        new TextProcess("a dispute about " + subject.name(), command, Path.of("."))) {
      double[] found = probe.dispute();
      return new Dispute(subject.name(), found[0], (int) found[1], (long) found[2], goal);
    }
  }
}
