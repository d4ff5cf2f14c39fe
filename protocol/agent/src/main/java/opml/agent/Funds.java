package opml.agent;

import java.util.IdentityHashMap;
import java.util.Optional;
import opml.core.account.Wei;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.send.Sender;
import opml.hub.Deployment;
import org.jspecify.annotations.Nullable;

/// The money of an account, as all its roles may spend it together: what is there, what gas costs, and what the hub
/// owes, each asked for at most once a block; and what each role has staked since it looked last, which may not have
/// left the account yet.
///
/// Several threads may use it.
final class Funds {
  /// Games must be affordable at this multiple of today's price.
  private static final long PRICE_RESERVE = 2;

  private final Sender sender;
  private final Deployment deployment;
  private final IdentityHashMap<Object, Reserve> roles = new IdentityHashMap<>();
  private @Nullable BlockRef block;
  private Optional<Wei> balance = Optional.empty();
  private Optional<Wei> price = Optional.empty();
  private Optional<Wei> credit = Optional.empty();
  private Wei onTheirWay = Wei.ZERO;

  /// What a role keeps back.
  ///
  /// @param games gas of whole games for all that the account has at stake, as far as the role knows
  /// @param spare gas besides
  /// @param bonds that it has staked since it looked last
  /// @param entered gas of the games that may come of these
  private record Reserve(long games, long spare, Wei bonds, long entered) {}

  Funds(Sender sender, Deployment deployment) {
    this.sender = sender;
    this.deployment = deployment;
  }

  /// Begins a look of a role: all that it staked before is in this block or one before it, or on its way, or never to
  /// be.
  ///
  /// @param bonds that the account has on their way, whichever role sent them
  synchronized void look(Object role, BlockRef at, long games, long spare, Wei bonds) {
    onTheirWay = bonds;
    roles.put(role, new Reserve(games, spare, Wei.ZERO, 0));
    if (!at.equals(block)) {
      block = at;
      balance = Optional.empty();
      price = Optional.empty();
      credit = Optional.empty();
    }
  }

  private BlockRef block() {
    BlockRef at = block;
    if (at == null) {
      throw new IllegalStateException("nobody has looked yet");
    }
    return at;
  }

  /// {@return what a unit of gas costs now, tip included}
  synchronized Wei price() {
    Wei known = price.orElseGet(() -> sender.price(block()));
    price = Optional.of(known);
    return known;
  }

  private Wei balance() {
    Wei known = balance.orElseGet(() -> sender.chain().balance(sender.address(), block()));
    balance = Optional.of(known);
    return known;
  }

  /// {@return what the hub owes the account}
  synchronized Wei credit() {
    Wei known =
        credit.orElseGet(
            () -> deployment.credit(sender.chain().snapshot(block()), sender.address()));
    credit = Optional.of(known);
    return known;
  }

  /// {@return what may be staked now}
  synchronized Purse purse() {
    // All roles count what the account has at stake, each as well as it can.
    long games = roles.values().stream().mapToLong(Reserve::games).max().orElse(0);
    long others = roles.values().stream().mapToLong(one -> one.spare() + one.entered()).sum();
    Wei bonds = roles.values().stream().map(Reserve::bonds).reduce(onTheirWay, Wei::plus);
    return new Purse(balance(), price().times(PRICE_RESERVE), games + others, bonds);
  }

  /// Takes a bond for a role, and the gas that it may come to cost, if both are there.
  ///
  /// @return whether they were
  synchronized boolean stake(Object role, Wei bond, long gas) {
    boolean affords = purse().affords(bond, gas);
    Reserve before = roles.get(role);
    if (affords && before != null) {
      roles.put(
          role,
          new Reserve(
              before.games(), before.spare(), before.bonds().plus(bond), before.entered() + gas));
    }
    return affords;
  }
}
