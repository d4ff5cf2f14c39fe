/// One node on its way into a graph: [opml.formats.onnx.node.NodeImport] is what an
/// [opml.formats.onnx.node.Operator] is given, with [opml.formats.onnx.node.Attributes] and
/// [opml.formats.onnx.node.Value]s; [opml.formats.onnx.node.GraphImport] is the graph while it grows, within
/// [opml.formats.onnx.node.Limits]. Whatever cannot be is a [opml.formats.onnx.node.RefusedNode].
package opml.formats.onnx.node;
