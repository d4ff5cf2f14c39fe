package opml.cli.command.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.ValueText;
import opml.cli.option.NamedValues;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.Team;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.StringModel;
import opml.formats.onnx.StringRunner;
import opml.formats.strings.ModelValue;
import opml.twins.Twins;
import org.jspecify.annotations.Nullable;

/// Runs a model that has strings, natively alone.
record StringModelRun(Console console, StringModel model) {
  /// Runs it, and shows and writes what it gives.
  ///
  /// @throws Failure if an input is wrong, or a node cannot take what it is given
  void run(Map<String, ModelValue> inputs, Optional<NamedValues> files) {
    long begin = System.nanoTime();
    Map<String, ModelValue> said;
    try {
      said = new StringRunner(model, StringModelRun::part).run(inputs);
    } catch (IllegalArgumentException e) {
      throw Failure.misuse(String.valueOf(e.getMessage()), e);
    } catch (IllegalStateException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    List<ValueText> outputs = new ArrayList<>();
    said.forEach((name, value) -> outputs.add(new ValueText(name, value)));
    List<Map<String, @Nullable Object>> objects = outputs.stream().map(ValueText::object).toList();
    console.show(
        Json.object("model", null, "outputs", objects, "seconds", seconds),
        () -> String.join("\n", outputs.stream().map(ValueText::toString).toList()));
    files.ifPresent(some -> some.write(said, file -> console.say("written to " + file)));
  }

  private static StringRunner.Part part(Graph graph) {
    GraphRunner runner =
        GraphRunner.natively(graph, Twins.provider(), NodeRunner.unavailable(), Team.shared());
    return input ->
        switch (runner.run(input)) {
          case GraphRunner.Result.Finished(Tensor output) -> output.data();
          case GraphRunner.Result.Failed(int node) ->
              throw new IllegalStateException(
                  "the model fails on this input, in node " + graph.nodes().get(node).name());
        };
  }
}
