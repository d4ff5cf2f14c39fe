/// A model beside ONNX Runtime, value by value: [opml.lab.compare.OnnxComparison] runs both, and
/// [opml.lab.compare.ValueDistance] says how far apart two tensors are.
package opml.lab.compare;
