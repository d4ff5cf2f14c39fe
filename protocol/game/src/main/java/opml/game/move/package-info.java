/// One game: whose turn it is, what is disputed, and how long anybody may still think.
///
/// A [opml.game.move.Position] is a list of up to 16 states that one side posted over an [opml.game.move.Interval]; the
/// other side answers with an [opml.game.move.Action.Move]. [opml.game.move.GameFormat] says how wide and deep games
/// are, [opml.game.move.Parameters] what they cost.
///
/// The chess clock: each side has one allowance for a whole game, spent only while it is on turn, and never refilled;
/// so a game lasts at most two allowances. Instants are seconds since the epoch, as `block.timestamp`. A move is in
/// time while `now − movedAt ≤ left`, a timeout is due when `now − movedAt > left`: at every instant exactly one of
/// them is valid, which is what the game's liveness and its safety at the last second rest on.
package opml.game.move;
