package opml.lab.bench.ground;

import java.util.EnumSet;
import java.util.Set;

/// What is wrong with a node's answer to one call. All of these were seen at providers, behind load balancers or on the
/// way; none of them is a lie that keeps its story straight.
public enum NodeFault {
  /// JSON-RPC error −32005, in HTTP status 200.
  RATE_LIMITED,
  /// HTTP 429, with or without a JSON-RPC error in it.
  TOO_MANY_REQUESTS,
  /// HTTP 500, 502 or 503.
  SERVER_ERROR,
  /// A page for people, in HTTP status 200.
  HTML,
  /// The answer ends in the middle.
  TORN,
  /// null where there is something.
  NULL,
  /// A number, a text, a list or an object where another of them belongs.
  WRONG_TYPE,
  /// A hexadecimal digit is another one.
  FLIPPED,
  /// The answer of a node that is two blocks late.
  STALE,
  /// The answer to another call.
  WRONG_ID,
  /// The connection ends before the node saw the call.
  DROPPED_BEFORE,
  /// The node saw the call, and the connection ends before its answer.
  DROPPED_AFTER,
  /// Seconds pass.
  DELAYED,
  /// Logs are there twice, out of order, renumbered, of another contract, or not at all.
  LOGS,
  /// A tip of 2^256 − 1 wei is suggested.
  TIP;

  /// How a provider says that one asks too much.
  public static final Set<NodeFault> REFUSALS =
      Set.copyOf(EnumSet.of(RATE_LIMITED, TOO_MANY_REQUESTS));

  public static final Set<NodeFault> ALL = Set.copyOf(EnumSet.allOf(NodeFault.class));

  /// {@return whether an answer to this method can have the fault}
  boolean befalls(String method) {
    return switch (this) {
      case LOGS -> method.equals("eth_getLogs");
      case TIP -> method.equals("eth_maxPriorityFeePerGas") || method.equals("eth_feeHistory");
      default -> true;
    };
  }
}
