package opml.ethereum.devchain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import opml.core.account.Address;
import opml.core.hash.Bytes32;

/// Kinds of lies that a node may tell, about what hashes bind and about what is only said.
public final class LyingKinds {
  private static final Address ACCOUNT =
      Address.ofHex("0x00000000000000000000000000000000000000aa");
  private static final String OTHER = "0x" + "5a".repeat(32);
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private LyingKinds() {}

  /// A kind of lie.
  ///
  /// @param found as what hashes find it out, by its word in metrics; nothing if they do not, or if something is left
  ///     out that may not be there
  public record LyingKind(String name, Optional<String> found, LyingNode.Lie lie) {}

  /// {@return lies about what hashes bind: none of the answers hashes to what it should}
  ///
  /// @param genesis the first block's hash, which has no transactions
  public static List<LyingKind> boundByHashes(Bytes32 genesis) {
    return List.of(
        header("another hash", b -> b.put("hash", OTHER)),
        header("another number", b -> b.put("number", "0xfffff")),
        header("another time", b -> b.put("timestamp", "0x7fffffff")),
        header("another base fee", b -> b.put("baseFeePerGas", "0x1")),
        header("another parent", b -> b.put("parentHash", OTHER)),
        header("another state root", b -> b.put("stateRoot", OTHER)),
        header("another receipts root", b -> b.put("receiptsRoot", OTHER)),
        header("another transactions root", b -> b.put("transactionsRoot", OTHER)),
        header("an empty bloom", b -> b.put("logsBloom", "0x" + "00".repeat(256))),
        header("a full bloom", b -> b.put("logsBloom", "0x" + "ff".repeat(256))),
        header("a field less", b -> b.remove("requestsHash")),
        receipts("no receipts", _ -> JSON.arrayNode()),
        withheld("receipts that are not there", "eth_getBlockReceipts"),
        receipts("receipts in another order", LyingKinds::turned),
        receipts("a receipt less", LyingKinds::shortened),
        receipts("a receipt of failure", all -> first(all, r -> r.put("status", "0x0"))),
        receipts("less gas", all -> first(all, r -> r.put("cumulativeGasUsed", "0x1"))),
        receipts("another type", all -> first(all, r -> r.put("type", "0x1"))),
        receipts("a log less", all -> logs(all, LyingKinds::shortened)),
        receipts("no logs", all -> logs(all, _ -> JSON.arrayNode())),
        receipts("a log more", all -> logs(all, l -> l.add(l.get(0).deepCopy()))),
        receipts("other data", all -> log(all, l -> l.put("data", OTHER))),
        receipts("another address", all -> log(all, l -> l.put("address", ACCOUNT.toString()))),
        receipts("another topic", all -> log(all, l -> l.putArray("topics").add(OTHER))),
        transactions("no transactions", _ -> JSON.arrayNode()),
        transactions("transactions in another order", LyingKinds::turned),
        transactions("a transaction less", LyingKinds::shortened),
        transactions("other calldata", all -> first(all, t -> t.put("input", "0x01"))),
        transactions("another value", all -> first(all, t -> t.put("value", "0x99"))),
        transactions("another callee", all -> first(all, t -> t.put("to", ACCOUNT.toString()))),
        proof("more money", p -> p.put("balance", "0xffffffffffffffff")),
        proof("no money", p -> p.put("balance", "0x0")),
        proof("another nonce", p -> p.put("nonce", "0x999")),
        proof("no proof", p -> p.set("accountProof", JSON.arrayNode())),
        proof("a proof with another bit", p -> flip((ArrayNode) p.get("accountProof"))),
        slot("another word", s -> s.put("value", "0x99")),
        slot("no word", s -> s.put("value", "0x0")),
        slot("a word with another bit in its proof", s -> flip((ArrayNode) s.get("proof"))),
        slot("a word of another slot", s -> s.put("key", "0x99")),
        proof("words left out", p -> p.set("storageProof", JSON.arrayNode())),
        kind("no code", "code", (m, _) -> m.equals("eth_getCode"), _ -> JSON.textNode("0x")),
        kind("other code", "code", (m, _) -> m.equals("eth_getCode"), _ -> JSON.textNode("0x5f")),
        kind(
            "a receipt of another block",
            "receipts",
            (method, _) -> method.equals("eth_getTransactionReceipt"),
            receipt -> change(receipt, r -> r.put("blockHash", genesis.toString()))),
        kind(
            "endless transactions that wait",
            "nonce",
            (method, _) -> method.equals("eth_getTransactionCount"),
            _ -> JSON.textNode("0x7fffffffffffffff")));
  }

  /// {@return lies that no hash finds out for whoever asks plainly, only another node. About what waits, gas and tips
  /// honest nodes differ, too, so that nobody is found out there}
  ///
  /// @param genesis the first block's hash, which has no transactions
  public static List<LyingKind> plain(Bytes32 genesis) {
    return List.of(
        said("another hash", "eth_getBlockBy", b -> b.put("hash", OTHER)),
        said("another number", "eth_getBlockBy", b -> b.put("number", "0xfffff")),
        said("another time", "eth_getBlockBy", b -> b.put("timestamp", "0x7fffffff")),
        said("another base fee", "eth_getBlockBy", b -> b.put("baseFeePerGas", "0x1")),
        said("another parent", "eth_getBlockBy", b -> b.put("parentHash", OTHER)),
        told("no blocks", "eth_getBlockBy", _ -> JSON.nullNode()),
        told("no logs", "eth_getLogs", _ -> JSON.arrayNode()),
        told("a log less", "eth_getLogs", all -> shortened((ArrayNode) all)),
        told("the first log left out", "eth_getLogs", all -> beheaded((ArrayNode) all)),
        told("a log more", "eth_getLogs", all -> doubled((ArrayNode) all)),
        logSaid("other data", l -> l.put("data", OTHER)),
        logSaid("another address", l -> l.put("address", ACCOUNT.toString())),
        logSaid("another topic", l -> ((ArrayNode) l.get("topics")).set(1, OTHER)),
        logSaid("another event", l -> ((ArrayNode) l.get("topics")).set(0, OTHER)),
        logSaid("another block's number", l -> l.put("blockNumber", "0x1")),
        logSaid("another block's hash", l -> l.put("blockHash", genesis.toString())),
        logSaid("another transaction", l -> l.put("transactionHash", OTHER)),
        logSaid("another place", l -> l.put("logIndex", "0x77")),
        told("another word of a view", "eth_call", all -> JSON.textNode(flipped(all.asText()))),
        told("nothing from a view", "eth_call", _ -> JSON.textNode("0x")),
        told("zeros from a view", "eth_call", all -> JSON.textNode(zeros(all.asText()))),
        told("half of a view", "eth_call", all -> JSON.textNode(half(all.asText()))),
        told("more money", "eth_getBalance", _ -> JSON.textNode("0xffffffffffffffffff")),
        told("no money", "eth_getBalance", _ -> JSON.textNode("0x0")),
        said("a failed transaction", "eth_getTransactionReceipt", r -> r.put("status", "0x0")),
        said(
            "a receipt of another block",
            "eth_getTransactionReceipt",
            r -> r.put("blockHash", genesis.toString())),
        said("other gas", "eth_getTransactionReceipt", r -> r.put("gasUsed", "0x1")),
        told("no receipts", "eth_getTransactionReceipt", _ -> JSON.nullNode()),
        told("no code", "eth_getCode", _ -> JSON.textNode("0x")),
        told("other code", "eth_getCode", _ -> JSON.textNode("0x5f")),
        told("another chain", "eth_chainId", _ -> JSON.textNode("0x1")));
  }

  private static LyingKind told(String name, String method, UnaryOperator<JsonNode> what) {
    return kind(name, Optional.empty(), (asked, _) -> asked.startsWith(method), what);
  }

  private static LyingKind said(String name, String method, Consumer<ObjectNode> what) {
    return told(name, method, truth -> change(truth, what));
  }

  private static LyingKind logSaid(String name, Consumer<ObjectNode> what) {
    return told(name, "eth_getLogs", all -> first((ArrayNode) all, what));
  }

  private static ArrayNode beheaded(ArrayNode all) {
    if (!all.isEmpty()) {
      all.remove(0);
    }
    return all;
  }

  private static ArrayNode doubled(ArrayNode all) {
    if (!all.isEmpty()) {
      all.add(all.get(0).deepCopy());
    }
    return all;
  }

  private static String flipped(String data) {
    int at = data.length() - 1;
    return data.substring(0, at) + (data.charAt(at) == '1' ? '2' : '1');
  }

  private static String zeros(String data) {
    return "0x" + "0".repeat(data.length() - 2);
  }

  private static String half(String data) {
    return data.substring(0, 2 + (data.length() - 2) / 4 * 2);
  }

  private static LyingKind kind(
      String name,
      Optional<String> found,
      BiPredicate<String, JsonNode> when,
      UnaryOperator<JsonNode> what) {
    return new LyingKind(
        name,
        found,
        (method, params, truth) ->
            truth.isNull() || !when.test(method, params) ? truth : what.apply(truth));
  }

  private static LyingKind kind(
      String name, String found, BiPredicate<String, JsonNode> when, UnaryOperator<JsonNode> what) {
    return kind(name, Optional.of(found), when, what);
  }

  private static LyingKind header(String name, Consumer<ObjectNode> what) {
    return kind(
        name,
        "header",
        (method, _) -> method.startsWith("eth_getBlockBy"),
        block -> change(block, what));
  }

  private static LyingKind receipts(String name, UnaryOperator<ArrayNode> what) {
    return kind(
        name,
        "receipts",
        (method, _) -> method.equals("eth_getBlockReceipts"),
        all -> what.apply((ArrayNode) all));
  }

  private static LyingKind withheld(String name, String what) {
    return kind(name, Optional.empty(), (method, _) -> method.equals(what), _ -> JSON.nullNode());
  }

  private static LyingKind transactions(String name, UnaryOperator<ArrayNode> what) {
    return kind(
        name,
        "transactions",
        (method, params) -> method.equals("eth_getBlockByHash") && params.get(1).asBoolean(),
        block ->
            change(
                block, b -> b.set("transactions", what.apply((ArrayNode) b.get("transactions")))));
  }

  private static LyingKind proof(String name, Consumer<ObjectNode> what) {
    return kind(name, "state", (method, _) -> method.equals("eth_getProof"), p -> change(p, what));
  }

  private static LyingKind slot(String name, Consumer<ObjectNode> what) {
    return proof(name, p -> p.get("storageProof").forEach(one -> what.accept((ObjectNode) one)));
  }

  private static JsonNode change(JsonNode truth, Consumer<ObjectNode> what) {
    what.accept((ObjectNode) truth);
    return truth;
  }

  private static ArrayNode first(ArrayNode all, Consumer<ObjectNode> what) {
    if (!all.isEmpty()) {
      what.accept((ObjectNode) all.get(0));
    }
    return all;
  }

  private static ArrayNode shortened(ArrayNode all) {
    if (!all.isEmpty()) {
      all.remove(all.size() - 1);
    }
    return all;
  }

  private static ArrayNode turned(ArrayNode all) {
    if (!all.isEmpty()) {
      all.add(all.remove(0));
    }
    return all;
  }

  private static ArrayNode logs(ArrayNode receipts, UnaryOperator<ArrayNode> what) {
    receipts.forEach(
        receipt -> {
          ArrayNode logs = (ArrayNode) receipt.get("logs");
          if (!logs.isEmpty()) {
            ((ObjectNode) receipt).set("logs", what.apply(logs));
          }
        });
    return receipts;
  }

  private static ArrayNode log(ArrayNode receipts, Consumer<ObjectNode> what) {
    return logs(receipts, logs -> first(logs, what));
  }

  private static void flip(ArrayNode nodes) {
    if (!nodes.isEmpty()) {
      String last = nodes.get(nodes.size() - 1).asText();
      int at = last.length() - 1;
      nodes.set(nodes.size() - 1, last.substring(0, at) + (last.charAt(at) == '1' ? '2' : '1'));
    }
  }
}
