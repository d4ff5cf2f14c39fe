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
import opml.engine.graph.Port;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.Team;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.formats.ModelLoader;
import opml.proof.NodeMachines;
import opml.twins.Twins;

/// Runs a model in this JVM, over several numbers of threads and of inputs, and prints a line for each: the kernels
/// that this JVM has, threads, inputs, the hash of all outputs, and that of all final states.
///
/// Inputs are random, the same everywhere. It is started in a JVM of its own by [BitsConformance].
public final class BitsProbe {
  static final int[] THREADS = {1, 2, 8};
  static final int[] BATCHES = {1, 16};

  private static final long SEED = 16;

  private BitsProbe() {}

  /// @param arguments the model file
  public static void main(String[] arguments) throws IOException {
    Model model = ModelLoader.load(Path.of(arguments[0]));
    Twins.Choice choice = Twins.choice();
    for (int threads : THREADS) {
      try (Team team = new Team(threads)) {
        GraphRunner runner =
            GraphRunner.natively(model.graph(), choice.kernels(), new NodeMachines(model), team);
        for (int batch : BATCHES) {
          System.out.printf(
              "%s %d %d %s%n", choice.name(), threads, batch, hashes(model, runner, batch));
        }
      }
    }
  }

  private static String hashes(Model model, GraphRunner runner, int batch) {
    List<MemorySegment> inputs = new ArrayList<>();
    Preimage states = Preimage.tagged("states");
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < batch; i++) {
      byte[] input = input(model, random);
      inputs.add(Tensor.allocate(input.length).copyFrom(MemorySegment.ofArray(input)));
      states.word(GraphExecution.run(model, input, runner).finalState().commitment());
    }
    return outputs(runner.runAll(inputs)) + " " + states.hash();
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

  /// Floats are ordinary numbers, and now and then something that is not.
  private static byte[] input(Model model, SplittableRandom random) {
    byte[] bytes = new byte[Math.toIntExact(model.descriptor().inputBytes())];
    random.nextBytes(bytes);
    MemorySegment floats = MemorySegment.ofArray(bytes);
    for (Port.Part part : model.graph().input().parts()) {
      for (long at = part.offset(); part.type() == ElementType.F32 && at < part.end(); at += 4) {
        float value = (float) random.nextGaussian();
        floats.set(
            ValueLayout.JAVA_FLOAT_UNALIGNED, at, random.nextInt(64) == 0 ? 0x1p-140f : value);
      }
    }
    return bytes;
  }
}
