package opml.hub;

import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;

/// What a claim says of the output.
public sealed interface ClaimedOutput {
  /// The longest output that a claim carries, in bytes (`spec/protocol.md` §1.4).
  int CARRIED_MOST = 24_576;

  /// {@return as claims and deliveries carry it}
  byte[] carried();

  /// That the run fails.
  record None() implements ClaimedOutput {
    @Override
    public byte[] carried() {
      return new byte[0];
    }
  }

  /// All its bytes.
  ///
  /// @param bytes with their trailing zeros
  record Whole(byte[] bytes) implements ClaimedOutput {
    @Override
    public byte[] carried() {
      return ShortBuffer.trim(bytes);
    }
  }

  /// Its root alone. The bytes follow from model and input; whoever got them elsewhere checks them against it.
  ///
  /// @param depth of the tensor's tree
  /// @param bytes that it has, with their trailing zeros
  record ByRoot(Bytes32 root, int depth, long bytes) implements ClaimedOutput {
    @Override
    public byte[] carried() {
      return root.toArray();
    }

    /// {@return whether these are its bytes}
    ///
    /// @param output with or without its trailing zeros
    public boolean isOf(byte[] output) {
      return output.length <= bytes && MerkleRoot.of(output, depth).equals(root);
    }
  }
}
