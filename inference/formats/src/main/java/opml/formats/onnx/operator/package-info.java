/// ONNX's operators, a small class each: checks, shape inference, the kernel's call.
/// [opml.formats.onnx.operator.Operators] lists them; `Window` and `ConvolutionShape`, `Broadcast`, `Requantisation`,
/// `SplitProduct` hold what families share.
package opml.formats.onnx.operator;
