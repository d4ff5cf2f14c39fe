package opml.ethereum.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Sampler;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.Receipt;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.devchain.LyingNode;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.send.Sender;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// What a node says that is not so, when it is the only one and when there are others.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class LyingNodeTest {
  private static final Address ACCOUNT =
      Address.ofHex("0x00000000000000000000000000000000000000aa");

  private static DevChain dev;
  private static List<Lies.Kind> kinds;
  private static LyingNode liar;
  private static LyingNode other;
  private static LyingNode third;
  private static Map<String, Function<Chain, Object>> questions;
  private static final Map<String, Object> TRUTH = new LinkedHashMap<>();

  private static final Map<LyingNode, Rpc> CONNECTIONS = new HashMap<>();

  private final List<String> faults = Collections.synchronizedList(new ArrayList<>());

  @BeforeAll
  static void start() {
    dev = DevChain.start(DevChain.Options.DEFAULT);
    Sender sender = new Sender(dev.chain(), dev.account(0));
    Contract sampler = sender.deploy(Sampler.abi(), 3);
    Receipt mined = sender.send(Call.transfer(ACCOUNT, Wei.of(7)));
    sender.send(sampler.call("emitMany", 2));
    sender.send(sampler.call("pay", Bytes32.ZERO, new byte[] {1, 2}).paying(Wei.of(77)));
    dev.autoMine(false);
    sender.submit(sampler.call("emitMany", 2));
    sender.submit(Call.transfer(ACCOUNT, Wei.of(9)));
    sender.submit(sampler.call("emitMany", 1));
    dev.mine(1);
    liar = LyingNode.before(dev.url());
    other = LyingNode.before(dev.url());
    third = LyingNode.before(dev.url());
    kinds = Lies.kinds(dev.chain().block(0).orElseThrow().hash());
    questions = Lies.questions(dev, sampler, mined);
    questions.forEach((name, question) -> TRUTH.put(name, Lies.answer(dev.chain(), question)));
  }

  @AfterAll
  static void stop() {
    CONNECTIONS.values().forEach(Rpc::close);
    liar.close();
    other.close();
    third.close();
    dev.close();
  }

  private ProofChain chain(int needed, LyingNode... nodes) {
    List<Rpc> rpcs = new ArrayList<>();
    for (LyingNode node : nodes) {
      rpcs.add(CONNECTIONS.computeIfAbsent(node, one -> new Rpc(one.url(), Lies.ONCE)));
    }
    faults.clear();
    return ProofChain.of(
        rpcs, dev.chain().id(), needed, (node, what) -> faults.add(node + ": " + what), 2);
  }

  private static String name(LyingNode node) {
    return "http://127.0.0.1:" + node.url().getPort();
  }

  private static void lookWell(ProofChain chain) {
    liar.say(LyingNode.Lie.NONE);
    BlockRef head = chain.latest();
    chain.logs(new LogFilter(List.of(), List.of()), 0, head.number());
  }

  private void assertNamed(Lies.Kind kind) {
    assertThat(faults).as(kind.name()).isNotEmpty().allMatch(f -> f.startsWith(name(liar) + ": "));
    kind.found()
        .ifPresent(
            lie ->
                assertThat(faults)
                    .as(kind.name())
                    .anyMatch(
                        f ->
                            NodeLie.in(f.substring(name(liar).length() + 2))
                                .equals(Optional.of(lie))));
  }

  @Test
  void nothingThatTheOnlyNodeMakesUpIsBelieved() {
    assertThat(kinds).hasSizeGreaterThan(25);
    for (Lies.Kind kind : kinds) {
      ProofChain chain = chain(1, liar);
      if (kind.later()) {
        lookWell(chain);
      }
      liar.say(kind.lie());
      int troubles = 0;
      for (Map.Entry<String, Function<Chain, Object>> question : questions.entrySet()) {
        Object answer = Lies.answer(chain, question.getValue());
        if (answer instanceof Lies.Trouble) {
          troubles++;
        } else {
          assertThat(answer)
              .as("%s, %s", kind.name(), question.getKey())
              .isEqualTo(TRUTH.get(question.getKey()));
        }
      }
      assertThat(troubles).as(kind.name()).isPositive();
      assertNamed(kind);
    }
  }

  @Test
  void oneOfThreeIsNamedAndTheOthersAnswer() {
    int needed = 1;
    for (Lies.Kind kind : kinds) {
      needed = 3 - needed;
      ProofChain chain = chain(needed, liar, other, third);
      if (kind.later()) {
        lookWell(chain);
      }
      liar.say(kind.lie());
      for (Map.Entry<String, Function<Chain, Object>> question : questions.entrySet()) {
        assertThat(Lies.answer(chain, question.getValue()))
            .as("%s, %s, %d must agree: %s", kind.name(), question.getKey(), needed, faults)
            .isEqualTo(TRUTH.get(question.getKey()));
      }
      assertNamed(kind);
    }
  }

  @Test
  void whatNoHashBindsIsNotEvenAsked() {
    ProofChain chain = chain(1, other);
    questions.values().forEach(question -> Lies.answer(chain, question));
    for (String method : List.of("eth_call", "eth_getLogs", "eth_getBalance", "eth_getStorageAt")) {
      assertThat(other.asked(method)).as(method).isZero();
    }
  }
}
