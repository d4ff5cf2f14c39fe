package opml.lab.conformance.disputes;

import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Operator;
import opml.kernels.catalog.PinnedPrograms;

/// What a dispute can be about: an operator, or a whole network.
///
/// @param name an operator's full name, or what the network is
/// @param draw makes a run of chance of it
public record DisputeSubject(String name, Function<SplittableRandom, Run> draw) {
  /// A model and what it is asked.
  ///
  /// @param input exactly the model's input bytes
  @SuppressWarnings("ArrayRecordComponent") // copied, and never compared
  public record Run(Model model, byte[] input) {
    public Run {
      input = input.clone();
    }

    @Override
    public byte[] input() {
      return input.clone();
    }

    /// {@return a graph's run on tensors, by the names of its inputs}
    static Run of(Graph graph, Map<String, Tensor> inputs) {
      return of(Model.of(graph, PinnedPrograms::of), inputs);
    }

    /// {@return a model's run on tensors, by the names of its inputs}
    static Run of(Model model, Map<String, Tensor> inputs) {
      return new Run(model, model.graph().input().pack(inputs).toArray(ValueLayout.JAVA_BYTE));
    }
  }

  /// {@return an operator, whose runs are random nodes of it, each a model of its own that is written, read and
  /// imported as a user's is}
  public static DisputeSubject of(Operator operator) {
    String name = operator.declaration().fullName();
    return new DisputeSubject(
        name,
        random -> {
          OperatorCase one =
              operator.random(new CaseMaker(random.nextLong(), Declaration.MAX_OPSET, 1));
          Graph graph =
              OnnxImporter.of(name, OnnxReader.parse(name, OnnxWriter.write(one.model(name))));
          return Run.of(graph, one.inputs());
        });
  }
}
