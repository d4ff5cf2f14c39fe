package opml.lab.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import opml.agent.Agent;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.codec.ShortBuffer;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.key.Wallet;
import opml.game.claim.ClaimStatus;
import opml.game.move.GameStatus;
import opml.hub.Journal.Entry;
import opml.lab.play.OnDevChain;
import opml.lab.play.Scene;
import opml.lab.play.SmallStory;
import opml.llm.tape.Sampling;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;
import opml.proof.Answers;
import opml.proof.GraphWorkshop;
import opml.receipt.AnswerReceipt;
import opml.receipt.ReceiptCheck;
import opml.receipt.ReceiptedModel;
import opml.receipt.Voucher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// What a receipt says is what the hub hears.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class ReceiptOnChainTest extends OnDevChain {
  private static final int LIMIT = 4;
  private static final int[] PROMPT = {1, SmallStory.LETTERS, SmallStory.LETTERS + 5};

  @TempDir static Path folder;

  private final SmallStory story = SmallStory.in(folder);
  private final Scene scene = Scene.set(dev, story.model(), story.workshop());
  private final ReceiptedModel receipted =
      new ReceiptedModel(story.model(), SmallStory.LIMITS, story.vocabulary());
  private int moved;

  private final byte[] request =
      new TextRequest(PROMPT, LIMIT, Sampling.GREEDY).encode(SmallStory.LIMITS);

  private int[] right() {
    return TextAnswer.read(story.answer(request)).orElseThrow().tokens();
  }

  private AnswerReceipt receipt(int... tokens) {
    List<AnswerReceipt> receipts =
        new Voucher(
                receipted,
                Wallet.ofChance(),
                AnswerReceipt.NOWHERE,
                Duration.ofDays(1),
                InstantSource.system())
            .receipts(PROMPT, LIMIT, Sampling.GREEDY, tokens);
    assertThat(receipts).hasSize(1);
    assertThat(new ReceiptCheck(receipts.getFirst()).flaws()).isEmpty();
    assertThat(new ReceiptCheck(receipts.getFirst()).flaws(receipted)).isEmpty();
    return receipts.getFirst();
  }

  /// {@return somebody's workshop who stakes on what a receipt says, as the signer of it does}
  private GraphWorkshop workshop(AnswerReceipt receipt) {
    GraphWorkshop workshop = new GraphWorkshop(List.of());
    byte[] tape = ShortBuffer.pad(receipt.answer(), receipt.outputBytes());
    workshop.add(story.model(), Answers.leavingNothing((_, _) -> tape));
    return workshop;
  }

  @Test
  void aTrueReceiptSaysTheStateThatTheRunEndsIn() {
    AnswerReceipt receipt = receipt(right());
    assertThat(receipt.request()).isEqualTo(ShortBuffer.trim(request));
    assertThat(receipt.answer()).isEqualTo(ShortBuffer.trim(story.answer(request)));
    var ran = story.workshop().checkingWork(story.model(), request, story.answer(request));
    assertThat(ran.result().finalState()).isEqualTo(receipt.vouched().finalState());
    var claimed = workshop(receipt).work(story.model().id(), receipt.request()).orElseThrow();
    assertThat(claimed.result().finalState()).isEqualTo(receipt.vouched().finalState());
    assertThat(claimed.claimEvidence()).isEqualTo(ran.claimEvidence());
  }

  @Test
  void aFalseReceiptsClaimIsRefuted() {
    int[] tokens = right();
    tokens[1] = tokens[1] == 265 ? 266 : 265;
    AnswerReceipt receipt = receipt(Arrays.copyOf(tokens, LIMIT));
    scene.ask(receipt.request());
    Server liar = scene.server(3, workshop(receipt), this::hear);
    act(liar);
    assertThat(scene.claims())
        .singleElement()
        .satisfies(
            claim ->
                assertThat(claim.state().claim().finalState())
                    .isEqualTo(receipt.vouched().finalState()));
    Verifier verifier = scene.verifier(4, this::hear);
    act(verifier);
    assertThat(scene.games()).hasSize(1);
    while (scene.games().getFirst().status() == GameStatus.RUNNING) {
      int before = moved;
      act(liar);
      act(verifier);
      if (moved == before) {
        scene.passAllowance();
      }
    }
    assertThat(scene.games().getFirst().status()).isEqualTo(GameStatus.CHALLENGER_WON);
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.DEAD);
  }

  private static void act(Agent agent) {
    do {
      agent.tick();
    } while (agent.isBehind());
  }

  private void hear(Entry entry) {
    if (entry instanceof Entry.Moved) {
      moved++;
    }
  }
}
