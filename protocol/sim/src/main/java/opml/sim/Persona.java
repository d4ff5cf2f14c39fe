package opml.sim;

import opml.sim.toy.Deviation;

/// Somebody in a game.
///
/// @param number of the account
/// @param lie of the runs; none if honest
/// @param enters the slot of the first look
public record Persona(int number, Calling calling, Deviation lie, long enters) {}
