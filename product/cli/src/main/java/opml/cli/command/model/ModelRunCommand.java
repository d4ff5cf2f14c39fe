package opml.cli.command.model;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.OutputText;
import opml.cli.option.BindOptions;
import opml.cli.option.InputOptions;
import opml.cli.option.ModelFile;
import opml.cli.option.NamedValues;
import opml.cli.option.OutputFiles;
import opml.cli.option.OutputOptions;
import opml.cli.option.StringModelFile;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.graph.Port;
import opml.engine.plan.GraphRunner;
import opml.formats.onnx.StringModel;
import opml.lab.conformance.operators.MachineCheck;
import opml.proof.Frames;
import opml.proof.GraphWorkshop;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Runs a model on this machine.
@Command(
    name = "run",
    description = "Runs a model on an input, without any chain.",
    footer = {
      "  opml model run mnist.onnx --input seven.pgm",
      "  opml model run mnist.onnx --input t10k-images-idx3-ubyte --index 61 --vm",
      "  opml model run mnist.onnx --input image.npy --output logits.npy",
      "  opml model run resnet50.onnx --input cat.jpg --image-scale 0.0039215686 \\",
      "      --image-mean 0.485,0.456,0.406 --image-std 0.229,0.224,0.225",
      "  opml model run two.onnx --input ids=ids.npy --input mask=mask.json \\",
      "      --output pooled=out.npy",
      "  opml model run words.onnx --input text=words.json --output parts=parts.json"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ModelRunCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Parameters(paramLabel = "FILE.onnx", description = "The model.")
  private Path file;

  @Mixin private InputOptions input;
  @Mixin private OutputOptions output;
  @Mixin private BindOptions bind;

  @Option(names = "--vm", description = "Run every node also in the machine, and compare the bits.")
  private boolean machine;

  @Override
  public Integer call() {
    input.requireThere("");
    Optional<StringModel> strings = StringModelFile.find(file, bind.bindings());
    if (strings.isPresent()) {
      return run(strings.get());
    }
    Model model = ModelFile.load(file, bind.bindings(), console);
    Port said = model.graph().output();
    Optional<OutputFiles> written = output.files(Optional.of(said));
    byte[] bytes = input.read(Optional.of(model.graph().input()), model.descriptor().inputBytes());
    GraphRunner runner = GraphWorkshop.runner(model);
    long begin = System.nanoTime();
    Frames frames = GraphWorkshop.frames(model, runner, bytes);
    double seconds = (System.nanoTime() - begin) / 1e9;
    Frames.Frame last = frames.at(frames.length());
    if (last.state().status() == GraphState.Status.FAILED) {
      throw new Failure(file + ": the model fails on this input: a node ends neither with 0 nor 1");
    }
    begin = System.nanoTime();
    Optional<MachineCheck.Outcome> checked =
        machine ? Optional.of(new MachineCheck(model).compare(frames)) : Optional.empty();
    double machineSeconds = (System.nanoTime() - begin) / 1e9;
    checked
        .flatMap(MachineCheck.Outcome::difference)
        .ifPresent(
            node -> {
              throw new Failure(file + ": native run and machine differ at " + node);
            });
    byte[] values = last.slot(said.slot()).toArray(ValueLayout.JAVA_BYTE);
    OutputText text = new OutputText(said, values);
    Map<String, @Nullable Object> object = Json.object("model", model.id());
    object.putAll(OutputText.fields(Optional.of(text)));
    object.putAll(
        Json.object(
            "finalState", last.state().commitment(),
            "seconds", seconds,
            "vmSteps", checked.map(MachineCheck.Outcome::steps),
            "vmSeconds", checked.map(_ -> machineSeconds)));
    console.show(
        object,
        () ->
            text
                + checked
                    .map(
                        outcome ->
                            "%n%s machine steps in %s, the same bits in every node"
                                .formatted(
                                    Amounts.count(outcome.steps()),
                                    Amounts.seconds(machineSeconds)))
                    .orElse(""));
    written.ifPresent(files -> files.write(console, Optional.of(said), values));
    return 0;
  }

  private int run(StringModel strings) {
    if (machine) {
      throw new Failure("%s: no --vm: %s".formatted(file, strings.whereStringsAre()));
    }
    Optional<NamedValues> written = output.values(strings.outputs());
    new StringModelRun(console, strings).run(input.read(strings.inputs()), written);
    return 0;
  }
}
