package opml.ethereum.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Sampler;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFollower;
import opml.ethereum.chain.LogReader;
import opml.ethereum.chain.Receipt;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.devchain.LyingNode;
import opml.ethereum.rpc.PlainAnswers;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.send.Sender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// A chain whose node tells the truth is the chain.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class ProofChainTest {
  private static final Address ACCOUNT =
      Address.ofHex("0x00000000000000000000000000000000000000aa");

  private final DevChain dev = DevChain.start(DevChain.Options.DEFAULT);
  private final LyingNode node = LyingNode.before(dev.url());
  private final List<String> faults = Collections.synchronizedList(new ArrayList<>());
  private ProofChain chain;
  private Sender sender;
  private Contract sampler;
  private Receipt mined;

  @BeforeEach
  void begin() {
    sender = new Sender(dev.chain(), dev.account(0));
    sampler = sender.deploy(Sampler.abi(), 3);
    mined = sender.send(Call.transfer(ACCOUNT, Wei.of(7)));
    for (int i = 0; i < 5; i++) {
      sender.send(sampler.call("emitMany", 2));
    }
    sender.send(sampler.call("pay", Bytes32.ZERO, new byte[] {1, 2}).paying(Wei.of(77)));
    chain = proof(ProofChain.FINALITY, node.url());
  }

  @AfterEach
  void end() {
    chain.close();
    node.close();
    dev.close();
  }

  private ProofChain proof(int finality, URI... nodes) {
    return proof(finality, 4096, nodes);
  }

  private ProofChain proof(int finality, int headers, URI... nodes) {
    List<Rpc> rpcs = new ArrayList<>();
    for (URI url : nodes) {
      rpcs.add(new Rpc(url, Lies.ONCE));
    }
    return ProofChain.of(
        rpcs, dev.chain().id(), 1, (one, what) -> faults.add(one + " " + what), finality, headers);
  }

  private void assertEveryAnswerIsTheNodes() {
    Lies.questions(dev, sampler, mined)
        .forEach(
            (name, question) ->
                assertThat(Lies.answer(chain, question))
                    .as(name)
                    .isEqualTo(Lies.answer(dev.chain(), question)));
    assertThat(faults).isEmpty();
  }

  @Test
  void everyAnswerIsTheNodes() {
    assertEveryAnswerIsTheNodes();
  }

  @Test
  void aLookWhereNothingHappensIsOneCall() {
    LogFollower<LogEntry> follower =
        new LogFollower<>(chain, sampler.filter(), Function.identity(), 0, 1);
    assertThat(follower.poll()).isNotEmpty();
    int before = node.asked();
    follower.poll();
    assertThat(node.asked() - before).isEqualTo(1);
    dev.mine(1);
    before = node.asked();
    assertThat(follower.poll()).isNotEmpty();
    assertThat(node.asked() - before).as("a new block without logs").isEqualTo(1);
    sender.send(sampler.call("emitMany", 2));
    before = node.asked();
    assertThat(follower.poll()).isNotEmpty();
    assertThat(node.asked() - before).as("a new block with logs").isEqualTo(3);
  }

  @Test
  void headersFarBackAreAskedForByTheBatch() {
    dev.mine(1000);
    LogFollower<LogEntry> follower =
        new LogFollower<>(chain, sampler.filter(), Function.identity(), 0, 1, 100);
    List<LogFollower.Update<LogEntry>> updates = follower.poll();
    long logs =
        updates.stream()
            .mapToLong(u -> ((LogFollower.Update.Forward<LogEntry>) u).logs().size())
            .sum();
    assertThat(logs).isEqualTo(dev.chain().logs(sampler.filter(), 0, 2000).size());
    assertThat(updates.size()).isGreaterThan(10);
    // Each piece's last header by its number, and by its hash once more.
    assertThat(node.asked()).isLessThan(1000 + 200);
  }

  @Test
  void rangesOfAnyLengthAreReadInPieces() {
    dev.mine(200);
    try (ProofChain small = proof(4, 50, node.url())) {
      assertThatThrownBy(() -> small.logs(sampler.filter(), 0, 60))
          .isInstanceOf(ChainException.TooLarge.class);
      assertThat(new LogReader(small, 1 << 20).read(sampler.filter(), 0, 1000))
          .isEqualTo(dev.chain().logs(sampler.filter(), 0, 1000));
      assertThat(faults).isEmpty();
    }
  }

  @Test
  void anInventedBeginningIsFoundOutWhenItMeetsTheRest() {
    dev.mine(200);
    try (ProofChain small = proof(4, 50, node.url())) {
      small.latest();
      node.say(
          (_, params, truth) ->
              params.path(0).asText().equals("0x13")
                  ? Lies.rehashed(truth, block -> block.put("extraData", "0x01"))
                  : truth);
      assertThat(small.logs(sampler.filter(), 0, 19))
          .as("those of its true ancestors")
          .isEqualTo(dev.chain().logs(sampler.filter(), 0, 19));
      assertThatThrownBy(() -> small.logs(sampler.filter(), 20, 60))
          .isInstanceOf(ChainException.Malformed.class)
          .hasMessageContaining("does not follow block 19");
      assertThat(faults).singleElement().asString().contains("lies about the chain of headers");
    }
  }

  @Test
  void anotherForkWithinWhatIsNotFinalIsFollowed() {
    chain.latest();
    dev.mine(5);
    BlockRef left = chain.latest();
    dev.reorg(3);
    BlockRef head = dev.chain().latest();
    assertThat(chain.latest()).isEqualTo(head);
    assertThat(chain.block(left.number())).isEqualTo(dev.chain().block(left.number()));
    assertThat(chain.block(left.number()).orElseThrow().hash()).isNotEqualTo(left.hash());
    assertThatThrownBy(() -> chain.balance(ACCOUNT, left))
        .isInstanceOf(ChainException.Reorganised.class);
    assertThat(faults).isEmpty();
  }

  @Test
  void whatWasFinalIsNotTakenBack() {
    try (ProofChain strict = proof(4, node.url())) {
      BlockRef before = strict.latest();
      dev.mine(3);
      strict.latest();
      dev.reorg(3);
      assertThat(strict.latest()).as("just not final").isEqualTo(dev.chain().latest());
      dev.mine(5);
      strict.latest();
      dev.reorg(7);
      assertThatThrownBy(strict::latest)
          .isInstanceOf(ChainException.Malformed.class)
          .hasMessageContaining("which is final");
      assertThat(faults).singleElement().asString().contains("lies about what was final");
      assertThat(strict.block(before.number())).contains(before);
    }
  }

  @Test
  void whatWasFinalIsNotTakenBackByASiblingEither() {
    try (ProofChain strict = proof(4, node.url())) {
      BlockRef head = strict.latest();
      strict.logs(sampler.filter(), 0, head.number());
      String sibling = "0x" + Long.toHexString(head.number() - 4);
      node.say(
          (method, params, truth) ->
              method.equals("eth_getBlockByNumber") && params.get(0).asText().equals("latest")
                  ? Lies.rehashed(
                      dev.chain()
                          .rpc()
                          .read(PlainAnswers::json, "eth_getBlockByNumber", sibling, false),
                      block -> block.put("extraData", "0x01"))
                  : truth);
      assertThatThrownBy(strict::latest).hasMessageContaining("which is final");
      node.say(LyingNode.Lie.NONE);
      assertThat(strict.latest()).isEqualTo(head);
    }
  }

  @Test
  void aReceiptOfAnInventedBlockIsNone() {
    BlockRef head = chain.latest();
    node.say(
        (method, _, truth) -> {
          if (method.equals("eth_getTransactionReceipt")) {
            ((ObjectNode) truth).put("blockHash", "0x" + "77".repeat(32));
          }
          return truth;
        });
    assertThatThrownBy(() -> chain.receipt(mined.transaction()))
        .isInstanceOf(ChainException.Unreachable.class);
    node.say(
        (method, params, truth) ->
            method.equals("eth_getBlockByHash") && !params.get(1).asBoolean()
                    || method.equals("eth_getTransactionReceipt")
                ? invented(method, truth)
                : truth);
    assertThat(Lies.answer(chain, c -> c.receipt(mined.transaction())))
        .isInstanceOf(Lies.Trouble.class);
    assertThat(chain.latest()).isEqualTo(head);
  }

  /// A block beside the true one that has the same transactions, and another hash.
  private JsonNode invented(String method, JsonNode truth) {
    var block =
        Lies.rehashed(
            dev.chain()
                .rpc()
                .read(
                    PlainAnswers::json, "eth_getBlockByHash", mined.blockHash().toString(), false),
            b -> b.put("extraData", "0x02"));
    if (method.equals("eth_getBlockByHash")) {
      return block;
    }
    ((ObjectNode) truth).set("blockHash", block.get("hash"));
    return truth;
  }

  @Test
  void aNodeThatTakesFewCallsAtATimeIsAskedForSo() {
    dev.mine(100);
    node.takeAtATime(10);
    assertThat(chain.latest()).isEqualTo(dev.chain().latest());
    assertThat(chain.logs(sampler.filter(), 0, 200))
        .isEqualTo(dev.chain().logs(sampler.filter(), 0, 200));
    assertThat(faults).isEmpty();
  }

  @Test
  void aNodeWithoutReceiptsOfBlocksIsAskedForEach() {
    node.refuse("eth_getBlockReceipts");
    assertEveryAnswerIsTheNodes();
    assertThat(node.asked("eth_getTransactionReceipt")).isPositive();
  }

  @Test
  void aNodeWithoutProofsIsTold() {
    node.refuse("eth_getProof");
    assertThatThrownBy(() -> chain.balance(ACCOUNT, dev.chain().latest()))
        .isInstanceOf(ChainException.Refused.class)
        .hasMessageContaining("eth_getProof");
  }

  @Test
  void transactionsAreSentAndTheirReceiptsProven() {
    Sender proven = new Sender(chain, dev.account(1));
    Receipt receipt = proven.send(sampler.call("pay", Bytes32.ZERO, new byte[0]).paying(Wei.of(1)));
    assertThat(Optional.of(receipt)).isEqualTo(dev.chain().receipt(receipt.transaction()));
    assertThatThrownBy(() -> proven.send(sampler.call("refuseWhenTotalIs", 78)))
        .isInstanceOf(ChainException.Reverted.class);
    Contract another = proven.deploy(Sampler.abi(), 5);
    assertThat(another.read(chain.snapshot(), "start").number(0)).isEqualTo(5);
  }
}
