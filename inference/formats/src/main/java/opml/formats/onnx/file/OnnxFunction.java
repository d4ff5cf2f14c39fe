package opml.formats.onnx.file;

/// An operator that the model defines itself. Its body is not kept: whoever imports must refuse the nodes that use it,
/// also where the domain has an operator of that name, which the function then replaces.
///
/// @param overload tells functions of one name apart; usually empty
public record OnnxFunction(String domain, String name, String overload) {}
