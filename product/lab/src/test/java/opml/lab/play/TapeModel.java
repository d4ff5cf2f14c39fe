package opml.lab.play;

import opml.compiler.Programs;
import opml.engine.commit.Model;
import opml.engine.graph.GraphBuilder;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.bound.StepBound;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.PinnedProgram;

/// A model whose output is given and checked: one node for each part of a tape ([TapeKernel]).
public final class TapeModel {
  /// Parts of a tape, and so nodes.
  public static final int PARTS = 4;

  /// More than the program takes, and so much that in a game inside a node it is the challenger who executes.
  private static final StepBound STEPS_MOST = StepBound.of(300);

  private static final Shape ONE = Shape.of(1);
  private static final Shape TAPE = Shape.of(4);

  private TapeModel() {}

  public static Model model() {
    Kernel kernel = Kernel.of(TapeKernel.class, "tape");
    GraphBuilder graph = new GraphBuilder();
    int x = graph.slot("x", ElementType.I64, ONE);
    int tape = graph.slot("tape", ElementType.I64, TAPE);
    int note = graph.slot("note", ElementType.I64, ONE);
    for (int part = 0; part < PARTS; part++) {
      graph
          .call(kernel, "part" + part, "Tape")
          .read(x)
          .read(tape)
          .write(note)
          .ints("part", part)
          .end();
    }
    return Model.checking(
        graph.build(graph.port("x", x, ONE), graph.port("tape", tape, TAPE)), TapeModel::program);
  }

  private static PinnedProgram program(Kernel kernel) {
    PinnedProgram pinned = Programs.of(kernel).pinned(kernel.segments().size());
    return new PinnedProgram(
        pinned.codeRoot(), pinned.codeDepth(), pinned.constants(), pinned.stackBytes(), STEPS_MOST);
  }

  /// {@return numbers as the bytes of an input or of a tape}
  public static byte[] words(long... values) {
    return Tensor.ofLongs(Shape.of(values.length), values).bytes();
  }
}
