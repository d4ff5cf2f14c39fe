package opml.agent;

import java.util.Optional;
import opml.core.account.Wei;
import opml.ethereum.send.Sender;
import opml.hub.Journal;
import opml.hub.Journal.Entry;

/// The money of an account, as an agent may spend it: what gas costs now and what is free to be staked, asked for at
/// most once a look at the chain, and whether it is enough, told once until it is again.
final class Treasury {
  /// Games must be affordable at this multiple of today's price.
  private static final long PRICE_RESERVE = 2;

  private final Sender sender;
  private final Journal journal;
  private final boolean dry;
  private Optional<Wei> price = Optional.empty();
  private Optional<Purse> purse = Optional.empty();
  private long gasAtStake;
  private long gasToSpare;
  private boolean poor;
  private boolean drained;

  /// @param dry whether this account only looks, and needs no money
  Treasury(Sender sender, Journal journal, boolean dry) {
    this.sender = sender;
    this.journal = journal;
    this.dry = dry;
  }

  /// Begins a look at the chain.
  ///
  /// @param gas of whole games for all that is at stake
  /// @param spareGas to keep besides
  void look(long gas, long spareGas) {
    price = Optional.empty();
    purse = Optional.empty();
    gasAtStake = gas;
    gasToSpare = spareGas;
    warnOfADrain();
  }

  /// Says once, until it is so again, that the money may not do for the games that may come.
  private void warnOfADrain() {
    boolean now = gasAtStake > 0 && !dry && !purse().affords(Wei.ZERO, 0);
    if (now && !drained) {
      journal.tell(
          new Entry.Poor("the games of what is at stake", purse().balance(), purse().atStake()));
    }
    drained = now;
  }

  /// {@return what a unit of gas costs now, tip included}
  Wei price() {
    Wei known = price.orElseGet(sender::price);
    price = Optional.of(known);
    return known;
  }

  private Purse purse() {
    Purse known =
        purse.orElseGet(
            () ->
                new Purse(sender.balance(), price().times(PRICE_RESERVE), gasAtStake + gasToSpare));
    purse = Optional.of(known);
    return known;
  }

  /// {@return whether a bond can be deposited, and a game about it paid for, besides all that is at stake already}
  ///
  /// @param what it is for, for people
  boolean requireMeans(String what, Wei bond, long gas) {
    if (dry) {
      return true;
    }
    boolean enough = purse().affords(bond, gas);
    if (!enough && !poor) {
      journal.tell(new Entry.Poor(what, purse().free(), purse().needed(bond, gas)));
    }
    poor = !enough;
    return enough;
  }

  /// {@return whether so much is there besides all that is at stake already; nobody is told if not}
  boolean canSpare(Wei amount, long gas) {
    return dry || purse().affords(amount, gas);
  }

  /// Takes a bond, and the gas that it may come to cost, if both are there.
  ///
  /// @return whether they were
  boolean stake(String what, Wei bond, long gas) {
    return requireMeans(what, bond, gas) && (dry || purse().stakes(bond, gas));
  }

  /// {@return whether the last thing that needed money found too little}
  boolean isPoor() {
    return poor;
  }
}
