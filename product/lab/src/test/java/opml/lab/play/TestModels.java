package opml.lab.play;

import java.lang.foreign.ValueLayout;
import java.util.List;
import opml.engine.commit.Model;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.kernels.catalog.PinnedPrograms;
import opml.mnist.DemoModel;
import opml.mnist.digit.SampleDigit;

/// Models to dispute about.
public final class TestModels {
  private TestModels() {}

  /// {@return a dense layer from three floats to two, and relu: two nodes of few instructions}
  public static Model dense() {
    return dense(1);
  }

  /// {@return the dense layer with another first weight}
  public static Model dense(float weight) {
    OnnxTensor w = new OnnxTensor("w", Tensor.ofFloats(Shape.of(3, 2), weight, 2, 3, 4, 5, 6));
    OnnxTensor b = new OnnxTensor("b", Tensor.ofFloats(Shape.of(2), 0.5f, -100));
    OnnxNode gemm =
        OnnxNode.of(
            "Gemm",
            List.of("x", "w", "b"),
            List.of("h"),
            new OnnxAttribute.FloatValue("alpha", 1),
            new OnnxAttribute.IntValue("transB", 0));
    OnnxNode relu = OnnxNode.of("Relu", List.of("h"), List.of("y"));
    OnnxModel onnx =
        new OnnxModel(
            8,
            "opml",
            List.of(new OnnxOpset("", 13)),
            new OnnxGraph(
                "dense",
                List.of(gemm, relu),
                List.of(w, b),
                List.of(OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, 3))),
                List.of(OnnxValueInfo.of("y", ElementType.F32, Shape.of(1, 2)))));
    return imported("dense", OnnxWriter.write(onnx));
  }

  /// {@return a model of the inputs `x`, three floats, `note`, five bytes that nothing reads, and `scale`, two floats;
  /// and of the outputs `y`, which is x times a matrix of 1 to 6, row by row, times scale, and `same`, which is x. Six
  /// nodes: two unpack inputs, two compute y, two pack the outputs}
  public static Model ports() {
    OnnxTensor w = new OnnxTensor("w", Tensor.ofFloats(Shape.of(3, 2), 1, 2, 3, 4, 5, 6));
    OnnxModel onnx =
        new OnnxModel(
            8,
            "opml",
            List.of(new OnnxOpset("", 13)),
            new OnnxGraph(
                "ports",
                List.of(
                    OnnxNode.of("MatMul", List.of("x", "w"), List.of("h")),
                    OnnxNode.of("Mul", List.of("h", "scale"), List.of("y")),
                    OnnxNode.of("Identity", List.of("x"), List.of("same"))),
                List.of(w),
                List.of(
                    OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, 3)),
                    OnnxValueInfo.of("note", ElementType.U8, Shape.of(5)),
                    OnnxValueInfo.of("scale", ElementType.F32, Shape.of(2))),
                List.of(
                    OnnxValueInfo.of("y", ElementType.F32, Shape.of(1, 2)),
                    OnnxValueInfo.of("same", ElementType.F32, Shape.of(1, 3)))));
    return imported("ports", OnnxWriter.write(onnx));
  }

  /// {@return a model of so many floats, of which each comes out doubled, or 0 plus itself where it is negative}
  public static Model wide(int floats) {
    OnnxModel onnx =
        new OnnxModel(
            8,
            "opml",
            List.of(new OnnxOpset("", 13)),
            new OnnxGraph(
                "wide",
                List.of(
                    OnnxNode.of("Relu", List.of("x"), List.of("h")),
                    OnnxNode.of("Add", List.of("h", "x"), List.of("y"))),
                List.of(),
                List.of(OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, floats))),
                List.of(OnnxValueInfo.of("y", ElementType.F32, Shape.of(1, floats)))));
    return imported("wide", OnnxWriter.write(onnx));
  }

  /// {@return a model of the jar}
  public static Model demo(DemoModel demo) {
    return imported(demo.fileName(), demo.onnx());
  }

  private static Model imported(String name, byte[] onnx) {
    return Model.of(OnnxImporter.of(name, OnnxReader.parse(name, onnx)), PinnedPrograms::of);
  }

  /// {@return an input of the dense layer}
  public static byte[] input(float... values) {
    return Tensor.ofFloats(Shape.of(1, values.length), values)
        .data()
        .toArray(ValueLayout.JAVA_BYTE);
  }

  /// {@return a digit as a model of the jar takes it}
  public static byte[] input(DemoModel demo) {
    var digit = SampleDigit.ALL.get(7).digit();
    return switch (demo) {
      case INT8 -> digit.pixels();
      case FLOAT -> input(digit.floats());
    };
  }
}
