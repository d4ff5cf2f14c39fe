package opml.formats.onnx.file;

import opml.engine.tensor.Tensor;

/// A constant; `name` may be empty where it is the value of an attribute.
public record OnnxTensor(String name, Tensor value) {}
