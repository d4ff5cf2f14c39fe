package opml.agent;

import java.math.BigInteger;
import java.util.IdentityHashMap;
import java.util.Optional;
import opml.core.account.Wei;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.send.Sender;
import opml.ethereum.send.Traffic;
import opml.hub.Deployment;
import org.jspecify.annotations.Nullable;

/// The money of an account, as all its roles may spend it together: what is there, what gas costs, and what the hub
/// owes, each asked for at most once a block; and what each role has staked since it looked last, which may not have
/// left the account yet.
///
/// A balance of some blocks ago, less all that was signed since, is no more than what is there now, since nobody else
/// spends it. As long as that is enough, nothing is asked.
///
/// Several threads may use it.
final class Funds {
  /// Games must be affordable at this multiple of today's price.
  private static final long PRICE_RESERVE = 2;

  /// Somebody with the same key may spend it after all.
  private static final long BALANCE_KEPT = 8;

  private final Sender sender;
  private final Deployment deployment;
  private final Traffic<?> traffic;
  private final IdentityHashMap<Object, Reserve> roles = new IdentityHashMap<>();
  private @Nullable BlockRef block;
  private Optional<Counted> counted = Optional.empty();
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

  /// A balance that was asked for.
  ///
  /// @param outstanding of what was signed before then, what it may have in it yet
  /// @param committed what all that was signed before then may have taken
  private record Counted(BlockRef at, Wei balance, Wei outstanding, Wei committed) {}

  Funds(Sender sender, Deployment deployment, Traffic<?> traffic) {
    this.sender = sender;
    this.deployment = deployment;
    this.traffic = traffic;
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
    Counted known =
        counted.filter(count -> count.at().equals(block())).orElseGet(() -> count(block()));
    counted = Optional.of(known);
    return known.balance();
  }

  private Counted count(BlockRef at) {
    // In this order: what leaves meanwhile is counted twice rather than not at all.
    Wei committed = traffic.committed();
    Wei balance = sender.chain().balance(sender.address(), at);
    return new Counted(at, balance, traffic.outstanding(at), committed);
  }

  /// {@return what is there at least, if that is known without a question}
  private Optional<Wei> least() {
    long now = block().number();
    return counted
        .filter(count -> count.at().number() <= now && now < count.at().number() + BALANCE_KEPT)
        .map(
            count -> {
              BigInteger signed = traffic.committed().minus(count.committed()).value();
              BigInteger gone = signed.add(count.outstanding().value());
              return new Wei(count.balance().value().subtract(gone).max(BigInteger.ZERO));
            });
  }

  /// {@return whether so much is there besides all that is at stake already}
  synchronized boolean affords(Wei bond, long gas) {
    return least().filter(least -> purse(least).affords(bond, gas)).isPresent()
        || purse().affords(bond, gas);
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
    return purse(balance());
  }

  private Purse purse(Wei balance) {
    // All roles count what the account has at stake, each as well as it can.
    long games = roles.values().stream().mapToLong(Reserve::games).max().orElse(0);
    long others = roles.values().stream().mapToLong(one -> one.spare() + one.entered()).sum();
    Wei bonds = roles.values().stream().map(Reserve::bonds).reduce(onTheirWay, Wei::plus);
    return new Purse(balance, price().times(PRICE_RESERVE), games + others, bonds);
  }

  /// Takes a bond for a role, and the gas that it may come to cost, if both are there.
  ///
  /// @return whether they were
  synchronized boolean stake(Object role, Wei bond, long gas) {
    boolean affords = affords(bond, gas);
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
