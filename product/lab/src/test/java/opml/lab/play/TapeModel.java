package opml.lab.play;

import java.util.List;
import opml.compiler.Programs;
import opml.engine.commit.Model;
import opml.engine.graph.GraphBuilder;
import opml.engine.graph.Port;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.Scalar;

/// A model whose output is given and checked: one node for each part of a tape ([TapeKernel]).
public final class TapeModel {
  /// Parts of a tape, and so nodes.
  public static final int PARTS = 4;

  private static final Shape ONE = Shape.of(1);
  private static final Shape TAPE = Shape.of(4);

  private TapeModel() {}

  public static Model model() {
    Kernel kernel =
        new Kernel(
            "tape",
            TapeKernel.class,
            List.of("x", "tape", "note"),
            List.of(new Scalar("part", Scalar.Type.INT)));
    GraphBuilder graph = new GraphBuilder();
    int x = graph.slot("x", ElementType.I64, ONE);
    int tape = graph.slot("tape", ElementType.I64, TAPE);
    int note = graph.slot("note", ElementType.I64, ONE);
    for (int part = 0; part < PARTS; part++) {
      graph.call(kernel, "part" + part, "Tape").read(x).read(tape).write(note).ints(part).end();
    }
    return Model.checking(
        graph.build(new Port("x", x, ONE), new Port("tape", tape, TAPE)),
        called -> Programs.of(called).pinned(called.segments().size()));
  }

  /// {@return numbers as the bytes of an input or of a tape}
  public static byte[] words(long... values) {
    return Tensor.ofLongs(Shape.of(values.length), values).bytes();
  }
}
