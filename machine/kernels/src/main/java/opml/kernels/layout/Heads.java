package opml.kernels.layout;

/// Heads of an attention, of which several may share one head of keys and values.
///
/// @param from the first one that is computed
/// @param count of those that are computed
/// @param all heads of a token
/// @param shared heads to a head of keys and values
/// @param width elements of a head
public record Heads(int from, int count, int all, int shared, int width) {}
