package opml.lab.bench.ground;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Keccak;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;
import opml.ethereum.chain.UnsignedTransaction;
import opml.ethereum.key.Wallet;
import opml.hub.Deployment;

/// Somebody who sends what he likes, as much as he likes, without asking whether it will succeed. He has no part of our
/// agents in him, so that no care of theirs holds him back.
public final class Mallory {
  private static final Wei TIP = Wei.gwei(2);
  private static final Wei FEE_MAX = Wei.gwei(100);
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final Deployment deployment;
  private final Chain chain;
  private final Wallet wallet;
  private long nonce;

  Mallory(Deployment deployment, Chain chain, Wallet wallet) {
    this.deployment = deployment;
    this.chain = chain;
    this.wallet = wallet;
  }

  public Address address() {
    return wallet.address();
  }

  /// {@return a call of the hub}
  public Call call(String function, Object... arguments) {
    return deployment.hub().call(function, arguments);
  }

  /// Hands a transaction over, and does not wait.
  public TxHash send(Call call, long gas) {
    return send(call, gas, TIP);
  }

  /// @param tip for the block's producer, who takes the highest first
  public TxHash send(Call call, long gas, Wei tip) {
    return send(call, gas, tip, FEE_MAX.plus(tip));
  }

  /// Hands over what comes last in its block: nobody pays less.
  public TxHash sendLast(Call call, long gas) {
    return send(call, gas, Wei.of(1), Wei.gwei(1));
  }

  private TxHash send(Call call, long gas, Wei tip, Wei most) {
    nonce = Math.max(nonce, chain.pendingNonce(address()));
    UnsignedTransaction transaction =
        new UnsignedTransaction(chain.id(), nonce, gas, tip, most, call);
    Data signed = wallet.sign(transaction);
    chain.send(signed);
    nonce++;
    return new TxHash(Keccak.hash(signed.toArray()));
  }

  /// {@return what became of them}
  public List<Receipt> await(List<TxHash> transactions) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    List<Receipt> receipts = new ArrayList<>();
    for (TxHash transaction : transactions) {
      Optional<Receipt> receipt = chain.receipt(transaction);
      while (receipt.isEmpty()) {
        if (System.nanoTime() - end >= 0) {
          throw new ChainException.Unreachable("no block takes transaction " + transaction);
        }
        Pause.millis(50);
        receipt = chain.receipt(transaction);
      }
      receipts.add(receipt.get());
    }
    return receipts;
  }

  /// Sends one and waits for it.
  ///
  /// @throws IllegalStateException if it reverts: then the attack is not what it should be
  public Receipt must(Call call, long gas) {
    Receipt receipt = await(List.of(send(call, gas))).getFirst();
    if (!receipt.succeeded()) {
      throw new IllegalStateException("the attack's " + call.name() + " reverts");
    }
    return receipt;
  }

  /// {@return his money and what the hub owes him, gas paid}
  public BigInteger total() {
    return chain
        .balance(address(), chain.latest())
        .value()
        .add(deployment.credit(chain.snapshot(), address()).value());
  }
}
