/// From floats to bytes: [opml.mnist.quantise.Calibration] sees how large the activations get,
/// [opml.mnist.quantise.Quantiser] turns parameters into integers and scales.
///
/// The scheme is that of ONNX's QLinearConv and QLinearMatMul: real value = scale · (stored - zero point).
package opml.mnist.quantise;
