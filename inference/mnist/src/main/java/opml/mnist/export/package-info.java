/// The demo network as ONNX models, with floats and with bytes.
package opml.mnist.export;
