package opml.ethereum.send;

import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Keccak;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.TxHash;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.devchain.ForwardingChain;
import org.web3j.crypto.TransactionDecoder;
import org.web3j.crypto.transaction.type.Transaction1559;

/// A pool of one account's transactions in front of anvil's, as geth has it: it keeps what the base fee is too high for
/// and counts it as pending, replaces a transaction for 10 % more of both fees, and has a limited number of slots. What
/// a block can take goes on to anvil, which forgets what it cannot mine.
final class GethPool extends ForwardingChain {
  private record Waiting(Data signed, TxHash hash, BigInteger tip, BigInteger maxFee) {}

  private final DevChain dev;
  private final Address account;
  private final int slots;
  private final Map<Long, Waiting> pool = new TreeMap<>();
  private Wei baseFee;

  GethPool(DevChain dev, Address account, int slots) {
    super(dev.chain());
    this.dev = dev;
    this.account = account;
    this.slots = slots;
    this.baseFee = dev.chain().latest().baseFee();
    dev.autoMine(false);
  }

  /// The base fee of all blocks from now on.
  synchronized void setBaseFee(Wei fee) {
    baseFee = fee;
  }

  /// Mines a block with what pays for it.
  synchronized void mine() {
    dev.command("anvil_setNextBlockBaseFeePerGas", "0x" + baseFee.value().toString(16));
    long nonce = super.minedNonce(account);
    pool.keySet().removeIf(known -> known < nonce);
    for (long next = nonce; pool.containsKey(next); next++) {
      Waiting transaction = pool.get(next);
      if (transaction.maxFee().compareTo(baseFee.value()) < 0) {
        break;
      }
      super.send(transaction.signed());
    }
    dev.mine(1);
  }

  @Override
  public synchronized void send(Data signed) {
    Transaction1559 transaction =
        (Transaction1559) TransactionDecoder.decode(signed.toString()).getTransaction();
    TxHash hash = new TxHash(Keccak.hash(signed.toArray()));
    long nonce = transaction.getNonce().longValueExact();
    BigInteger tip = transaction.getMaxPriorityFeePerGas();
    BigInteger maxFee = transaction.getMaxFeePerGas();
    Optional<Waiting> old = Optional.ofNullable(pool.get(nonce));
    if (nonce < super.minedNonce(account)) {
      throw refused("nonce too low");
    }
    if (old.isPresent()) {
      if (old.get().hash().equals(hash)) {
        throw refused("already known");
      }
      if (isLess(tip, old.get().tip()) || isLess(maxFee, old.get().maxFee())) {
        throw refused("replacement transaction underpriced");
      }
    } else if (pool.size() >= slots) {
      throw refused("txpool is full");
    }
    pool.put(nonce, new Waiting(signed, hash, tip, maxFee));
  }

  private static boolean isLess(BigInteger fee, BigInteger than) {
    return fee.multiply(BigInteger.TEN).compareTo(than.multiply(BigInteger.valueOf(11))) < 0;
  }

  private static ChainException.Refused refused(String why) {
    return new ChainException.Refused("eth_sendRawTransaction", -32000, why, Optional.empty());
  }

  @Override
  public synchronized long pendingNonce(Address address) {
    long nonce = super.minedNonce(address);
    while (address.equals(account) && pool.containsKey(nonce)) {
      nonce++;
    }
    return nonce;
  }

  @Override
  public synchronized boolean knows(TxHash transaction) {
    return pool.values().stream().anyMatch(known -> known.hash().equals(transaction))
        || super.receipt(transaction).isPresent();
  }
}
