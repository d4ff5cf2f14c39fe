package opml.ethereum.rpc;

import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;

/// A chain behind the JSON-RPC of one of its nodes.
///
/// Source: the Ethereum execution API specification; blocks by hash as in EIP-1898.
public final class RpcChain implements Chain, AutoCloseable {
  private final Rpc rpc;
  private final long id;

  private RpcChain(Rpc rpc, long id) {
    this.rpc = rpc;
    this.id = id;
  }

  /// {@return the chain that this node serves, whichever it is}
  public static RpcChain connect(URI url) {
    return connect(new Rpc(url));
  }

  /// {@return the chain that this node serves, whichever it is}
  public static RpcChain connect(Rpc rpc) {
    return new RpcChain(rpc, rpc.read("eth_chainId").number());
  }

  /// {@return the chain `expectedId` behind this node}
  ///
  /// @throws ChainException.WrongChain if the node serves another one
  public static RpcChain connect(Rpc rpc, long expectedId) {
    RpcChain chain = connect(rpc);
    if (chain.id != expectedId) {
      throw new ChainException.WrongChain(
          "%s serves chain %d, expected chain %d".formatted(rpc.node(), chain.id, expectedId));
    }
    return chain;
  }

  /// {@return the connection, for methods that are not part of [Chain]}
  public Rpc rpc() {
    return rpc;
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public BlockRef latest() {
    Answer answer = rpc.read("eth_getBlockByNumber", "latest", false);
    if (answer.isNull()) {
      throw new ChainException.Malformed(rpc.node() + " has no latest block");
    }
    return blockRef(answer);
  }

  @Override
  public Optional<BlockRef> block(long number) {
    Optional<BlockRef> found = found(rpc.read("eth_getBlockByNumber", hex(number), false));
    if (found.isPresent() && found.get().number() != number) {
      throw new ChainException.Malformed(
          rpc.node() + ": asked for block " + number + ", got another");
    }
    return found;
  }

  @Override
  public Optional<BlockRef> block(Bytes32 hash) {
    Optional<BlockRef> found = found(rpc.read("eth_getBlockByHash", hash.toString(), false));
    if (found.isPresent() && !found.get().hash().equals(hash)) {
      throw new ChainException.Malformed(
          rpc.node() + ": asked for block " + hash + ", got another");
    }
    return found;
  }

  private static Optional<BlockRef> found(Answer answer) {
    return answer.isNull() ? Optional.empty() : Optional.of(blockRef(answer));
  }

  private static BlockRef blockRef(Answer block) {
    return new BlockRef(
        block.field("number").number(),
        block.field("hash").bytes32(),
        block.field("parentHash").bytes32(),
        block.field("timestamp").number(),
        block.optional("baseFeePerGas").map(Answer::wei).orElse(Wei.ZERO));
  }

  @Override
  public Wei balance(Address account, BlockRef at) {
    return stateAt(at, "eth_getBalance", account.toString(), byHash(at)).wei();
  }

  @Override
  public Data code(Address account, BlockRef at) {
    return stateAt(at, "eth_getCode", account.toString(), byHash(at)).data();
  }

  @Override
  public Data call(Call call, Optional<Address> from, BlockRef at) {
    try {
      return stateAt(at, "eth_call", transaction(call, from), byHash(at)).data();
    } catch (ChainException.Refused e) {
      throw revertOr(call, e);
    }
  }

  @Override
  public List<LogEntry> logs(LogFilter filter, BlockRef at) {
    Map<String, Object> query = query(filter);
    query.put("blockHash", at.hash().toString());
    return logEntries(stateAt(at, "eth_getLogs", query), filter).stream()
        .peek(log -> requirePlace(log.blockHash().equals(at.hash())))
        .toList();
  }

  @Override
  public List<LogEntry> logs(LogFilter filter, long from, long to) {
    Map<String, Object> query = query(filter);
    query.put("fromBlock", hex(from));
    query.put("toBlock", hex(to));
    return logEntries(rpc.read("eth_getLogs", query), filter).stream()
        .peek(log -> requirePlace(from <= log.blockNumber() && log.blockNumber() <= to))
        .toList();
  }

  private static Map<String, Object> query(LogFilter filter) {
    Map<String, Object> query = new LinkedHashMap<>();
    if (!filter.addresses().isEmpty()) {
      query.put("address", filter.addresses().stream().map(Address::toString).toList());
    }
    if (!filter.topics().isEmpty()) {
      query.put("topics", List.of(filter.topics().stream().map(Bytes32::toString).toList()));
    }
    return query;
  }

  private List<LogEntry> logEntries(Answer answer, LogFilter filter) {
    List<LogEntry> logs = new ArrayList<>();
    for (Answer element : answer.elements()) {
      LogEntry log = logEntry(element);
      requirePlace(filter.accepts(log));
      logs.add(log);
    }
    logs.sort(Comparator.comparingLong(LogEntry::blockNumber).thenComparingLong(LogEntry::index));
    return logs;
  }

  private void requirePlace(boolean asked) {
    if (!asked) {
      throw new ChainException.Malformed(rpc.node() + " answered with a log that nobody asked for");
    }
  }

  private static LogEntry logEntry(Answer log) {
    List<Bytes32> topics = log.field("topics").elements().stream().map(Answer::bytes32).toList();
    if (topics.size() > 4) {
      throw new ChainException.Malformed("a log with " + topics.size() + " topics");
    }
    return new LogEntry(
        log.field("address").address(),
        topics,
        log.field("data").data(),
        log.field("blockNumber").number(),
        log.field("blockHash").bytes32(),
        log.field("transactionHash").txHash(),
        log.field("logIndex").number());
  }

  @Override
  public long minedNonce(Address account) {
    return rpc.read("eth_getTransactionCount", account.toString(), "latest").number();
  }

  @Override
  public long pendingNonce(Address account) {
    return rpc.read("eth_getTransactionCount", account.toString(), "pending").number();
  }

  @Override
  public long estimateGas(Call call, Address from) {
    try {
      return rpc.read("eth_estimateGas", transaction(call, Optional.of(from))).number();
    } catch (ChainException.Refused e) {
      throw revertOr(call, e);
    }
  }

  @Override
  public Wei suggestedTip() {
    return rpc.read("eth_maxPriorityFeePerGas").wei();
  }

  @Override
  public void send(Data signed) {
    rpc.read("eth_sendRawTransaction", signed.toString()).txHash();
  }

  @Override
  public Optional<Receipt> receipt(TxHash transaction) {
    Answer answer = rpc.read("eth_getTransactionReceipt", transaction.toString());
    if (answer.isNull()) {
      return Optional.empty();
    }
    Receipt receipt = receipt(answer);
    if (!receipt.transaction().equals(transaction)) {
      throw new ChainException.Malformed(
          rpc.node() + " answered with another transaction's receipt");
    }
    return Optional.of(receipt);
  }

  private static Receipt receipt(Answer answer) {
    BigInteger status = answer.field("status").quantity();
    if (status.bitLength() > 1) {
      throw new ChainException.Malformed("a receipt with status " + status);
    }
    Wei gasPrice = answer.field("effectiveGasPrice").wei();
    if (gasPrice.value().bitLength() > 128) {
      throw new ChainException.Malformed("a receipt with an absurd gas price");
    }
    return new Receipt(
        answer.field("transactionHash").txHash(),
        answer.field("blockNumber").number(),
        answer.field("blockHash").bytes32(),
        answer.field("from").address(),
        answer.optional("contractAddress").map(Answer::address),
        status.signum() == 1,
        answer.field("gasUsed").number(),
        gasPrice,
        answer.field("logs").elements().stream().map(RpcChain::logEntry).toList());
  }

  @Override
  public boolean knows(TxHash transaction) {
    return !rpc.read("eth_getTransactionByHash", transaction.toString()).isNull();
  }

  @Override
  public void close() {
    rpc.close();
  }

  /// Asks about the state after a block, which the node may have dropped meanwhile. Nodes have many
  /// words for that, so a refusal is followed by a look at the chain.
  private Answer stateAt(BlockRef at, String method, Object... params) {
    try {
      return rpc.read(method, params);
    } catch (ChainException.Refused e) {
      if (!isRevert(e) && !snapshot(at).isCurrent()) {
        throw new ChainException.Reorganised(at + " is no longer part of the chain");
      }
      throw e;
    }
  }

  private static Map<String, Object> byHash(BlockRef at) {
    return Map.of("blockHash", at.hash().toString(), "requireCanonical", true);
  }

  private static Map<String, Object> transaction(Call call, Optional<Address> from) {
    Map<String, Object> transaction = new LinkedHashMap<>();
    from.ifPresent(sender -> transaction.put("from", sender.toString()));
    call.to().ifPresent(to -> transaction.put("to", to.toString()));
    transaction.put("input", call.data().toString());
    transaction.put("value", "0x" + call.value().value().toString(16));
    return transaction;
  }

  /// {@return the revert that a refusal stands for, or the refusal itself if it is about something
  /// else}
  private static ChainException revertOr(Call call, ChainException.Refused refusal) {
    return isRevert(refusal)
        ? new ChainException.Reverted(
            call.name(), call.revert(refusal.data().orElse(Data.EMPTY)), Optional.empty())
        : refusal;
  }

  /// Code 3 is what the specification gives to a reverted execution; some nodes only say it.
  private static boolean isRevert(ChainException.Refused refusal) {
    return refusal.code() == 3
        || refusal.reason().toLowerCase(Locale.ROOT).contains("execution reverted");
  }

  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
