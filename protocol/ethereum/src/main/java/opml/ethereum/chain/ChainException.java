package opml.ethereum.chain;

import java.io.Serial;
import java.util.List;
import java.util.Optional;

/// Whatever a chain, or the node that speaks for it, can do to a caller. One case per way to react.
///
/// Nothing that a node answers leads to another exception than these.
public abstract sealed class ChainException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private ChainException(String message) {
    super(message);
  }

  /// The node does not answer: it is down, too slow, or its server says so. Try again later.
  public static final class Unreachable extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    public Unreachable(String message, Throwable cause) {
      this(message);
      initCause(cause);
    }

    public Unreachable(String message) {
      super(message);
    }
  }

  /// The node answers, but not what JSON-RPC or the method's specification allows. Another node may
  /// help.
  public static final class Malformed extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    public Malformed(String message) {
      super(message);
    }
  }

  /// The node's answer is larger than this client takes. Ask for less.
  public static final class TooLarge extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    public TooLarge(String message) {
      super(message);
    }
  }

  /// The node understood the request and refuses it, with a JSON-RPC error.
  public static final class Refused extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    private final String method;
    private final int code;
    private final String reason;
    private final transient Optional<Data> data;

    public Refused(String method, int code, String reason, Optional<Data> data) {
      super(method + " was refused: " + Text.shortened(reason) + " (code " + code + ")");
      this.method = method;
      this.code = code;
      this.reason = reason;
      this.data = data;
    }

    /// {@return the JSON-RPC method that was asked for}
    public String method() {
      return method;
    }

    public int code() {
      return code;
    }

    /// {@return the node's own words}
    public String reason() {
      return reason;
    }

    /// {@return the bytes that came with the error: of a reverted call, what it reverted with}
    public Optional<Data> data() {
      return data;
    }
  }

  /// A contract reverted a call, an estimate or a mined transaction.
  public static final class Reverted extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    private final transient Revert revert;
    private final transient Optional<Receipt> receipt;

    public Reverted(String what, Revert revert, Optional<Receipt> receipt) {
      super(what + " reverted: " + revert);
      this.revert = revert;
      this.receipt = receipt;
    }

    public Revert revert() {
      return revert;
    }

    /// {@return the receipt if the transaction was mined, nothing if it was not even sent}
    public Optional<Receipt> receipt() {
      return receipt;
    }
  }

  /// A transaction was mined and ran out of gas: state changed between its estimate and its block. What it was for may
  /// still be done, with more gas.
  public static final class OutOfGas extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    private final transient Receipt receipt;

    public OutOfGas(String what, long gasLimit, Receipt receipt) {
      super("%s ran out of gas: it had %,d".formatted(what, gasLimit));
      this.receipt = receipt;
    }

    public Receipt receipt() {
      return receipt;
    }
  }

  /// The account has not the money for what it asks, gas included. Nothing was sent; less, or later, may do.
  public static final class InsufficientFunds extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    public InsufficientFunds(String message) {
      super(message);
    }
  }

  /// The node serves another chain than the one that was asked for.
  public static final class WrongChain extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    public WrongChain(String message) {
      super(message);
    }
  }

  /// A transaction would cost more than the sender's limits allow. It was not sent.
  public static final class TooExpensive extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    public TooExpensive(String message) {
      super(message);
    }
  }

  /// Whoever holds the account's key did not sign, or signed something else. Nothing was sent; later it may do.
  public static final class Unsigned extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    public Unsigned(String message) {
      super(message);
    }
  }

  /// A transaction was sent and its fate is not known yet; [Sender#await(Pending)] goes on waiting.
  public static final class Unconfirmed extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    private final transient Pending pending;

    public Unconfirmed(String message, Pending pending) {
      super(message);
      this.pending = pending;
    }

    public Pending pending() {
      return pending;
    }
  }

  /// Another transaction of the same account took the nonce, so this one can never be mined.
  public static final class Replaced extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    private final transient List<TxHash> hashes;

    public Replaced(String message, List<TxHash> hashes) {
      super(message);
      this.hashes = List.copyOf(hashes);
    }

    public List<TxHash> hashes() {
      return hashes;
    }
  }

  /// Transactions of the account that this process did not send, or no longer waited for, were mined before anything
  /// was sent. What was to be done may be done already: look at the chain again.
  public static final class Outdated extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    public Outdated(String message) {
      super(message);
    }
  }

  /// The block that a snapshot or a cursor stands on is no longer part of the chain. Read again.
  public static final class Reorganised extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    public Reorganised(String message) {
      super(message);
    }
  }

  /// The chain is the right one but the contract is not there.
  public static final class NoContract extends ChainException {
    @Serial private static final long serialVersionUID = 1;

    public NoContract(String message) {
      super(message);
    }
  }
}
