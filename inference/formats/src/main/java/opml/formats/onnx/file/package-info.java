/// The part of the ONNX file format that we read and write, as records, and its protobuf encoding.
///
/// Source: `onnx.proto` (IR versions 3 to 10), which numbers the fields. [opml.formats.onnx.file.OnnxReader] is
/// strict, because model files come from strangers: every length is checked against the bytes that are there,
/// nothing nests without bound, and what is not needed is not read. A file may be of any size: the graph is kept, and
/// of an [opml.formats.onnx.file.OnnxTensor] only where its data lie. They are read when they are needed, straight
/// into their place, from the file or from another one in the model's folder, never from outside of it.
///
/// What changes the meaning of a model and is not kept is kept by name, so that the importer refuses it where the
/// result depends on it: functions, sparse initialisers, sub-graphs and other attributes
/// ([opml.formats.onnx.file.OnnxAttribute.Unsupported]), types that we do not have ([opml.formats.onnx.file.OnnxType]).
/// Documentation, metadata and what is for training are skipped. [opml.formats.onnx.file.OnnxWriter] gives the same
/// bytes for the same model.
///
/// Errors speak as ONNX's users do:
///
/// ```
/// FILE: not an ONNX file: it does not begin with a field of a model
/// FILE: damaged at byte 1034, in graph, node 3: expected name of 1000 bytes, but only 7 are left
/// FILE, graph, initializer 0 (w): float16 2x3; supported types are float, uint8, int8, int32, int64, bool
/// ```
///
/// What the operators mean is decided in `opml.formats.onnx`.
package opml.formats.onnx.file;
