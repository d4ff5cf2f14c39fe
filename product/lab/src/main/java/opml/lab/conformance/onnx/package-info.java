/// ONNX's own test cases: a model, inputs, and the outputs that its reference implementation gave.
package opml.lab.conformance.onnx;
