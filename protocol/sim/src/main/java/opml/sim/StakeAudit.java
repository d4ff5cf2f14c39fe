package opml.sim;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.agent.Budget;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.move.Game;
import opml.game.referee.Referee;
import opml.sim.chain.SimulatedChain;
import opml.sim.time.Clockwork;
import opml.sim.toy.Automaton;
import opml.sim.toy.AutomatonWork;

/// Holds what an account has at stake on the chain, block by block, against its budget. It reads the contracts' own
/// state, and knows nothing of how an agent counts.
///
/// What an account entered itself never exceeds a limit: its bonds, and a whole game for each. Games that strangers
/// open on its claims may; but whoever has seen them for long enters nothing new beside them. What has ended once does
/// not count any more, even if a reorganisation takes its end back.
final class StakeAudit {
  /// Longer than a transaction is on its way between somebody's decision and its block.
  private static final long KNOWN_AFTER_SLOTS = 100;

  private final SimulatedChain chain;
  private final Address account;
  private final Budget budget;
  private final BigInteger game;
  private final Set<Object> ended = new HashSet<>();
  private final Set<Object> counted = new HashSet<>();
  private final Map<GameId, Long> since = new HashMap<>();

  private static final class Sum {
    private BigInteger inAll = BigInteger.ZERO;
    private BigInteger ofADay = BigInteger.ZERO;
    private BigInteger ofStrangers = BigInteger.ZERO;
    private final Map<RequestId, BigInteger> onRequests = new HashMap<>();
    private boolean hasNew;
  }

  StakeAudit(SimulatedChain chain, Persona persona) {
    this.chain = chain;
    this.account = Automaton.account(persona.number());
    this.budget = persona.budget();
    this.game = budget.gasPrice().times(AutomatonWork.GAS_OF_A_SIDE).value();
  }

  /// {@return what is wrong in the newest block, if anything is}
  Optional<String> look(long slot) {
    Referee hub = chain.hub();
    Sum sum = new Sum();
    long yesterday =
        SimulatedChain.GENESIS + chain.headSlot() * Clockwork.SLOT_SECONDS - Budget.DAY.toSeconds();
    for (ClaimId id : hub.claims()) {
      ClaimState claim = hub.claim(id);
      if (claim.claim().server().equals(account)) {
        count(sum, id, claim.claim().request(), claim.bond(), claim.status() == ClaimStatus.LIVE);
        if (claim.claimedAt() > yesterday) {
          sum.ofADay = sum.ofADay.add(claim.bond()).add(game);
        }
      }
    }
    for (GameId id : hub.games()) {
      Game played = hub.game(id);
      since.putIfAbsent(id, slot);
      if (played.challenger().equals(account)) {
        RequestId request = hub.claim(hub.claimOf(id)).claim().request();
        count(sum, id, request, hub.bond(id), played.isPlayed());
        if (SimulatedChain.GENESIS + since.getOrDefault(id, slot) * Clockwork.SLOT_SECONDS
            > yesterday) {
          sum.ofADay = sum.ofADay.add(hub.bond(id)).add(game);
        }
      }
    }
    for (ClaimId id : hub.claims()) {
      if (hub.claim(id).claim().server().equals(account)) {
        addGamesOfStrangers(hub, sum, id, slot);
      }
    }
    return problem(sum);
  }

  private void count(Sum sum, Object what, RequestId request, BigInteger bond, boolean isAtStake) {
    if (!isAtStake) {
      ended.add(what);
    }
    if (ended.contains(what)) {
      return;
    }
    sum.hasNew |= counted.add(what);
    sum.inAll = sum.inAll.add(bond).add(game);
    sum.onRequests.merge(request, bond.add(game), BigInteger::add);
  }

  /// A claim has room for one game.
  private void addGamesOfStrangers(Referee hub, Sum sum, ClaimId claim, long slot) {
    long known =
        hub.games().stream()
            .filter(id -> hub.claimOf(id).equals(claim) && hub.game(id).isPlayed())
            .filter(
                id ->
                    !ended.contains(id) && since.getOrDefault(id, slot) + KNOWN_AFTER_SLOTS < slot)
            .count();
    if (known > 1) {
      sum.ofStrangers = sum.ofStrangers.add(game.multiply(BigInteger.valueOf(known - 1)));
    }
  }

  private Optional<String> problem(Sum sum) {
    Optional<BigInteger> dearest = sum.onRequests.values().stream().max(BigInteger::compareTo);
    return above("on a request", dearest.orElse(BigInteger.ZERO), budget.perRequest())
        .or(() -> above("of a day", sum.ofADay, budget.perDay()))
        .or(() -> above("in all", sum.inAll, budget.inAll()))
        .or(
            () ->
                sum.hasNew
                    ? above(
                        "beside strangers' games", sum.inAll.add(sum.ofStrangers), budget.inAll())
                    : Optional.empty());
  }

  private Optional<String> above(String which, BigInteger amount, Optional<Wei> limit) {
    return limit
        .filter(most -> amount.compareTo(most.value()) > 0)
        .map(
            most ->
                "%s has %s at stake %s, of %s".formatted(account, new Wei(amount), which, most));
  }
}
