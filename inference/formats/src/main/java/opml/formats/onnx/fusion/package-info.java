/// Calls that together are what one kernel computes become one call, before the model is committed to: which do is a
/// rule of the import (`spec/graph.md`), and follows from the calls alone, wherever in the file they come from.
///
/// [opml.formats.onnx.fusion.CallFusion] applies one [opml.formats.onnx.fusion.FusionRule] after the other.
package opml.formats.onnx.fusion;
