package opml.ethereum.proof;

import java.math.BigInteger;
import java.util.List;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Data;
import opml.ethereum.evm.World;

/// The state after a block, proven piece by piece as it is read.
record ProvenWorld(ProvenNode node, Header header) implements World {
  @Override
  public BigInteger balance(Address account) {
    return proof(account).balance().value();
  }

  @Override
  public Data code(Address account) {
    return node.code(account, header);
  }

  @Override
  public Bytes32 codeHash(Address account) {
    return proof(account).codeHash();
  }

  private AccountProof proof(Address account) {
    return node.account(account, header, List.of());
  }

  @Override
  public BigInteger storage(Address contract, BigInteger slot) {
    return node.slot(contract, header, slot);
  }

  @Override
  public Block block() {
    return new Block(
        node.id(),
        header.number(),
        header.block().timestamp(),
        header.beneficiary(),
        header.random(),
        header.gasLimit(),
        header.block().baseFee().value());
  }
}
