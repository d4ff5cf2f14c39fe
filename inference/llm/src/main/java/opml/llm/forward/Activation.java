package opml.llm.forward;

/// What a tile's tokens have at one place of a model: a row of floats for each.
///
/// @param slot (…, width), f32
/// @param at the row of the tile's first token
public record Activation(int slot, int width, int at) {}
