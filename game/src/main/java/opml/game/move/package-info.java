/// Positions and moves.
///
/// A [opml.game.move.Position] is a list of assertions of its poster: from the agreed `start`, the steps of part 0
/// lead to `s_1`, those of part 1 on to `s_2`, and so on to the end. The side on turn refutes one of them:
///
/// ```
/// start ───────► s_1 ───────► s_2 ───────► s_3 ───────► s_4        by the server
///                        (part 1 is wrong)
///                 s_1 ──► t_1 ──► t_2 ──► t_3 ≠ s_2                  dissect, by the challenger
/// ```
///
/// A part of one step is not dissected. On every level but the last it is *refined* into the next level's trace,
/// whose list must end in a state that maps to something else; on the last it is *executed*, which ends the game.
/// [opml.game.move.Partition] says where the parts lie, [opml.game.move.Format] how wide and how deep a game is,
/// [opml.game.move.Game] is all that there is to know of one game, [opml.game.move.Action] all that one can do.
package opml.game.move;
