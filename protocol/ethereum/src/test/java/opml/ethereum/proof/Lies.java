package opml.ethereum.proof;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
import opml.ethereum.devchain.LyingKinds;
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
    questions.put("nonce at", chain -> chain.minedNonce(dev.account(0).address(), head));
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
  ///
  /// @param genesis the first block's hash, which has no transactions
  static List<Kind> kinds(Bytes32 genesis) {
    List<Kind> kinds = new ArrayList<>();
    LyingKinds.boundByHashes(genesis)
        .forEach(
            one -> kinds.add(new Kind(one.name(), one.found().map(Lies::found), false, one.lie())));
    kinds.addAll(
        List.of(
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
            newest(
                "a newest block out of nowhere", Optional.empty(), b -> b.put("parentHash", OTHER)),
            newest(
                "a newest block before its time",
                Optional.of(NodeLie.TIME),
                b -> b.put("timestamp", "0x1")),
            newest(
                "a newest block that skips some",
                Optional.of(NodeLie.LINK),
                b -> b.put("number", "0xffff").put("parentHash", b.get("parentHash").asText()))));
    return kinds;
  }

  private static NodeLie found(String word) {
    return Arrays.stream(NodeLie.values())
        .filter(lie -> lie.word().equals(word))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isNewest(JsonNode params) {
    return params.path(0).asText().equals("latest");
  }

  private static Kind kind(
      String name,
      NodeLie found,
      BiPredicate<String, JsonNode> when,
      UnaryOperator<JsonNode> what) {
    return kind(name, Optional.of(found), false, when, what);
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

  private static Kind newest(String name, Optional<NodeLie> found, Consumer<ObjectNode> what) {
    return kind(
        name,
        found,
        true,
        (method, params) -> method.startsWith("eth_getBlockBy") && isNewest(params),
        block -> rehashed(block, what));
  }

  /// A header that hashes to its block, whatever is in it.
  static JsonNode rehashed(JsonNode block, Consumer<ObjectNode> what) {
    what.accept((ObjectNode) block);
    try {
      Header.of(PlainAnswers.of(((ObjectNode) block).put("hash", OTHER)));
    } catch (ChainException.Malformed e) {
      String words = String.valueOf(e.getMessage());
      return ((ObjectNode) block).put("hash", words.substring(words.lastIndexOf(' ') + 1));
    }
    throw new IllegalStateException("a header that hashes to anything");
  }
}
