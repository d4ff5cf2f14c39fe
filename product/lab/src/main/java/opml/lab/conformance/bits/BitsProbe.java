package opml.lab.conformance.bits;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.engine.commit.Model;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.Team;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.formats.ModelLoader;
import opml.formats.onnx.Bindings;
import opml.kernels.catalog.PinnedPrograms;
import opml.proof.NodeMachines;
import opml.twins.Twins;

/// Runs a model in this JVM, over several numbers of threads and of inputs, and prints a line for each: the kernels
/// that this JVM has, threads, inputs, the hash of all outputs, and that of all final states.
///
/// It is started in a JVM of its own by [BitsConformance].
public final class BitsProbe {
  private BitsProbe() {}

  /// @param arguments the model file, and the words of a question
  public static void main(String[] arguments) throws IOException {
    BitsQuestion question = BitsQuestion.of(List.of(arguments).subList(1, arguments.length));
    Model model = model(Path.of(arguments[0]), question.bindings());
    Twins.Choice choice = Twins.choice();
    for (int threads : question.threads()) {
      try (Team team = new Team(threads)) {
        GraphRunner runner =
            GraphRunner.natively(model.graph(), choice.kernels(), new NodeMachines(model), team);
        for (int batch : question.batches()) {
          System.out.printf(
              "%s %d %d %s%n",
              choice.name(), threads, batch, hashes(model, runner, question, batch));
        }
      }
    }
  }

  private static Model model(Path file, Bindings bindings) throws IOException {
    return Model.of(ModelLoader.graph(file, bindings), PinnedPrograms::of);
  }

  private static String hashes(Model model, GraphRunner runner, BitsQuestion question, int batch) {
    List<MemorySegment> inputs = new ArrayList<>();
    List<Bytes32> states = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(question.seed());
    for (int i = 0; i < batch; i++) {
      MemorySegment input = ChanceInputs.input(model, random, question.below());
      inputs.add(input);
      byte[] bytes = input.toArray(ValueLayout.JAVA_BYTE);
      states.add(GraphExecution.run(model, bytes, runner).finalState().commitment());
    }
    return outputs(runner.runAll(inputs)) + " " + states(states);
  }

  /// {@return a hash of the final states of all inputs}
  static Bytes32 states(List<Bytes32> commitments) {
    Preimage states = Preimage.tagged("states");
    commitments.forEach(states::word);
    return states.hash();
  }

  private static Bytes32 outputs(List<GraphRunner.Result> results) {
    Preimage outputs = Preimage.tagged("outputs");
    for (GraphRunner.Result result : results) {
      outputs.word(
          switch (result) {
            case GraphRunner.Result.Finished(Tensor output) -> Keccak.hash(output.bytes());
            case GraphRunner.Result.Failed(int node) -> Bytes32.ofWord(node);
          });
    }
    return outputs.hash();
  }
}
