package opml.ethereum.rpc;

import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.BlockTag;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.NodeRefusal;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.Text;
import opml.ethereum.chain.TxHash;
import org.jspecify.annotations.Nullable;

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
    return new RpcChain(rpc, rpc.read(Answer::number, "eth_chainId"));
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
    return rpc.read(RpcChain::blockRef, "eth_getBlockByNumber", "latest", false);
  }

  @Override
  public Optional<BlockRef> block(long number) {
    return rpc.read(
        found(block -> block.number() == number), "eth_getBlockByNumber", hex(number), false);
  }

  @Override
  public Optional<BlockRef> block(BlockTag tag) {
    return rpc.read(found(_ -> true), "eth_getBlockByNumber", tag.word(), false);
  }

  @Override
  public Optional<BlockRef> block(Bytes32 hash) {
    return rpc.read(
        found(block -> block.hash().equals(hash)), "eth_getBlockByHash", hash.toString(), false);
  }

  private Function<Answer, Optional<BlockRef>> found(Predicate<BlockRef> isAsked) {
    return answer -> {
      Optional<BlockRef> found = answer.isNull() ? Optional.empty() : Optional.of(blockRef(answer));
      if (found.isPresent() && !isAsked.test(found.get())) {
        throw new ChainException.Malformed(
            rpc.node() + ": asked for another block than " + found.get());
      }
      return found;
    };
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
    return stateAt(at, Answer::wei, "eth_getBalance", account.toString(), byHash(at));
  }

  @Override
  public Data code(Address account, BlockRef at) {
    return stateAt(at, Answer::data, "eth_getCode", account.toString(), byHash(at));
  }

  @Override
  public Data call(Call call, Optional<Address> from, BlockRef at) {
    try {
      return stateAt(at, Answer::data, "eth_call", transaction(call, from), byHash(at));
    } catch (ChainException.Refused e) {
      throw switch (NodeRefusal.of(e)) {
        case REVERTED -> reverted(call, e);
        case NO_FUNDS -> noFunds(e);
        default -> e;
      };
    }
  }

  @Override
  public List<LogEntry> logs(LogFilter filter, BlockRef at) {
    Map<String, Object> query = query(filter);
    query.put("blockHash", at.hash().toString());
    return stateAt(
        at,
        answer ->
            logEntries(
                    answer, filter, log -> log.blockHash().equals(at.hash()), Function.identity())
                .stream()
                .map(Kept::value)
                .toList(),
        "eth_getLogs",
        query);
  }

  @Override
  public <T> List<Kept<T>> logs(LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
    Map<String, Object> query = query(filter);
    query.put("fromBlock", hex(from));
    query.put("toBlock", hex(to));
    return rpc.read(
        answer ->
            logEntries(
                answer, filter, log -> from <= log.blockNumber() && log.blockNumber() <= to, keep),
        "eth_getLogs",
        query);
  }

  @Override
  public List<TxHash> transactions(BlockRef block) {
    Optional<List<TxHash>> found =
        rpc.read(
            answer ->
                answer.isNull()
                    ? Optional.empty()
                    : Optional.of(
                        answer.field("transactions").elements().stream()
                            .map(Answer::txHash)
                            .toList()),
            "eth_getBlockByHash",
            block.hash().toString(),
            false);
    return found.orElseThrow(
        () -> new ChainException.Reorganised(rpc.node() + " no longer has " + block));
  }

  private static Map<String, Object> query(LogFilter filter) {
    Map<String, Object> query = new LinkedHashMap<>();
    if (!filter.addresses().isEmpty()) {
      query.put("address", filter.addresses().stream().map(Address::toString).toList());
    }
    if (!filter.topics().isEmpty() || !filter.indexed().isEmpty()) {
      List<@Nullable List<String>> topics = new ArrayList<>();
      topics.add(alternatives(filter.topics()));
      filter.indexed().forEach(values -> topics.add(alternatives(values)));
      query.put("topics", topics);
    }
    return query;
  }

  /// {@return what a topic may be; null for anything}
  private static @Nullable List<String> alternatives(List<Bytes32> topics) {
    return topics.isEmpty() ? null : topics.stream().map(Bytes32::toString).toList();
  }

  private <T> List<Kept<T>> logEntries(
      Answer answer, LogFilter filter, Predicate<LogEntry> isThere, Function<LogEntry, T> keep) {
    List<Kept<T>> logs = new ArrayList<>();
    for (Answer element : answer.elements()) {
      LogEntry log = logEntry(element);
      if (!filter.accepts(log) || !isThere.test(log)) {
        throw new ChainException.Malformed(
            rpc.node() + " answered with a log that nobody asked for");
      }
      logs.add(Kept.of(log, keep));
    }
    logs.sort(Kept.BY_PLACE);
    return logs;
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
    return rpc.read(Answer::number, "eth_getTransactionCount", account.toString(), "latest");
  }

  @Override
  public long minedNonce(Address account, BlockRef at) {
    return stateAt(at, Answer::number, "eth_getTransactionCount", account.toString(), byHash(at));
  }

  @Override
  public long pendingNonce(Address account) {
    return rpc.read(Answer::number, "eth_getTransactionCount", account.toString(), "pending");
  }

  @Override
  public long estimateGas(Call call, Address from) {
    try {
      return rpc.read(Answer::number, "eth_estimateGas", transaction(call, Optional.of(from)));
    } catch (ChainException.Refused e) {
      // The words for a revert are without number, those for the rest are few: what is none of them
      // is a revert, so
      // that a client with words of its own turns one call away and not its caller.
      throw switch (NodeRefusal.of(e)) {
        case REVERTED, TOO_MUCH, FALTERED, OTHER -> reverted(call, e);
        case NO_FUNDS -> noFunds(e);
        case BUSY, BEHIND, NONCE, UNSUPPORTED -> e;
      };
    }
  }

  @Override
  public Wei suggestedTip() {
    return rpc.read(Answer::wei, "eth_maxPriorityFeePerGas");
  }

  @Override
  public void send(Data signed) {
    try {
      rpc.read(Answer::txHash, "eth_sendRawTransaction", signed.toString());
    } catch (ChainException.Refused e) {
      throw NodeRefusal.of(e) == NodeRefusal.NO_FUNDS ? noFunds(e) : e;
    }
  }

  @Override
  public Optional<Receipt> receipt(TxHash transaction) {
    return rpc.read(
        answer -> answer.isNull() ? Optional.empty() : Optional.of(receipt(answer, transaction)),
        "eth_getTransactionReceipt",
        transaction.toString());
  }

  private Receipt receipt(Answer answer, TxHash transaction) {
    Receipt receipt = receipt(answer);
    if (!receipt.transaction().equals(transaction)) {
      throw new ChainException.Malformed(
          rpc.node() + " answered with another transaction's receipt");
    }
    return receipt;
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
  private <T> T stateAt(BlockRef at, Function<Answer, T> as, String method, Object... params) {
    try {
      return rpc.read(as, method, params);
    } catch (ChainException.Refused e) {
      if (NodeRefusal.of(e) != NodeRefusal.REVERTED && !snapshot(at).isCurrent()) {
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

  private static ChainException reverted(Call call, ChainException.Refused refusal) {
    return new ChainException.Reverted(
        call.name(), call.revert(refusal.data().orElse(Data.EMPTY)), Optional.empty());
  }

  private static ChainException noFunds(ChainException.Refused refusal) {
    return new ChainException.InsufficientFunds(Text.shortened(refusal.reason()));
  }

  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
