package opml.sim.chain;

import opml.core.account.Address;

/// What the world does to a chain.
public interface Circumstances {
  /// Nothing ever happens.
  Circumstances CALM =
      new Circumstances() {
        @Override
        public long baseFee(long slot) {
          return 1;
        }

        @Override
        public boolean isCensored(Address account, long slot) {
          return false;
        }

        @Override
        public boolean evicts(long slot) {
          return false;
        }
      };

  /// {@return what a unit of gas costs at least in a block of this slot, in wei}
  long baseFee(long slot);

  /// {@return whether the producer of this slot's block leaves an account out}
  boolean isCensored(Address account, long slot);

  /// {@return whether pools forget in this slot what does not pay the base fee}
  boolean evicts(long slot);
}
