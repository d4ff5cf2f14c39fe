package opml.ethereum.evm;

import java.math.BigInteger;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Data;

/// The state of a chain after one block, as far as somebody asks for it.
public interface World {
  /// {@return an account's money, in wei}
  BigInteger balance(Address account);

  /// {@return a contract's code; empty if there is none}
  Data code(Address account);

  /// {@return the hash of its code; zero if there is no such account}
  Bytes32 codeHash(Address account);

  /// {@return a word of a contract's storage}
  BigInteger storage(Address contract, BigInteger slot);

  /// The block after which the state is, and in which a call sees itself.
  ///
  /// @param beneficiary who gets its tips
  /// @param random the randomness of its slot
  record Block(
      long chainId,
      long number,
      long timestamp,
      Address beneficiary,
      Bytes32 random,
      long gasLimit,
      BigInteger baseFee) {}

  Block block();
}
