package opml.receipt;

import opml.core.codec.ByteWriter;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.key.TypedDomain;

/// What a server signs of an answer (`spec/receipt.md`): that to this request this model gives this answer, and that it
/// will say so on chain, with a bond, if somebody puts the request there.
///
/// @param model its id
/// @param inputRoot root of the request's slot
/// @param outputRoot root of the answer's slot
/// @param finalState what a claim of the answer says
/// @param seed that of the request, 64 bits
/// @param deadline the last second, since 1970, until which the server vouches; of the years until
///     9999
public record Vouched(
    Bytes32 model,
    Bytes32 inputRoot,
    Bytes32 outputRoot,
    Bytes32 finalState,
    long seed,
    long deadline) {
  /// The type as EIP-712 writes it.
  public static final String TYPE =
      "Receipt(bytes32 model,bytes32 inputRoot,bytes32 outputRoot,bytes32 finalState,"
          + "uint64 seed,uint64 deadline)";

  private static final Bytes32 TYPE_HASH = TypedDomain.hash(TYPE);

  /// {@return the struct's hash}
  public Bytes32 hash() {
    return Keccak.hash(
        new ByteWriter()
            .bytes32(TYPE_HASH)
            .bytes32(model)
            .bytes32(inputRoot)
            .bytes32(outputRoot)
            .bytes32(finalState)
            .bytes32(Bytes32.ofWord(seed))
            .bytes32(Bytes32.ofWord(deadline))
            .toArray());
  }
}
