package opml.lab.bench.ground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.security.SignatureException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.web3j.crypto.Hash;
import org.web3j.crypto.SignedRawTransaction;
import org.web3j.crypto.TransactionDecoder;
import org.web3j.crypto.transaction.type.ITransaction;
import org.web3j.crypto.transaction.type.Transaction1559;

/// A pool as geth's: it keeps transactions that pay less than the base fee, counts them as pending, and takes another
/// one for the same nonce if both its fees are a tenth higher. anvil forgets or refuses such. While blocks are said to
/// be full, it keeps all.
public final class HeldBack {
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Kept(String raw, String hash, BigInteger tip, BigInteger max) {
    boolean isReplacedBy(Kept other) {
      return isTenthMore(tip, other.tip) && isTenthMore(max, other.max);
    }

    private static boolean isTenthMore(BigInteger old, BigInteger other) {
      return other.multiply(BigInteger.TEN).compareTo(old.multiply(BigInteger.valueOf(11))) >= 0;
    }
  }

  private final NodeBehind node;

  /// By account and nonce.
  private final Map<String, TreeMap<Long, Kept>> kept = new TreeMap<>();

  private boolean on;
  private boolean full;

  HeldBack(NodeBehind node) {
    this.node = node;
  }

  /// Keeps what pays too little, from now on.
  public synchronized void keep() {
    on = true;
  }

  /// Keeps everything, or no longer.
  public synchronized void full(boolean isFull) {
    on = true;
    full = isFull;
  }

  /// {@return how many transactions are kept}
  public synchronized int size() {
    return kept.values().stream().mapToInt(Map::size).sum();
  }

  synchronized JsonNode answer(JsonNode call) throws IOException, InterruptedException {
    if (!on) {
      return node.forward(call);
    }
    release();
    JsonNode params = call.path("params");
    return switch (call.path("method").asText()) {
      case "eth_sendRawTransaction" -> take(call, params.path(0).asText());
      case "eth_getTransactionCount" -> count(call);
      case "eth_getTransactionByHash" -> known(call, params.path(0).asText());
      default -> node.forward(call);
    };
  }

  private JsonNode take(JsonNode call, String raw) throws IOException, InterruptedException {
    if (!(TransactionDecoder.decode(raw) instanceof SignedRawTransaction signed)) {
      return NodeBehind.refused(call, "transaction is not signed");
    }
    ITransaction transaction = signed.getTransaction();
    if (!(transaction instanceof Transaction1559 fees)) {
      return node.forward(call);
    }
    Kept fresh =
        new Kept(raw, Hash.sha3(raw), fees.getMaxPriorityFeePerGas(), fees.getMaxFeePerGas());
    String from = sender(signed);
    long nonce = transaction.getNonce().longValueExact();
    TreeMap<Long, Kept> mine = kept.computeIfAbsent(from, _ -> new TreeMap<>());
    Kept old = mine.get(nonce);
    if (old != null && old.hash().equals(fresh.hash())) {
      return NodeBehind.refused(call, "already known");
    }
    if (nonce < NodeBehind.number(node.result("eth_getTransactionCount", from, "latest"))) {
      return NodeBehind.refused(call, "nonce too low");
    }
    if (old != null && !old.isReplacedBy(fresh)) {
      return NodeBehind.refused(call, "replacement transaction underpriced");
    }
    if (!full && fresh.max().compareTo(baseFee()) >= 0) {
      mine.remove(nonce);
      return node.forward(call);
    }
    mine.put(nonce, fresh);
    return NodeBehind.answered(call, JSON.valueToTree(fresh.hash()));
  }

  private static String sender(SignedRawTransaction signed) {
    try {
      return signed.getFrom().toLowerCase(Locale.ROOT);
    } catch (SignatureException e) {
      throw new IllegalArgumentException("a transaction that nobody signed", e);
    }
  }

  /// Hands over what pays enough, in the order of the nonces.
  private void release() throws IOException, InterruptedException {
    if (full) {
      return;
    }
    BigInteger baseFee = baseFee();
    for (TreeMap<Long, Kept> mine : kept.values()) {
      List<Long> gone = new ArrayList<>();
      for (Map.Entry<Long, Kept> entry : mine.entrySet()) {
        if (entry.getValue().max().compareTo(baseFee) < 0) {
          break;
        }
        node.result("eth_sendRawTransaction", entry.getValue().raw());
        gone.add(entry.getKey());
      }
      gone.forEach(mine::remove);
    }
  }

  private BigInteger baseFee() throws IOException, InterruptedException {
    JsonNode block = node.result("eth_getBlockByNumber", "latest", false);
    return new BigInteger(block.path("baseFeePerGas").asText("0x0").substring(2), 16);
  }

  private JsonNode count(JsonNode call) throws IOException, InterruptedException {
    JsonNode answer = node.forward(call);
    if (!call.path("params").path(1).asText().equals("pending")) {
      return answer;
    }
    String account = call.path("params").path(0).asText().toLowerCase(Locale.ROOT);
    long next = NodeBehind.number(answer.path("result"));
    Map<Long, Kept> mine = kept.getOrDefault(account, new TreeMap<>());
    while (mine.containsKey(next)) {
      next++;
    }
    return NodeBehind.answered(call, JSON.valueToTree(NodeBehind.hex(next)));
  }

  private JsonNode known(JsonNode call, String hash) throws IOException, InterruptedException {
    boolean isKept =
        kept.values().stream()
            .flatMap(mine -> mine.values().stream())
            .anyMatch(one -> one.hash().equalsIgnoreCase(hash));
    return isKept
        ? NodeBehind.answered(call, JSON.createObjectNode().put("hash", hash).putNull("blockHash"))
        : node.forward(call);
  }
}
