/// The dispute game, as a library that only thinks: it has no clock, no socket and no thread (architecture D9).
///
/// Read in this order:
///
///   1. [opml.game.claim]: what is asked and what is claimed, and the ids that hash it;
///   2. [opml.game.move]: how long a side may think;
///   3. [opml.game.move]: a position, its parts, a game, and the actions one can take;
///   4. [opml.game.trace]: what a party must know to play: the states of its own run;
///   5. [opml.game.solver]: (game, trace) → actions, with the argument why the honest side always wins;
///   6. [opml.game.referee]: the referee, a model of the contract, money included.
package opml.game;
