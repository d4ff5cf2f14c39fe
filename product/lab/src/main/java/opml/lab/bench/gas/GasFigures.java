package opml.lab.bench.gas;

/// Gas of one step, the most over all instructions of a kind and all shapes of proofs that were tried.
///
/// @param alu execution alone, of anything that does not touch memory
/// @param load execution alone
/// @param store execution alone
/// @param txAlu a transaction that calls `step` and does nothing else: what its receipt says, which is the calldata
///     floor of EIP-7623
/// @param txLoad the same for a load
/// @param txStore the same for a store
public record GasFigures(long alu, long load, long store, long txAlu, long txLoad, long txStore) {
  public GasFigures {
    if (Math.min(Math.min(alu, load), Math.min(store, Math.min(txAlu, Math.min(txLoad, txStore))))
        <= 0) {
      throw new IllegalArgumentException("every step costs some gas");
    }
  }
}
