package opml.ethereum.key;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.codec.ByteWriter;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;

/// What signatures of typed data are for, so that one is worth nothing elsewhere (EIP-712, `EIP712Domain`). Fields that
/// a domain does not have are left out of its type, as the EIP has it.
///
/// @param site the chain and the contract that signatures are meant for, if they are meant for one
public record TypedDomain(String name, String version, Optional<Site> site) {
  private static final String TYPE = "EIP712Domain(string name,string version)";
  private static final String TYPE_AT_A_SITE =
      "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

  /// A contract on a chain.
  ///
  /// @param chainId from 1 on
  public record Site(long chainId, Address contract) {
    public Site {
      if (chainId < 1) {
        throw new IllegalArgumentException("no chain has the number " + chainId);
      }
    }

    @Override
    public String toString() {
      return "chain %d, contract %s".formatted(chainId, contract);
    }
  }

  /// {@return the domain's separator}
  public Bytes32 separator() {
    ByteWriter out =
        new ByteWriter()
            .bytes32(hash(site.isPresent() ? TYPE_AT_A_SITE : TYPE))
            .bytes32(hash(name))
            .bytes32(hash(version));
    site.ifPresent(at -> out.bytes32(Bytes32.ofWord(at.chainId())).bytes32(at.contract().word()));
    return Keccak.hash(out.toArray());
  }

  /// {@return what is signed of a struct with this hash}
  public Bytes32 digest(Bytes32 structHash) {
    return Keccak.hash(
        new ByteWriter().u8(0x19).u8(0x01).bytes32(separator()).bytes32(structHash).toArray());
  }

  /// {@return the hash of a type or of another text}
  public static Bytes32 hash(String text) {
    return Keccak.hash(text.getBytes(StandardCharsets.UTF_8));
  }
}
