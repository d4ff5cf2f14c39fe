package opml.ethereum.proof;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.Receipt;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.devchain.LyingNode;
import opml.ethereum.rpc.PlainAnswers;
import opml.ethereum.rpc.Rpc;

/// What a chain can be asked, and lies about it.
final class Lies {
  /// Nothing is asked twice, so that each lie is told.
  static final Rpc.Options ONCE =
      new Rpc.Options(
          Duration.ofSeconds(30), Duration.ofSeconds(60), 1, Duration.ofMillis(1), 32 << 20);

  private static final Address ACCOUNT =
      Address.ofHex("0x00000000000000000000000000000000000000aa");
  private static final String OTHER = "0x" + "5a".repeat(32);
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private Lies() {}

  /// Everything that a chain can be asked of which the answer is bound by a hash, by name.
  static Map<String, Function<Chain, Object>> questions(
      DevChain dev, Contract sampler, Receipt mined) {
    BlockRef head = dev.chain().latest();
    LogFilter all = new LogFilter(List.of(), List.of());
    LogFilter filter = sampler.filter();
    LogFilter none = new LogFilter(List.of(ACCOUNT), List.of());
    Map<String, Function<Chain, Object>> questions = new LinkedHashMap<>();
    questions.put("latest", Chain::latest);
    questions.put("block by number", chain -> chain.block(2));
    questions.put("no block by number", chain -> chain.block(1_000_000));
    Bytes32 first = dev.chain().block(1).orElseThrow().hash();
    questions.put("block by hash", chain -> chain.block(first));
    questions.put("no block by hash", chain -> chain.block(Bytes32.ZERO));
    questions.put("balance", chain -> chain.balance(ACCOUNT, head));
    questions.put("balance of nobody", chain -> chain.balance(Address.BURNT, head));
    questions.put("code", chain -> chain.code(sampler.address(), head));
    questions.put("no code", chain -> chain.code(ACCOUNT, head));
    Map.of(
            "view", sampler.call("total"),
            "immutable", sampler.call("start"),
            "view of much", sampler.call("load", Bytes32.ZERO),
            "revert", sampler.call("refuseWhenTotalIs", 77))
        .forEach(
            (name, call) -> questions.put(name, chain -> chain.call(call, Optional.empty(), head)));
    questions.put("logs at", chain -> chain.logs(filter, head));
    questions.put("logs", chain -> chain.logs(filter, 0, head.number()));
    questions.put("all logs", chain -> chain.logs(all, 1, head.number() + 5));
    questions.put("no logs", chain -> chain.logs(none, 1, head.number()));
    questions.put("transactions", chain -> chain.transactions(head));
    questions.put("mined nonce", chain -> chain.minedNonce(dev.account(0).address()));
    questions.put("pending nonce", chain -> chain.pendingNonce(dev.account(0).address()));
    questions.put("receipt", chain -> chain.receipt(mined.transaction()));
    return questions;
  }

  /// Nothing is answered, whatever the words for it.
  record Trouble(String what) {}

  /// {@return what is answered}
  static Object answer(Chain chain, Function<Chain, Object> question) {
    try {
      return question.apply(chain);
    } catch (ChainException.Reverted e) {
      return e.revert();
    } catch (ChainException e) {
      return new Trouble(e.getMessage() + "");
    }
  }

  /// A kind of lie.
  ///
  /// @param found as what it is found out; nothing if something is left out that may not be there
  /// @param later whether it only shows to who has seen the chain before
  record Kind(String name, Optional<NodeLie> found, boolean later, LyingNode.Lie lie) {}

  /// More than 25 kinds.
  static List<Kind> kinds() {
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
        kind(
            "another block by its number",
            NodeLie.HEADER,
            (method, params) -> method.equals("eth_getBlockByNumber") && !isNewest(params),
            block -> rehashed(block, b -> b.put("number", "0x1234"))),
        kind(
            "another block by its hash",
            NodeLie.HEADER,
            (method, _) -> method.equals("eth_getBlockByHash"),
            block -> rehashed(block, b -> b.put("extraData", "0x01"))),
        newest("a newest block out of nowhere", Optional.empty(), b -> b.put("parentHash", OTHER)),
        newest(
            "a newest block before its time",
            Optional.of(NodeLie.TIME),
            b -> b.put("timestamp", "0x1")),
        newest(
            "a newest block that skips some",
            Optional.of(NodeLie.LINK),
            b -> b.put("number", "0xffff").put("parentHash", b.get("parentHash").asText())),
        receipts("no receipts", _ -> JSON.arrayNode()),
        withheld("receipts that are not there", "eth_getBlockReceipts"),
        receipts("receipts in another order", Lies::turned),
        receipts("a receipt less", Lies::shortened),
        receipts("a receipt of failure", all -> first(all, r -> r.put("status", "0x0"))),
        receipts("less gas", all -> first(all, r -> r.put("cumulativeGasUsed", "0x1"))),
        receipts("another type", all -> first(all, r -> r.put("type", "0x1"))),
        receipts("a log less", all -> logs(all, Lies::shortened)),
        receipts("no logs", all -> logs(all, _ -> JSON.arrayNode())),
        receipts("a log more", all -> logs(all, l -> l.add(l.get(0).deepCopy()))),
        receipts("other data", all -> log(all, l -> l.put("data", OTHER))),
        receipts("another address", all -> log(all, l -> l.put("address", ACCOUNT.toString()))),
        receipts("another topic", all -> log(all, l -> l.putArray("topics").add(OTHER))),
        transactions("no transactions", _ -> JSON.arrayNode()),
        transactions("transactions in another order", Lies::turned),
        transactions("a transaction less", Lies::shortened),
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
        kind("no code", NodeLie.CODE, (m, _) -> m.equals("eth_getCode"), _ -> JSON.textNode("0x")),
        kind(
            "other code",
            NodeLie.CODE,
            (m, _) -> m.equals("eth_getCode"),
            _ -> JSON.textNode("0x5f")),
        kind(
            "a receipt of another block",
            NodeLie.RECEIPTS,
            (method, _) -> method.equals("eth_getTransactionReceipt"),
            receipt -> change(receipt, r -> r.put("blockHash", genesis.toString()))),
        kind(
            "endless transactions that wait",
            NodeLie.NONCE,
            (method, _) -> method.equals("eth_getTransactionCount"),
            _ -> JSON.textNode("0x7fffffffffffffff")));
  }

  /// The hash of the first block, which has no transactions.
  static volatile Bytes32 genesis = Bytes32.ZERO;

  private static boolean isNewest(JsonNode params) {
    return params.path(0).asText().equals("latest");
  }

  private static Kind kind(
      String name,
      Optional<NodeLie> found,
      boolean later,
      BiPredicate<String, JsonNode> when,
      UnaryOperator<JsonNode> what) {
    return new Kind(
        name,
        found,
        later,
        (method, params, truth) ->
            truth.isNull() || !when.test(method, params) ? truth : what.apply(truth));
  }

  private static Kind kind(
      String name,
      NodeLie found,
      BiPredicate<String, JsonNode> when,
      UnaryOperator<JsonNode> what) {
    return kind(name, Optional.of(found), false, when, what);
  }

  private static Kind header(String name, Consumer<ObjectNode> what) {
    return kind(
        name,
        NodeLie.HEADER,
        (method, _) -> method.startsWith("eth_getBlockBy"),
        block -> change(block, what));
  }

  private static Kind newest(String name, Optional<NodeLie> found, Consumer<ObjectNode> what) {
    return kind(
        name,
        found,
        true,
        (method, params) -> method.startsWith("eth_getBlockBy") && isNewest(params),
        block -> rehashed(block, what));
  }

  private static Kind receipts(String name, UnaryOperator<ArrayNode> what) {
    return kind(
        name,
        NodeLie.RECEIPTS,
        (method, _) -> method.equals("eth_getBlockReceipts"),
        all -> what.apply((ArrayNode) all));
  }

  private static Kind withheld(String name, String what) {
    return kind(
        name, Optional.empty(), false, (method, _) -> method.equals(what), _ -> JSON.nullNode());
  }

  private static Kind transactions(String name, UnaryOperator<ArrayNode> what) {
    return kind(
        name,
        NodeLie.TRANSACTIONS,
        (method, params) -> method.equals("eth_getBlockByHash") && params.get(1).asBoolean(),
        block ->
            change(
                block, b -> b.set("transactions", what.apply((ArrayNode) b.get("transactions")))));
  }

  private static Kind proof(String name, Consumer<ObjectNode> what) {
    return kind(
        name, NodeLie.STATE, (method, _) -> method.equals("eth_getProof"), p -> change(p, what));
  }

  private static Kind slot(String name, Consumer<ObjectNode> what) {
    return proof(name, p -> p.get("storageProof").forEach(one -> what.accept((ObjectNode) one)));
  }

  private static JsonNode change(JsonNode truth, Consumer<ObjectNode> what) {
    what.accept((ObjectNode) truth);
    return truth;
  }

  /// A header that hashes to its block, whatever is in it.
  static JsonNode rehashed(JsonNode block, Consumer<ObjectNode> what) {
    change(block, what);
    try {
      Header.of(PlainAnswers.of(change(block, b -> b.put("hash", OTHER))));
    } catch (ChainException.Malformed e) {
      String words = String.valueOf(e.getMessage());
      return change(block, b -> b.put("hash", words.substring(words.lastIndexOf(' ') + 1)));
    }
    throw new IllegalStateException("a header that hashes to anything");
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
