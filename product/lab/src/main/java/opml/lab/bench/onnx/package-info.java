/// ONNX models that people use, beside ONNX Runtime.
package opml.lab.bench.onnx;
