package opml.hub;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Event;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.LogReader;
import opml.game.claim.Availability;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.hub.HubEvent.Claimed;
import opml.hub.HubEvent.Requested;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenRequest;

/// Inputs and outputs, fetched from the logs that have them when somebody wants one. They are many and may be large, so
/// only a few are remembered, and of the logs that were read only small ones of late. Threads may share it.
final class Payloads {
  /// Neither is anything larger taken, nor more remembered.
  static final int MAX_BYTES = 256 << 20;

  private static final int REMEMBERED = 64;
  private static final int REMEMBERED_BYTES = 32 << 20;
  private static final int LOGS = 256;
  private static final int LOG_BYTES = 16 << 10;

  private final Deployment deployment;
  private final Chain chain;
  private final HubEvent.Decoder decoder;
  private final Map<Bytes32, byte[]> remembered = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Bytes32, LogEntry> logs = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Bytes32, ModelRegistration.Buffers> models =
      new LinkedHashMap<>(16, 0.75f, true);

  Payloads(Deployment deployment, Chain chain) {
    this.deployment = deployment;
    this.chain = chain;
    this.decoder = new HubEvent.Decoder(deployment);
  }

  /// Notes a log that was read.
  void heard(HubEvent event, LogEntry log) {
    if (event instanceof Requested requested) {
      heard(requested.id().hash(), log);
    } else if (event instanceof Claimed claimed) {
      heard(claimed.id().hash(), log);
    }
  }

  private void heard(Bytes32 id, LogEntry log) {
    if (log.data().length() <= LOG_BYTES) {
      synchronized (logs) {
        logs.put(id, log);
        dropEldest(logs, LOGS);
      }
    }
  }

  /// {@return a request's input, with its trailing zeros}
  ///
  /// @throws IllegalArgumentException if the hub saw only its root
  /// @throws ChainException.Malformed if the node shows another one
  /// @throws ChainException.TooLarge if it is larger than [#MAX_BYTES]
  byte[] input(SeenRequest seen, BlockRef at) {
    RequestId id = seen.id();
    Availability availability = seen.state().request().availability();
    if (!availability.isPublic()) {
      throw new IllegalArgumentException("the hub did not see the input of request " + id);
    }
    Optional<byte[]> known = recall(id.hash());
    if (known.isPresent()) {
      return known.get();
    }
    if (availability == Availability.UPLOADED) {
      ModelRegistration.Input taken = buffers(seen.state().request().modelId(), at).input();
      byte[] input = padded("input of request " + id, new byte[0], taken.bytes());
      new UploadedInput(deployment, chain, at)
          .read(seen.state().request().inputRoot(), taken.depth(), input);
      return remember(id.hash(), input);
    }
    Event event = event("Requested", id.hash(), seen.block());
    ModelRegistration.Input taken = buffers(seen.state().request().modelId(), at).input();
    byte[] data = event.values().data("data").toArray();
    if (!(decoder.decode(event.log()) instanceof Requested requested)
        || !requested.request().equals(seen.state().request())
        || !ShortBuffer.isShort(data, taken.bytes())
        || !MerkleRoot.of(data, taken.depth()).equals(requested.request().inputRoot())) {
      forgetLog(id.hash());
      throw new ChainException.Malformed("the node shows another input of request " + id);
    }
    return remember(id.hash(), padded("input of request " + id, data, taken.bytes()));
  }

  /// {@return what a claim says of the output}
  ///
  /// @throws ChainException.Malformed if the node shows something else
  ClaimedOutput output(SeenClaim seen, SeenRequest request, BlockRef at) {
    if (seen.resultStatus() == HubEvent.STATUS_MAX) {
      return new ClaimedOutput.None();
    }
    ModelRegistration.Buffers buffers = buffers(request.state().request().modelId(), at);
    if (buffers.outputBytes() <= ClaimedOutput.CARRIED_MOST) {
      return new ClaimedOutput.Whole(
          recall(seen.id().hash())
              .orElseGet(
                  () ->
                      remember(
                          seen.id().hash(),
                          padded(
                              "output of claim " + seen.id(),
                              carried(seen),
                              buffers.outputBytes()))));
    }
    byte[] root = carried(seen);
    if (root.length != Bytes32.BYTES) {
      throw new ChainException.Malformed(
          "claim %s has %d bytes in place of its output's root".formatted(seen.id(), root.length));
    }
    return new ClaimedOutput.ByRoot(Bytes32.of(root), buffers.outputDepth(), buffers.outputBytes());
  }

  private byte[] carried(SeenClaim seen) {
    ClaimId id = seen.id();
    Event event = event("Claimed", id.hash(), seen.block());
    // The claim's id commits to the output's hash, so a decoded claim of this id has this output.
    if (!(decoder.decode(event.log()) instanceof Claimed claimed) || !claimed.id().equals(id)) {
      forgetLog(id.hash());
      throw new ChainException.Malformed("the node shows another output of claim " + id);
    }
    return event.values().data("output").toArray();
  }

  private Event event(String name, Bytes32 id, long block) {
    Contract hub = deployment.hub();
    LogFilter filter = hub.filter(name).with(0, id);
    List<LogEntry> read =
        heard(id, block)
            .map(List::of)
            .orElseGet(() -> new LogReader(chain, 1).read(filter, block, block));
    List<Event> found = hub.events(read);
    if (found.isEmpty()) {
      throw new ChainException.Malformed(
          "the node no longer shows %s of %s in block %d".formatted(name, id, block));
    }
    return found.getFirst();
  }

  private Optional<LogEntry> heard(Bytes32 id, long block) {
    synchronized (logs) {
      return Optional.ofNullable(logs.get(id)).filter(log -> log.blockNumber() == block);
    }
  }

  /// The next time it is asked for again.
  private void forgetLog(Bytes32 id) {
    synchronized (logs) {
      logs.remove(id);
    }
  }

  private static byte[] padded(String what, byte[] data, long length) {
    if (length > MAX_BYTES) {
      throw new ChainException.TooLarge(
          "the %s has %d bytes, more than %d".formatted(what, length, MAX_BYTES));
    }
    if (data.length > length) {
      throw new ChainException.Malformed(
          "the %s has %d bytes, its model %d".formatted(what, data.length, length));
    }
    return ShortBuffer.pad(data, (int) length);
  }

  private ModelRegistration.Buffers buffers(Bytes32 modelId, BlockRef at) {
    synchronized (models) {
      ModelRegistration.Buffers known = models.get(modelId);
      if (known != null) {
        return known;
      }
    }
    ModelRegistration.Buffers read =
        ModelRegistration.buffers(deployment, chain.snapshot(at), modelId);
    synchronized (models) {
      models.put(modelId, read);
      dropEldest(models, REMEMBERED);
    }
    return read;
  }

  private Optional<byte[]> recall(Bytes32 id) {
    synchronized (remembered) {
      return Optional.ofNullable(remembered.get(id)).map(byte[]::clone);
    }
  }

  private byte[] remember(Bytes32 id, byte[] payload) {
    synchronized (remembered) {
      remembered.put(id, payload);
      dropEldest(remembered, REMEMBERED);
      while (remembered.values().stream().mapToLong(bytes -> bytes.length).sum()
          > REMEMBERED_BYTES) {
        dropEldest(remembered, remembered.size() - 1);
      }
    }
    return payload.clone();
  }

  private static void dropEldest(Map<Bytes32, ?> map, int most) {
    while (map.size() > most) {
      map.remove(map.keySet().iterator().next());
    }
  }
}
