package opml.ethereum.chain;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What a node means by refusing a request. JSON-RPC has codes for little of it and clients use them as they like, so
/// this goes by what they say: geth, erigon, nethermind, besu, reth, anvil, hardhat and ganache, and the providers
/// Infura, Alchemy and QuickNode, in lower case.
public enum NodeRefusal {
  /// A contract reverted, or ran into an instruction that ends it.
  REVERTED,
  /// The account cannot pay for what it asks.
  NO_FUNDS,
  /// The answer would be larger, or take longer, than the node allows; ask for less.
  TOO_MUCH,
  /// The node has no time for us just now.
  BUSY,
  /// The node has not seen the block yet, or no longer; another node behind the same address may have it.
  BEHIND,
  /// Something went wrong within the node, which may go right the next time.
  FALTERED,
  /// The account's nonce is not the one, or is taken.
  NONCE,
  /// The node does not understand the request, or has no such method.
  UNSUPPORTED,
  /// None of these.
  OTHER;

  private static final List<String> REVERT_WORDS =
      List.of(
          "revert",
          "vm execution error",
          "vm exception while processing transaction",
          "transaction execution error",
          "transaction execution fail",
          "execution error",
          "invalid opcode",
          "invalid instruction",
          "bad instruction",
          "bad jump",
          "invalid jump",
          "opcodenotfound",
          "stack underflow",
          "stack overflow",
          "stackunderflow",
          "out of gas",
          "outofgas",
          "evm error",
          "evmerror");

  private static final List<String> FUNDS_WORDS =
      List.of(
          "insufficient funds",
          "insufficient balance",
          "insufficientfunds",
          "insufficient sender balance",
          "upfront cost",
          "up-front cost",
          "doesn't have enough funds",
          "does not have enough funds",
          "not enough funds",
          "lack of funds",
          "lackoffund",
          "outoffunds");

  private static final List<String> RANGE_WORDS =
      List.of(
          "query returned more than",
          "more than 10000 results",
          "too many results",
          "too many logs",
          "max results",
          "response size",
          "response is too big",
          "response too large",
          "too large",
          "block range",
          "blocks range",
          "query exceeds",
          "exceeds range",
          "exceed max",
          "exceeds max",
          "range is too",
          "eth_getlogs is limited",
          "limited to a");

  private static final List<String> TIME_WORDS =
      List.of("timeout", "timed out", "deadline exceeded");

  private static final List<String> BUSY_WORDS =
      List.of(
          "rate limit",
          "rate-limit",
          "ratelimit",
          "too many requests",
          "too many connections",
          "request limit",
          "requests limited",
          "request count exceeded",
          "limit exceeded",
          "credits limited",
          "compute units",
          "throughput",
          "over capacity",
          "overloaded",
          "temporarily",
          "try again",
          "service unavailable",
          "resource unavailable");

  private static final List<String> BEHIND_WORDS =
      List.of(
          "header not found",
          "header for hash not found",
          "block not found",
          "unknown block",
          "unknown header",
          "could not find block",
          "cannot find block",
          "block could not be found",
          "requested block",
          "beyond current head",
          "beyond the head",
          "future block",
          "missing trie node",
          "state not available",
          "state is not available",
          "no state available",
          "world state unavailable",
          "state unavailable",
          "layer stale",
          "resource not found");

  private static final List<String> NONCE_WORDS =
      List.of("nonce", "underpriced", "already known", "already imported", "known transaction");

  private static final List<String> UNSUPPORTED_WORDS =
      List.of(
          "method not found", "does not exist", "not supported", "not available", "unknown method");

  /// Infura; QuickNode (two); public nodes of some roll-ups; an HTTP status as a code, as Alchemy has it.
  private static final Set<Integer> BUSY_CODES = Set.of(-32005, -32007, -32012, -32016, 429);

  private static final Set<Integer> UNSUPPORTED_CODES =
      Set.of(-32700, -32600, -32601, -32602, -32004);

  private static final int REVERTED_CODE = 3;
  private static final int INTERNAL_ERROR = -32603;

  /// {@return what this refusal means}
  public static NodeRefusal of(ChainException.Refused refused) {
    String words = refused.reason().toLowerCase(Locale.ROOT);
    boolean executes =
        refused.method().equals("eth_call") || refused.method().equals("eth_estimateGas");
    if (has(words, FUNDS_WORDS) && !words.contains("revert")) {
      return NO_FUNDS;
    }
    if (executes
        && (refused.code() == REVERTED_CODE
            || refused.data().filter(data -> !data.isEmpty()).isPresent()
            || has(words, REVERT_WORDS))) {
      return REVERTED;
    }
    if (has(words, BEHIND_WORDS)) {
      return BEHIND;
    }
    if (refused.method().equals("eth_getLogs")
        && (has(words, RANGE_WORDS) || has(words, TIME_WORDS))) {
      return TOO_MUCH;
    }
    if (BUSY_CODES.contains(refused.code()) || has(words, BUSY_WORDS) || has(words, TIME_WORDS)) {
      return BUSY;
    }
    if (has(words, NONCE_WORDS)) {
      return NONCE;
    }
    if (UNSUPPORTED_CODES.contains(refused.code()) || has(words, UNSUPPORTED_WORDS)) {
      return UNSUPPORTED;
    }
    return refused.code() == INTERNAL_ERROR ? FALTERED : OTHER;
  }

  /// {@return whether the same request may be answered a moment later}
  public boolean passes() {
    return this == BUSY || this == BEHIND || this == FALTERED;
  }

  private static boolean has(String text, List<String> words) {
    return words.stream().anyMatch(text::contains);
  }
}
