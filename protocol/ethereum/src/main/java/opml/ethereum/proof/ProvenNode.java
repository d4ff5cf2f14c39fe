package opml.ethereum.proof;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.NodeRefusal;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;
import opml.ethereum.devchain.ForwardingChain;
import opml.ethereum.evm.Evm;
import opml.ethereum.evm.Unbound;
import opml.ethereum.rpc.Answer;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.rpc.RpcChain;

/// One node, of which nothing is believed that a block's hash could bind and does not. Which hashes are the chain's it
/// cannot prove: [ProofChain] decides that, and tells it by the [Trunk].
///
/// What no hash binds is passed on as the node says it, since a lie about it costs at most what the sender's limits
/// allow anyway: `estimateGas` (a transaction that fails, or is not sent), `suggestedTip` (below the policy's ceiling),
/// `pendingNonce` (a transaction that waits, here within [#WAITING_MOST]), `knows` (one that is handed over again), and
/// `send` (one that never arrives).
final class ProvenNode extends ForwardingChain implements AutoCloseable {
  /// Headers that are asked for together at first: some nodes take fewer.
  private static final int BATCH = 64;

  /// Words of storage that are proven together: those of a struct are neighbours.
  private static final int SLOTS = 8;

  /// No node keeps more transactions of one account.
  private static final long WAITING_MOST = 4096;

  private final RpcChain chain;
  private final Rpc rpc;
  private final ProvenFacts facts;
  private final Trunk trunk;
  private volatile boolean hasBlockReceipts = true;
  private volatile int batch = BATCH;

  ProvenNode(RpcChain chain, ProvenFacts facts, Trunk trunk) {
    super(chain);
    this.chain = chain;
    this.rpc = chain.rpc();
    this.facts = facts;
    this.trunk = trunk;
  }

  // ------------------------------------------------------------------ headers

  @Override
  public BlockRef latest() {
    Header head = facts.keep(rpc.read(Header::of, "eth_getBlockByNumber", "latest", false));
    requireLink(head);
    return head.block();
  }

  /// A newest block has to lead to what is known, except to what a reorganisation may take away. Where nothing is known
  /// below, it is believed.
  private void requireLink(Header head) {
    Header at = head;
    while (!trunk.hash(at.number()).equals(Optional.of(at.hash()))) {
      long below = at.number() - 1;
      if (trunk.isFinal(at.number()) && trunk.hash(at.number()).isPresent()) {
        throw NodeLie.REWRITE.told(
            "its newest, %s, takes back block %d, which is final"
                .formatted(head.block(), at.number()));
      }
      if (trunk.hash(below).equals(Optional.of(at.parent()))) {
        Header child = at;
        facts.header(at.parent()).ifPresent(parent -> requireOrder(parent, child));
        return;
      }
      if (!trunk.isKnownUpTo(below)) {
        return;
      }
      at = parent(at, Math.min(trunk.top() + 1, below));
    }
  }

  private static void requireOrder(Header parent, Header child) {
    if (parent.number() != child.number() - 1) {
      throw NodeLie.LINK.told("%s is before %s".formatted(parent.block(), child.block()));
    }
    if (parent.block().timestamp() > child.block().timestamp()) {
      throw NodeLie.TIME.told(
          "%s is %d s older than the block before it"
              .formatted(child.block(), parent.block().timestamp() - child.block().timestamp()));
    }
  }

  /// {@return the block before}
  ///
  /// @param first the lowest that will be asked for soon
  private Header parent(Header child, long first) {
    Bytes32 hash = child.parent();
    if (facts.header(hash).isEmpty()) {
      readAhead(Math.max(first, child.number() - batch), child.number() - 1);
    }
    Header parent = header(hash);
    requireOrder(parent, child);
    return parent;
  }

  /// Asks for headers by number. One of another fork is of no use, and does no harm; and without them each is asked for
  /// by its hash.
  private void readAhead(long first, long last) {
    if (first >= last) {
      return;
    }
    List<Rpc.Request> requests = new ArrayList<>();
    for (long number = first; number <= last; number++) {
      requests.add(Rpc.Request.of("eth_getBlockByNumber", quantity(number), false));
    }
    List<Answer> answers;
    try {
      answers = rpc.readAll(requests);
    } catch (ChainException.Refused | ChainException.TooLarge | ChainException.Malformed e) {
      batch = Math.max(1, requests.size() / 2);
      return;
    }
    for (int i = 0; i < answers.size(); i++) {
      long number = first + i;
      told(answers.get(i), header -> header.number() == number);
    }
  }

  private Header header(Bytes32 hash) {
    return found(hash)
        .orElseThrow(() -> new ChainException.Unreachable(rpc.node() + " has no block " + hash));
  }

  private Optional<Header> found(Bytes32 hash) {
    Optional<Header> known = facts.header(hash);
    return known.isPresent()
        ? known
        : rpc.read(
            answer -> told(answer, header -> header.hash().equals(hash)),
            "eth_getBlockByHash",
            hash.toString(),
            false);
  }

  private Optional<Header> told(Answer answer, Function<Header, Boolean> isAsked) {
    if (answer.isNull()) {
      return Optional.empty();
    }
    Header header = Header.of(answer);
    if (!isAsked.apply(header)) {
      throw NodeLie.HEADER.told("asked for another block, it shows " + header.block());
    }
    return Optional.of(facts.keep(header));
  }

  @Override
  public Optional<BlockRef> block(Bytes32 hash) {
    return found(hash).map(Header::block);
  }

  @Override
  public Optional<BlockRef> block(long number) {
    Optional<Header> found =
        rpc.read(
            answer -> told(answer, header -> header.number() == number),
            "eth_getBlockByNumber",
            quantity(number),
            false);
    if (found.isEmpty() && number <= trunk.top()) {
      throw NodeLie.WITHHELD.told("it has no block %d, below the newest".formatted(number));
    }
    return found.map(Header::block);
  }

  // ------------------------------------------------------------------ what is in blocks

  @Override
  public List<LogEntry> logs(LogFilter filter, BlockRef at) {
    Header header = header(at.hash());
    return header.bloom().mayHave(filter)
        ? body(header).logs().stream().filter(filter::accepts).toList()
        : List.of();
  }

  /// Reads the bodies whose bloom does not rule the logs out. In memory at any time are the headers of the range, and a
  /// few bodies.
  @Override
  public <T> List<Kept<T>> logs(LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
    List<Kept<T>> logs = new ArrayList<>();
    for (Header header : walked(from, to).reversed()) {
      if (header.bloom().mayHave(filter)) {
        body(header).logs().stream()
            .filter(filter::accepts)
            .forEach(log -> logs.add(Kept.of(log, keep)));
      }
    }
    return logs;
  }

  /// {@return the blocks from the last, which must be of the trunk, down to the first; all are of the trunk then}
  private List<Header> walked(long from, long to) {
    Bytes32 end =
        trunk
            .hash(to)
            .orElseThrow(() -> new ChainException.Reorganised("block " + to + " is gone"));
    List<Header> walked = new ArrayList<>(List.of(header(end)));
    while (walked.getLast().number() > from) {
      walked.add(parent(walked.getLast(), from));
    }
    requireLinkBelow(walked.getLast());
    trunk.walked(walked);
    return walked;
  }

  private void requireLinkBelow(Header first) {
    long below = first.number() - 1;
    Optional<Bytes32> known = trunk.hash(below);
    if (known.isPresent() && !known.get().equals(first.parent())) {
      if (trunk.isFinal(below)) {
        throw NodeLie.LINK.told("%s does not follow block %d".formatted(first.block(), below));
      }
      throw new ChainException.Reorganised("block " + below + " is no longer part of the chain");
    }
  }

  @Override
  public List<TxHash> transactions(BlockRef block) {
    return body(header(block.hash())).hashes();
  }

  @Override
  public Optional<Receipt> receipt(TxHash transaction) {
    Optional<Bytes32> place =
        rpc.read(
            answer ->
                answer.isNull()
                    ? Optional.empty()
                    : Optional.of(answer.field("blockHash").bytes32()),
            "eth_getTransactionReceipt",
            transaction.toString());
    return place.map(
        hash -> {
          Header header = header(hash);
          return body(header)
              .receipt(transaction)
              .orElseThrow(
                  () ->
                      NodeLie.RECEIPTS.told(
                          "transaction %s is not in %s".formatted(transaction, header.block())));
        });
  }

  private Body body(Header header) {
    Optional<Body> known = facts.body(header.hash());
    if (known.isPresent()) {
      return known.get();
    }
    List<Envelope> transactions =
        rpc.read(
            block ->
                Body.transactions(header, present(block, header).field("transactions").elements()),
            "eth_getBlockByHash",
            header.hash().toString(),
            true);
    return facts.keepBody(header.hash(), body(header, transactions));
  }

  private Body body(Header header, List<Envelope> transactions) {
    if (hasBlockReceipts) {
      try {
        return rpc.read(
            receipts -> Body.of(header, transactions, present(receipts, header).elements()),
            "eth_getBlockReceipts",
            header.hash().toString());
      } catch (ChainException.Refused e) {
        if (NodeRefusal.of(e) != NodeRefusal.UNSUPPORTED) {
          throw e;
        }
        hasBlockReceipts = false;
      }
    }
    List<Answer> receipts = new ArrayList<>();
    for (Envelope transaction : transactions) {
      String hash = transaction.hash().toString();
      receipts.add(present(rpc.read("eth_getTransactionReceipt", hash), header));
    }
    return Body.of(header, transactions, receipts);
  }

  private Answer present(Answer answer, Header header) {
    if (answer.isNull()) {
      throw new ChainException.Unreachable(
          rpc.node() + " does not show what is in " + header.block());
    }
    return answer;
  }

  // ------------------------------------------------------------------ the state

  @Override
  public Wei balance(Address account, BlockRef at) {
    return account(account, header(at.hash()), List.of()).balance();
  }

  @Override
  public Data code(Address account, BlockRef at) {
    return code(account, header(at.hash()));
  }

  /// A view is computed here; the node only proves what it reads.
  @Override
  public Data call(Call call, Optional<Address> from, BlockRef at) {
    Address to = call.to().orElseThrow(() -> unbound(call, "it deploys a contract"));
    Evm.Result result;
    try {
      result =
          Evm.call(
              new ProvenWorld(this, header(at.hash())),
              from.orElse(Address.ZERO),
              to,
              call.value().value(),
              call.data());
    } catch (Unbound e) {
      throw unbound(call, String.valueOf(e.getMessage()));
    }
    if (!result.succeeded()) {
      throw new ChainException.Reverted(call.name(), call.revert(result.data()), Optional.empty());
    }
    return result.data();
  }

  private static ChainException unbound(Call call, String why) {
    return new ChainException.Refused(
        "eth_call",
        0,
        "no hash binds what %s comes to: %s".formatted(call.name(), why),
        Optional.empty());
  }

  @Override
  public long minedNonce(Address account) {
    Bytes32 newest = trunk.hash(trunk.top()).orElseGet(() -> latest().hash());
    return account(account, header(newest), List.of()).nonce();
  }

  @Override
  public long minedNonce(Address account, BlockRef at) {
    return account(account, header(at.hash()), List.of()).nonce();
  }

  @Override
  public long pendingNonce(Address account) {
    long mined = minedNonce(account);
    long pending = super.pendingNonce(account);
    if (pending - WAITING_MOST > mined) {
      throw NodeLie.NONCE.told(
          "%,d transactions of %s wait, it says".formatted(pending - mined, account));
    }
    return Math.max(mined, pending);
  }

  AccountProof account(Address account, Header header, List<BigInteger> slots) {
    Optional<AccountProof> known = facts.account(header.hash(), account);
    if (known.isPresent() && known.get().slots().keySet().containsAll(slots)) {
      return known.get();
    }
    AccountProof proof =
        rpc.read(
            answer -> AccountProof.of(answer, header.stateRoot(), account, slots),
            "eth_getProof",
            account.toString(),
            slots.stream().map(slot -> "0x%064x".formatted(slot)).toList(),
            Map.of("blockHash", header.hash().toString()));
    return facts.keep(header.hash(), account, proof);
  }

  BigInteger slot(Address contract, Header header, BigInteger slot) {
    Optional<AccountProof> known = facts.account(header.hash(), contract);
    if (known.isPresent() && known.get().slots().containsKey(slot)) {
      return known.get().word(slot);
    }
    List<BigInteger> slots =
        IntStream.range(0, SLOTS)
            .mapToObj(i -> slot.add(BigInteger.valueOf(i)))
            .filter(one -> one.bitLength() <= Byte.SIZE * Bytes32.BYTES)
            .toList();
    return account(contract, header, slots).word(slot);
  }

  Data code(Address account, Header header) {
    Bytes32 hash = account(account, header, List.of()).codeHash();
    if (hash.equals(AccountProof.NO_CODE) || hash.equals(AccountProof.NO_ACCOUNT)) {
      return Data.EMPTY;
    }
    return facts
        .code(hash)
        .orElseGet(
            () ->
                facts.keepCode(
                    hash,
                    rpc.read(
                        answer -> ofHash(answer.data(), hash, account),
                        "eth_getCode",
                        account.toString(),
                        Map.of("blockHash", header.hash().toString()))));
  }

  private static Data ofHash(Data code, Bytes32 hash, Address account) {
    Bytes32 told = Keccak.hash(code.toArray());
    if (!told.equals(hash)) {
      throw NodeLie.CODE.told("that of %s hashes to %s, not %s".formatted(account, told, hash));
    }
    return code;
  }

  private static String quantity(long number) {
    return "0x" + Long.toHexString(number);
  }

  @Override
  public void close() {
    chain.close();
  }
}
