package opml.sim.chain;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.LongStream;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.TxHash;
import opml.ethereum.devchain.ForwardingChain;
import opml.game.claim.Availability;
import opml.game.claim.Claim;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.Request;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.game.move.Parameters;
import opml.hub.Deployment;
import opml.sim.chain.HubWire.Emission;
import opml.sim.toy.Automaton;

/// A chain of any length that nobody keeps: each block's logs are made when they are asked for. A block has a batch of
/// requests, the next one their claims, the next one their ends; the last batches do not end.
public final class LongHistory extends ForwardingChain {
  /// So many requests are in a batch.
  public static final int BATCH = 100;

  /// What is emitted about a request that ends: that it was made, was claimed, and that both are over.
  public static final int EVENTS_OF_ENDED = 4;

  /// What is emitted about one that does not.
  public static final int EVENTS_OF_LIVE = 2;

  private static final int BLOCKS_A_BATCH = 3;
  private static final byte[] INPUT = new byte[64];
  private static final byte[] OUTPUT = {1, 2, 3, 4, 5, 6, 7, 8};

  private final Deployment deployment;
  private final long ended;
  private final long live;
  private long head;

  private LongHistory(Chain chain, Deployment deployment, long ended, long live) {
    super(chain);
    this.deployment = deployment;
    this.ended = ended;
    this.live = live;
    this.head = BLOCKS_A_BATCH * (ended + live);
  }

  /// {@return one of a hub with the usual terms}
  ///
  /// @param ended how many batches end
  /// @param live how many do not
  public static LongHistory of(long ended, long live) {
    SimulatedChain chain =
        new SimulatedChain(Parameters.DEFAULT, List.of(), Circumstances.CALM, Bugs.NONE);
    return new LongHistory(chain, HubWire.deployment(Parameters.DEFAULT), ended, live);
  }

  /// {@return the hub that it is about}
  public Deployment deployment() {
    return deployment;
  }

  /// Lets empty blocks come.
  public void pass(long blocks) {
    head += blocks;
  }

  @Override
  public BlockRef latest() {
    return ref(head);
  }

  @Override
  public Optional<BlockRef> block(long number) {
    return number > head ? Optional.empty() : Optional.of(ref(number));
  }

  private static BlockRef ref(long number) {
    return new BlockRef(number, hash(number), hash(number - 1), 10 + 2 * number, Wei.gwei(1));
  }

  private static Bytes32 hash(long number) {
    return Bytes32.ofWord(1_000 + number);
  }

  @Override
  public <T> List<Kept<T>> logs(LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
    List<Kept<T>> logs = new ArrayList<>();
    for (long number = Math.max(1, from); number <= to; number++) {
      long index = 0;
      for (Emission one : emissions(number)) {
        LogEntry log =
            new LogEntry(
                one.address(),
                one.topics(),
                one.data(),
                number,
                hash(number),
                new TxHash(Bytes32.ofWord(number)),
                index++);
        logs.add(Kept.of(log, keep));
      }
    }
    return logs;
  }

  private List<Emission> emissions(long number) {
    long batch = (number - 1) / BLOCKS_A_BATCH;
    if (batch >= ended + live) {
      return List.of();
    }
    LongStream requests = LongStream.range(batch * BATCH, (batch + 1) * BATCH);
    return switch ((int) ((number - 1) % BLOCKS_A_BATCH)) {
      case 0 ->
          requests
              .mapToObj(i -> HubWire.requested(state(i, RequestStatus.OPEN), Data.of(INPUT)))
              .toList();
      case 1 ->
          requests
              .mapToObj(i -> HubWire.claimed(claim(i, ClaimStatus.LIVE), 0, Bytes32.ZERO, OUTPUT))
              .toList();
      default ->
          batch >= ended ? List.of() : requests.boxed().flatMap(i -> ended(i).stream()).toList();
    };
  }

  private List<Emission> ended(long i) {
    ClaimState claim = claim(i, ClaimStatus.FINAL);
    return List.of(
        HubWire.requestEnded(claim.claim().request(), RequestStatus.FINAL, claim.id().hash()),
        HubWire.claimEnded(claim));
  }

  private RequestState state(long i, RequestStatus status) {
    Request request =
        new Request(
            deployment.chainId(),
            deployment.hub().address(),
            Automaton.account(1),
            i,
            Bytes32.ofWord(7),
            Bytes32.ofWord(i),
            Availability.EMITTED,
            Address.ZERO,
            BigInteger.TEN,
            1L << 40,
            Address.ZERO,
            0);
    return new RequestState(request, status, 0, 0, 1L << 40, 0);
  }

  private ClaimState claim(long i, ClaimStatus status) {
    Claim claim =
        new Claim(
            state(i, RequestStatus.OPEN).id(),
            0,
            Automaton.account(2),
            Automaton.state(0, Bytes32.ZERO),
            Keccak.hash(OUTPUT));
    return new ClaimState(claim, status, BigInteger.valueOf(400), 10, 0, 0, 0);
  }
}
