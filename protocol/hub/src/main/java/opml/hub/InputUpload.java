package opml.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.Snapshot;
import opml.ethereum.send.Order;
import opml.ethereum.send.Outcome;
import opml.ethereum.send.Sender;

/// Uploads an input in parts. What is there already, from a try that was broken off, from another input or from
/// somebody else, is not sent again.
final class InputUpload {
  /// Nodes let few transactions of this size wait for a block.
  private static final int TOGETHER = 4;

  /// What joining takes, besides [#JOIN_A_PART].
  private static final long JOIN = 90_000;

  private static final long JOIN_A_PART = 5_000;

  private final Contract inputs;
  private final Sender sender;
  private final InputParts parts;

  InputUpload(Deployment deployment, Sender sender, InputParts parts) {
    this.inputs = deployment.inputs();
    this.sender = sender;
    this.parts = parts;
  }

  /// {@return the calls that put what is missing, and nothing if the input is there}
  List<Call> missing() {
    Snapshot state = sender.chain().snapshot();
    List<Call> calls = new ArrayList<>();
    if (isThere(state, parts.root(), parts.depth())) {
      return calls;
    }
    for (Map.Entry<Bytes32, byte[]> part : parts.data().entrySet()) {
      if (!isThere(state, part.getKey(), InputParts.PART_DEPTH)) {
        calls.add(inputs.call("put", (long) InputParts.PART_DEPTH, part.getValue()));
      }
    }
    return calls;
  }

  private boolean isThere(Snapshot state, Bytes32 root, int depth) {
    return inputs.read(state, "lengthOf", root, (long) depth).number(0) != 0;
  }

  /// {@return about the gas that all of it takes from now on}
  long gas() {
    long gas = 0;
    for (Call call : missing()) {
      gas += sender.chain().estimateGas(call, sender.address());
    }
    return gas + JOIN + JOIN_A_PART * parts.roots().size();
  }

  /// Has the chain see the whole input.
  ///
  /// @return the receipts of what that took
  /// @throws opml.ethereum.chain.ChainException if a part does not get there; called again, it goes on with the rest
  List<Receipt> send() {
    List<Call> calls = missing();
    List<Receipt> receipts = new ArrayList<>();
    for (int from = 0; from < calls.size(); from += TOGETHER) {
      List<Call> some = calls.subList(from, Math.min(from + TOGETHER, calls.size()));
      sender.sendAll(some.stream().map(Order::of).toList()).stream()
          .map(Outcome::orThrow)
          .forEach(receipts::add);
    }
    if (!isThere(sender.chain().snapshot(), parts.root(), parts.depth())) {
      receipts.add(
          sender.send(
              inputs.call(
                  "join", (long) parts.depth(), (long) InputParts.PART_DEPTH, parts.packed())));
    }
    return receipts;
  }
}
