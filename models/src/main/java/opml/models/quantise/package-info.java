/// From floats to bytes: [opml.models.quantise.Calibration] sees how large the activations get,
/// [opml.models.quantise.Quantiser] turns parameters into integers and scales.
///
/// The scheme is that of ONNX's QLinearConv and QLinearMatMul: real value = scale · (stored - zero point).
package opml.models.quantise;
