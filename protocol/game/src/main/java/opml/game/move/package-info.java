/// The chess clock. Each side has one allowance for a whole game, spent only while it is on turn, and never
/// refilled; so a game lasts at most two allowances. Instants are seconds since the epoch, as `block.timestamp`.
///
/// A move is in time while `now − movedAt ≤ left`, a timeout is due when `now − movedAt > left`: at every instant
/// exactly one of them is valid, which is what the game's liveness and its safety at the last second rest on.
package opml.game.move;
