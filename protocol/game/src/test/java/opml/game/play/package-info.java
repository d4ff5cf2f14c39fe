/// How the tests play: an adversary that tries everything, the rules that an honest side keeps, and a market of
/// parties over the model of the hub.
package opml.game.play;
