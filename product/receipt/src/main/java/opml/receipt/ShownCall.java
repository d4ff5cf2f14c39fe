package opml.receipt;

/// A call of a tool that a client was shown.
///
/// @param arguments JSON, as far as the model has written it
public record ShownCall(String name, String arguments) {}
