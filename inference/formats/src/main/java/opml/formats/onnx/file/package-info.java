/// The part of the ONNX file format that we read and write, as records, and its protobuf encoding.
///
/// Source: `onnx.proto` (IR versions 3 to 10), which numbers the fields. [opml.formats.onnx.file.OnnxReader] is
/// strict, because model files come from strangers: every length is checked against the bytes that are there,
/// nothing nests without bound, and data outside the file is refused. Fields that change the meaning of a
/// model and are not supported (functions, sparse or external initialisers, sub-graphs that are reached) are
/// errors, never skipped; documentation is skipped. [opml.formats.onnx.file.OnnxWriter] gives the same bytes for
/// the same model.
///
/// What the operators mean is decided in `opml.formats.onnx`.
package opml.formats.onnx.file;
