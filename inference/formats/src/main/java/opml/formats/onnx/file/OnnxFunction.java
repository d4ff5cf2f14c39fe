package opml.formats.onnx.file;

/// An operator that the model defines itself. Its body is not kept: whoever imports must refuse the nodes that use it,
/// also where the domain has an operator of that name, which the function then replaces.
///
/// @param overload tells functions of one name apart; usually empty
public record OnnxFunction(String domain, String name, String overload) {
  /// {@return whether a node is a use of this function, or of another overload of it}
  public boolean isUsedBy(OnnxNode node) {
    return node.opType().equals(name) && plain(node.domain()).equals(plain(domain));
  }

  /// ONNX's own domain has two names.
  private static String plain(String domain) {
    return domain.equals("ai.onnx") ? "" : domain;
  }
}
