/// From an ONNX model to a [opml.engine.graph.Graph].
///
/// [opml.formats.onnx.OnnxImporter] orders the nodes, follows the values by name and asks, for each node,
/// the importer of its operator: one small class an operator, found in [opml.formats.onnx.Operators]. Such
/// a class checks everything that its kernel takes for granted (kernels check nothing), infers the shape of
/// the result, and emits the kernel's call through [opml.formats.onnx.NodeImport]. Views (Reshape, Flatten,
/// Identity) emit nothing: their result is the same slot, and of a constant the same constant.
///
/// What is refused is refused with the name of the file and of the node, in an
/// [opml.formats.onnx.ImportException].
package opml.formats.onnx;
