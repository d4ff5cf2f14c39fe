package opml.ethereum.abi;

/// `Sampler.sol`, compiled: a contract with one of everything that an ABI has.
public final class Sampler {
  private Sampler() {}

  public static ContractAbi abi() {
    return ContractAbi.load(Sampler.class, "Sampler");
  }
}
