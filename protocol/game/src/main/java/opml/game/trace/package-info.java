/// What a player must know: the states of its own run, in order. The game never looks into a state; it asks for the
/// one at an index and compares. So a trace of graph nodes, of instructions, or of letters in a test are all the
/// same to it.
package opml.game.trace;
