package opml.agent;

import opml.core.account.Wei;
import opml.ethereum.chain.BlockRef;
import opml.hub.Journal;
import opml.hub.Journal.Entry;

/// The money of an account, as one of its roles may spend it, and whether it is enough, told once until it is again.
final class Treasury {
  /// Blocks between two counts of money that nobody is about to spend.
  private static final long BETWEEN_COUNTS = 8;

  private final Funds funds;
  private final Journal journal;
  private final boolean dry;
  private boolean poor;
  private boolean drained;
  private long counted = -BETWEEN_COUNTS;

  /// @param funds of all roles of the account
  /// @param dry whether this account only looks, and needs no money
  Treasury(Funds funds, Journal journal, boolean dry) {
    this.funds = funds;
    this.journal = journal;
    this.dry = dry;
  }

  /// Begins a look at the chain.
  ///
  /// @param gas of whole games for all that is at stake
  /// @param spareGas to keep besides
  /// @param bonds that are on their way, and so in the balance still
  void look(BlockRef at, long gas, long spareGas, Wei bonds) {
    funds.look(this, at, gas, spareGas, bonds);
    if (at.number() < counted + BETWEEN_COUNTS && at.number() >= counted) {
      return;
    }
    counted = at.number();
    // Says once, until it is so again, that the money may not do for the games that may come.
    boolean now = gas > 0 && !dry && !funds.affords(Wei.ZERO, 0);
    if (now && !drained) {
      Purse purse = funds.purse();
      journal.tell(
          new Entry.Poor("the games of what is at stake", purse.balance(), purse.atStake()));
    }
    drained = now;
  }

  /// {@return what a unit of gas costs now, tip included}
  Wei price() {
    return funds.price();
  }

  /// {@return what the hub owes the account}
  Wei credit() {
    return funds.credit();
  }

  /// {@return whether a bond can be deposited, and a game about it paid for, besides all that is at stake already}
  ///
  /// @param what it is for, for people
  boolean requireMeans(String what, Wei bond, long gas) {
    if (dry) {
      return true;
    }
    boolean enough = funds.affords(bond, gas);
    if (!enough && !poor) {
      Purse purse = funds.purse();
      journal.tell(new Entry.Poor(what, purse.free(), purse.needed(bond, gas)));
    }
    poor = !enough;
    return enough;
  }

  /// {@return whether so much is there besides all that is at stake already; nobody is told if not}
  boolean canSpare(Wei amount, long gas) {
    return dry || funds.affords(amount, gas);
  }

  /// Takes a bond, and the gas that it may come to cost, if both are there.
  ///
  /// @return whether they were
  boolean stake(String what, Wei bond, long gas) {
    return requireMeans(what, bond, gas) && (dry || funds.stake(this, bond, gas));
  }

  /// {@return whether the last thing that needed money found too little}
  boolean isPoor() {
    return poor;
  }
}
