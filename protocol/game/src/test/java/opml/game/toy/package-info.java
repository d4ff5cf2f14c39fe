/// A toy to dispute about: runs of up to any number of levels whose states are readable, so that the game is tested
/// without a model and without a machine.
package opml.game.toy;
