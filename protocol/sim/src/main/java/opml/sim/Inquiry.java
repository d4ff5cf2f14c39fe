package opml.sim;

/// A request that is to be made.
///
/// @param slot when
/// @param model which of the script's
/// @param input what about
/// @param patience slots until the deadline
public record Inquiry(long slot, int model, long input, long patience) {}
