package opml.formats.onnx.file;

/// A version of the operator set `domain`; the empty domain is ONNX's own.
public record OnnxOpset(String domain, long version) {}
