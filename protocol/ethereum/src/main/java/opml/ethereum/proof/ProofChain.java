package opml.ethereum.proof;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;
import opml.ethereum.devchain.ForwardingChain;
import opml.ethereum.quorum.NodesChain;
import opml.ethereum.quorum.Quorum;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.rpc.RpcChain;

/// A chain of which only what hashes bind is believed. So many nodes vouch for the newest block's hash; all else comes
/// from any one of them, with what proves it: what is in blocks, the state, and what views return. One that is caught
/// lying is told of and left alone for a while, and the next stands in for it.
///
/// The chain is what it was when [#latest()] was last asked: that moves it, and everything else is about the blocks
/// that the newest one commits to. A newest block must lead to those known before, down to what counts as final; what
/// contradicts that is refused for good, or until the process begins anew.
///
/// Consensus is not checked. So with one voice for the newest block, its node can still withhold what is new, and
/// invent whole blocks on top of the true ones, empty or with anything in them that fits together; whoever reads a
/// clock in them may think that time has passed.
///
/// A look at a chain where nothing happens is one call; a block that may have logs of the filter costs two more, an
/// account or up to eight neighbouring words of storage one. Headers far back are asked for by the batch.
public final class ProofChain extends ForwardingChain implements NodesChain {
  /// What counts as final, in blocks: two epochs of Ethereum's.
  public static final int FINALITY = 64;

  /// How many headers are walked at a time, and remembered.
  private static final int HEADERS = 4096;

  private static final LogFilter NOBODYS = new LogFilter(List.of(Address.ZERO), List.of());

  private final int finality;
  private final int headers;
  private final Quorum heads;
  private final Quorum witnesses;
  private final ProvenFacts facts;
  private final Trunk trunk;

  private ProofChain(
      Quorum heads, Quorum witnesses, ProvenFacts facts, Trunk trunk, int finality, int headers) {
    super(heads);
    this.heads = heads;
    this.witnesses = witnesses;
    this.facts = facts;
    this.trunk = trunk;
    this.finality = finality;
    this.headers = headers;
  }

  /// {@return the chain that these nodes serve}; those that are away are asked again later
  ///
  /// @param urls http or https, none of them twice
  /// @param id of the chain
  /// @param needed how many must vouch for the newest block, at least 1 and at most all
  /// @param listener hears of nodes that fail, or lie ([NodeLie#in(String)])
  /// @throws IllegalArgumentException if one is no such URL, which the message does not repeat
  public static ProofChain of(List<URI> urls, long id, int needed, Quorum.Listener listener) {
    return of(Quorum.connections(urls), id, needed, listener, FINALITY);
  }

  /// {@return the chain that these nodes serve}
  ///
  /// @param finality how many blocks behind the newest nothing changes any more
  public static ProofChain of(
      List<Rpc> nodes, long id, int needed, Quorum.Listener listener, int finality) {
    return of(nodes, id, needed, listener, finality, HEADERS);
  }

  static ProofChain of(
      List<Rpc> nodes, long id, int needed, Quorum.Listener listener, int finality, int headers) {
    ProvenFacts facts = new ProvenFacts(headers);
    Trunk trunk = new Trunk(finality);
    List<Quorum.Node> all = new ArrayList<>();
    for (Rpc rpc : nodes) {
      all.add(
          new Quorum.Node(
              rpc.node(), () -> new ProvenNode(RpcChain.connect(rpc, id), facts, trunk)));
    }
    Quorum witnesses = new Quorum(id, all, 1, listener);
    Quorum heads = needed == 1 ? witnesses : new Quorum(id, all, needed, listener);
    return new ProofChain(heads, witnesses, facts, trunk, finality, headers);
  }

  @Override
  public List<String> nodes() {
    return heads.nodes();
  }

  // ------------------------------------------------------------------ which blocks

  @Override
  public BlockRef latest() {
    BlockRef newest = heads.latest();
    if (facts.header(newest.hash()).isEmpty()) {
      witnesses.block(newest.hash());
    }
    facts.header(newest.hash()).ifPresent(head -> trunk.follow(head, facts));
    long settled = Math.max(0, trunk.top() - finality);
    if (!trunk.isKnownUpTo(settled)) {
      // From now on a reorganisation either leads to what is known, or goes too deep.
      hash(settled);
    }
    return newest;
  }

  @Override
  public Optional<BlockRef> block(long number) {
    return number <= reaching(number)
        ? Optional.of(witnesses.block(hash(number)).orElseThrow(() -> missing(number)))
        : Optional.empty();
  }

  /// {@return the number of the newest block, which was asked for if it was below this number}
  private long reaching(long number) {
    if (trunk.top() < number) {
      latest();
    }
    return trunk.top();
  }

  /// {@return the hash of a block of the chain, which has the number}. One that is not far below a known one is walked
  /// to; one further down needs to be vouched for, and what is between is linked when it is read.
  private Bytes32 hash(long number) {
    OptionalLong above = trunk.above(number);
    if (above.isPresent() && above.getAsLong() > number && above.getAsLong() - number < headers) {
      witnesses.logs(NOBODYS, number, above.getAsLong());
    }
    return trunk
        .hash(number)
        .orElseGet(
            () -> {
              Bytes32 hash = heads.block(number).orElseThrow(() -> missing(number)).hash();
              trunk.vouched(number, hash);
              return hash;
            });
  }

  private static ChainException missing(long number) {
    return new ChainException.Unreachable("no node has block " + number + " of the chain");
  }

  @Override
  public Optional<BlockRef> block(Bytes32 hash) {
    return witnesses.block(hash);
  }

  private <T> T at(BlockRef block, Supplier<T> question) {
    requireCurrent(block);
    try {
      return question.get();
    } catch (ChainException.Refused | ChainException.Unreachable e) {
      // Nodes have many words for not having a block any more.
      latest();
      requireCurrent(block);
      throw e;
    }
  }

  private void requireCurrent(BlockRef block) {
    if (!trunk.hash(block.number()).orElse(block.hash()).equals(block.hash())) {
      throw new ChainException.Reorganised(block + " is no longer part of the chain");
    }
  }

  // ------------------------------------------------------------------ what is in them

  @Override
  public List<LogEntry> logs(LogFilter filter, BlockRef at) {
    return at(at, () -> witnesses.logs(filter, at));
  }

  @Override
  public <T> List<Kept<T>> logs(LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
    long last = Math.min(to, reaching(to));
    if (from > last) {
      return List.of();
    }
    if (last - from >= headers) {
      throw new ChainException.TooLarge(
          "the headers of %,d blocks, more than %,d".formatted(last - from + 1, headers));
    }
    hash(last);
    return witnesses.logs(filter, from, last, keep);
  }

  @Override
  public List<TxHash> transactions(BlockRef block) {
    return at(block, () -> witnesses.transactions(block));
  }

  @Override
  public Optional<Receipt> receipt(TxHash transaction) {
    return witnesses
        .receipt(transaction)
        .filter(
            receipt ->
                receipt.blockNumber() <= reaching(receipt.blockNumber()) && isCurrent(receipt));
  }

  /// One of a block that was reorganised away since, or that came instead, is asked for again at a newer block.
  private boolean isCurrent(Receipt receipt) {
    if (hash(receipt.blockNumber()).equals(receipt.blockHash())) {
      return true;
    }
    latest();
    return receipt.blockNumber() <= trunk.top()
        && hash(receipt.blockNumber()).equals(receipt.blockHash());
  }

  // ------------------------------------------------------------------ the state

  @Override
  public Wei balance(Address account, BlockRef at) {
    return at(at, () -> witnesses.balance(account, at));
  }

  @Override
  public Data code(Address account, BlockRef at) {
    return at(at, () -> witnesses.code(account, at));
  }

  @Override
  public Data call(Call call, Optional<Address> from, BlockRef at) {
    return at(at, () -> witnesses.call(call, from, at));
  }

  @Override
  public long minedNonce(Address account, BlockRef at) {
    return at(at, () -> witnesses.minedNonce(account, at));
  }

  @Override
  public long minedNonce(Address account) {
    latest();
    return witnesses.minedNonce(account);
  }

  @Override
  public void close() {
    heads.close();
    witnesses.close();
  }
}
