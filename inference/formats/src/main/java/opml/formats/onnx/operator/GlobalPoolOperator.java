package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// GlobalMaxPool, GlobalAveragePool and GlobalLpPool: one number of each channel's plane.
enum GlobalPoolOperator implements Operator {
  MAXIMUM("GlobalMaxPool", "the largest element of each channel's plane"),
  AVERAGE("GlobalAveragePool", "the mean of each channel's plane"),
  NORM("GlobalLpPool", "the p-norm of each channel's plane");

  private static final int MOST_POWER = 64;

  private final String label;
  private final String summary;

  GlobalPoolOperator(String label, String summary) {
    this.label = label;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary)
        .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    int p = this == NORM ? node.attributes().integer("p", 2, 1, MOST_POWER) : 0;
    node.attributes().end();
    Shape in = x.shape();
    node.require(in.rank() >= 3, "the input has no planes", x.describe());
    List<Integer> dims = new ArrayList<>(in.dims());
    dims.subList(2, dims.size()).replaceAll(_ -> 1);
    Shape result = new Shape(dims);
    int planes = in.countOf(0, 2);
    int size = in.countOf(2, in.rank());
    NodeImport.Call call =
        node.call(
                switch (this) {
                  case MAXIMUM -> "maxpool.f32";
                  case AVERAGE -> "globalaveragepool.f32";
                  case NORM -> "lppool3d.f32";
                })
            .named("pool")
            .read(x)
            .writePart(ElementType.F32, result)
            .ints("planes", planes);
    floats.define(
        0,
        switch (this) {
          case MAXIMUM ->
              call.ints("in", 1, size)
                  .ints("out", 1, 1)
                  .ints("window", 1, size, 1, 1, 0, 0, 1, 1)
                  .emitPart();
          case AVERAGE -> call.ints("size", size).emitPart();
          case NORM ->
              call.ints("in", 1, 1, size)
                  .ints("out", 1, 1, 1)
                  .ints("window", 1, 1, size, 1, 1, 1, 0, 0, 0, 1, 1, 1)
                  .ints("p", p)
                  .emitPart();
        });
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(ElementType.F32, ElementType.F16, ElementType.BF16);
    CaseMaker.Draft node =
        make.node(declaration().since()).given(make.tensor(type, make.dims(make.between(3, 5))));
    return this == NORM ? node.integer("p", make.between(1, 3)).end() : node.end();
  }
}
