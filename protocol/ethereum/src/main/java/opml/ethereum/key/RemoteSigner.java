package opml.ethereum.key;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import opml.core.account.Address;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.UnsignedTransaction;
import opml.ethereum.rpc.Answer;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.send.Signer;

/// An account whose key is with somebody else, who is asked by JSON-RPC to sign: `eth_signTransaction`, as Web3Signer,
/// geth and anvil have it, or else `account_signTransaction`, as Clef has it.
///
/// What comes back is not believed: it is taken apart and compared, field by field, with what was asked for, and the
/// account is found out from the signature. Whatever is wrong with a signer is [ChainException.Unsigned].
///
/// Source: the Ethereum execution API specification, and Clef's external API.
public final class RemoteSigner implements Signer {
  private static final int NO_SUCH_METHOD = -32601;

  /// What a signed transaction has besides its data is far less, and taking more apart would fill the memory.
  private static final int MOST_BESIDES_DATA = 1024;

  private final Rpc rpc;
  private final Address account;

  /// @param rpc where the signer listens; a person who has to agree must do so within its time-out
  /// @param account that it is to sign for
  public RemoteSigner(Rpc rpc, Address account) {
    this.rpc = rpc;
    this.account = account;
  }

  @Override
  public Address address() {
    return account;
  }

  @Override
  public Data sign(UnsignedTransaction transaction) {
    try {
      Data signed = raw(ask(fields(transaction)));
      if (signed.length() > transaction.call().data().length() + MOST_BESIDES_DATA) {
        throw unsigned("answered %,d bytes, far more than asked for".formatted(signed.length()));
      }
      List<String> differences = SignedTransaction.of(signed).differences(transaction, account);
      if (!differences.isEmpty()) {
        throw unsigned("signed something else: " + String.join("; ", differences));
      }
      return signed;
    } catch (IllegalArgumentException e) {
      throw unsigned("answered what is no signed transaction: " + e.getMessage());
    } catch (ChainException.Unsigned e) {
      throw e;
    } catch (ChainException e) {
      throw unsigned("did not sign for " + account + ": " + e.getMessage());
    }
  }

  private Answer ask(Map<String, String> fields) {
    try {
      return rpc.once("eth_signTransaction", fields);
    } catch (ChainException.Refused e) {
      if (e.code() != NO_SUCH_METHOD) {
        throw e;
      }
      return rpc.once("account_signTransaction", fields);
    }
  }

  /// {@return the signed bytes, which some signers send alone and others beside the transaction in words}
  private static Data raw(Answer answer) {
    return answer.isText() ? answer.data() : answer.field("raw").data();
  }

  private Map<String, String> fields(UnsignedTransaction transaction) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("from", account.toString());
    transaction.call().to().ifPresent(to -> fields.put("to", to.toString()));
    fields.put("gas", "0x" + Long.toHexString(transaction.gasLimit()));
    fields.put("maxFeePerGas", "0x" + transaction.maxFee().value().toString(16));
    fields.put("maxPriorityFeePerGas", "0x" + transaction.tip().value().toString(16));
    fields.put("value", "0x" + transaction.call().value().value().toString(16));
    fields.put("nonce", "0x" + Long.toHexString(transaction.nonce()));
    fields.put("data", transaction.call().data().toString());
    fields.put("chainId", "0x" + Long.toHexString(transaction.chainId()));
    return fields;
  }

  private ChainException.Unsigned unsigned(String problem) {
    return new ChainException.Unsigned("signer " + rpc.node() + " " + problem);
  }

  @Override
  public String toString() {
    return "signer %s for %s".formatted(rpc.node(), account);
  }
}
