package opml.ethereum.send;

import opml.ethereum.chain.Pending;
import opml.ethereum.chain.Receipt;

/// Hears what becomes of the versions of one transaction.
interface Logbook {
  /// Nobody asks for it afterwards.
  Logbook NONE =
      new Logbook() {
        @Override
        public void signed(Pending.Version version) {
          // Nothing is kept.
        }

        @Override
        public void sent(Pending.Version version) {
          // Nothing is kept.
        }

        @Override
        public void mined(Pending.Version version, Receipt receipt) {
          // Nothing is kept.
        }

        @Override
        public void cancelled(String why) {
          // Nothing is kept.
        }
      };

  /// It is about to leave.
  void signed(Pending.Version version);

  /// The node took it.
  void sent(Pending.Version version);

  void mined(Pending.Version version, Receipt receipt);

  /// The next version is a cancellation.
  void cancelled(String why);
}
