package opml.store;

/// Why money moved. Stores keep the position of a constant in this list: new ones come last.
public enum PaymentKind {
  /// Staked: on a claim or a challenge.
  BOND_OUT,

  /// A stake that came back.
  BOND_BACK,

  /// Paid for transactions.
  GAS,

  /// Fees, and bonds of others.
  REWARD,

  /// Credit in the hub that was withdrawn.
  CREDIT,

  /// Sent with a bond above what was due: it became credit in the hub.
  SURPLUS,

  /// Paid for a request of one's own.
  FEE_OUT,

  /// The fee of a request of one's own that nobody answered.
  FEE_BACK
}
