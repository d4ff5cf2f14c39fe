/// The dispute game and its solver, pure.
package opml.game;
