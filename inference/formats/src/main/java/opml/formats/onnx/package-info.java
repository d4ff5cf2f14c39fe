/// From an ONNX model to a [opml.engine.graph.Graph].
///
/// [opml.formats.onnx.OnnxImporter] orders the nodes, follows the values by name and asks, for each node, the importer
/// of its operator: one small class an operator, found in [opml.formats.onnx.operator.Operators]. Such a class checks
/// everything that its kernel takes for granted (kernels check nothing), infers the shape of the result, and emits the
/// kernel's call through [opml.formats.onnx.node.NodeImport]. Views (Reshape, Flatten, Identity) emit nothing: their
/// result is the same slot, and of a constant the same constant. What shapes are computed with (Shape, Gather, Concat)
/// becomes a constant at once.
///
/// An operator's class refuses a node with a [opml.formats.onnx.node.RefusedNode], which the importer notes before it
/// goes on; at the end all of them are one [opml.formats.refusal.ImportException].
package opml.formats.onnx;
