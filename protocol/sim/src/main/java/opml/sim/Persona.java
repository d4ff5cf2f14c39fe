package opml.sim;

import opml.agent.Budget;
import opml.sim.toy.Deviation;

/// Somebody in a game.
///
/// @param number of the account
/// @param lie of the runs; none if honest
/// @param enters the slot of the first look
/// @param budget of the account
public record Persona(int number, Calling calling, Deviation lie, long enters, Budget budget) {
  /// {@return whether it may have to leave something alone for want of room in its budget}
  boolean isLimited() {
    return !budget.equals(Budget.unlimited(budget.gasPrice()));
  }
}
