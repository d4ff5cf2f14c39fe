/// From an ONNX model to a [opml.engine.graph.Graph].
///
/// [opml.engine.imports.OnnxImporter] orders the nodes, follows the values by name and asks, for each node,
/// the importer of its operator: one small class an operator, found in [opml.engine.imports.Operators]. Such
/// a class checks everything that its kernel takes for granted (kernels check nothing), infers the shape of
/// the result, and emits the kernel's call through [opml.engine.imports.NodeImport]. Views (Reshape, Flatten,
/// Identity) emit nothing: their result is the same slot, and of a constant the same constant.
///
/// What is refused is refused with the name of the file and of the node, in an
/// [opml.engine.imports.ImportException].
package opml.engine.imports;
