package opml.lab.scenario;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import opml.engine.commit.Model;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.ethereum.devchain.DevChain;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxReader;
import opml.game.move.Action;
import opml.hub.Journal.Entry;
import opml.kernels.catalog.PinnedPrograms;
import opml.mnist.DemoModel;
import opml.mnist.digit.Digit;
import opml.proof.GraphWork;
import opml.proof.GraphWorkshop;

/// Plays scenarios one after the other on one private chain, each on a hub of its own.
public final class Theatre {
  private final DevChain chain;
  private final Map<DemoModel, Model> models = new EnumMap<>(DemoModel.class);
  private final Map<DemoModel, GraphWorkshop> workshops = new EnumMap<>(DemoModel.class);
  private final Digit digit;

  /// @param digit what the requester wants to know
  public Theatre(DevChain chain, Digit digit) {
    this.chain = chain;
    this.digit = digit;
    for (DemoModel demo : DemoModel.values()) {
      Model model =
          Model.of(
              OnnxImporter.of(demo.fileName(), OnnxReader.parse(demo.fileName(), demo.onnx())),
              PinnedPrograms::of);
      models.put(demo, model);
      workshops.put(demo, new GraphWorkshop(List.of(model)));
    }
  }

  public Model model(DemoModel demo) {
    return Objects.requireNonNull(models.get(demo));
  }

  /// {@return the honest run of the digit}
  public GraphWork honestWork(DemoModel demo) {
    return workshop(demo).graphWork(model(demo), input(demo));
  }

  private GraphWorkshop workshop(DemoModel demo) {
    return Objects.requireNonNull(workshops.get(demo));
  }

  /// {@return the digit as a model takes it}
  public byte[] input(DemoModel demo) {
    return switch (demo) {
      case INT8 -> digit.pixels();
      case FLOAT ->
          Tensor.ofFloats(new Shape(List.of(1, 1, Digit.SIDE, Digit.SIDE)), digit.floats()).bytes();
    };
  }

  /// Plays a scenario and checks how it ended.
  ///
  /// @param audience hears what everybody does
  public Report play(Scenario scenario, Audience audience) {
    DemoModel demo = scenario.model();
    Stage stage = Stage.set(chain, model(demo));
    List<Long> refined = new ArrayList<>();
    long begin = System.nanoTime();
    Director director =
        new Director(
            stage,
            model(demo),
            input(demo),
            workshop(demo),
            (actor, entry) -> {
              if (entry instanceof Entry.Moved moved
                  && moved.move() instanceof Action.Refine refine) {
                refined.add(refine.disputed().first());
              }
              audience.saw(stage, actor.party(), entry);
            },
            why -> audience.waits(stage, why));
    audience.begins(
        "%s  (%s)".formatted(scenario.name(), demo.fileName()), scenario.story(), director);
    String outcome = "";
    List<String> failures = new ArrayList<>();
    try {
      scenario.script().direct(director);
      director.settle();
      outcome = director.outcome();
      failures.addAll(director.failures(scenario.expected()));
    } catch (RuntimeException e) {
      failures.add(String.valueOf(e));
    }
    double seconds = (System.nanoTime() - begin) / 1e9 - director.waitedSeconds();
    long instructions =
        refined.isEmpty() ? 0 : Liar.haltingStep(honestWork(demo).run(refined.getLast()));
    Report report =
        new Report(
            scenario.name(),
            demo.fileName(),
            scenario.expected(),
            outcome,
            failures.isEmpty(),
            director.moves(),
            director.disputeGas(),
            seconds,
            instructions,
            String.join("; ", failures));
    audience.ends(director, report);
    return report;
  }
}
