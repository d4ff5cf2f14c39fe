package opml.lab.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import opml.agent.Agent;
import opml.agent.OutputFolder;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.codec.ShortBuffer;
import opml.core.merkle.MerkleRoot;
import opml.engine.commit.Model;
import opml.ethereum.abi.Contract;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.ForwardingChain;
import opml.game.claim.Availability;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.move.GameStatus;
import opml.game.work.Work;
import opml.hub.ClaimedOutput;
import opml.hub.Hub;
import opml.hub.HubReader;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.lab.play.OnDevChain;
import opml.lab.play.Scene;
import opml.lab.play.TestModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// A model whose input no transaction carries and whose output no claim does, before the real hub: uploaded in parts,
/// claimed by its root, disputed like any other.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class LargeOnChainTest extends OnDevChain {
  private static final int FLOATS = 40_000;

  private static final int TICKS = 100;

  private static final Model MODEL = TestModels.wide(FLOATS);

  /// 160,000 bytes: a part of 64 KiB of numbers, one of zeros, and a shorter one.
  private static final byte[] INPUT = input();

  private final Scene scene = Scene.set(dev, MODEL);
  private final List<Action.Move> moves = new ArrayList<>();

  @TempDir private Path folder;

  private static byte[] input() {
    SplittableRandom random = new SplittableRandom(5);
    ByteBuffer bytes = ByteBuffer.allocate(4 * FLOATS).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < FLOATS; i++) {
      boolean isZero = i / 16_384 == 1;
      bytes.putFloat(isZero ? 0 : (float) random.nextDouble(-8, 8));
    }
    return bytes.array();
  }

  private Server publishing(int account) {
    return new Server(
        scene.hub(account),
        scene.honest(),
        Journal.SILENT,
        new Server.Policy(Optional.of(Wei.ZERO), true, 1, 0),
        Agent.Caution.DEFAULT,
        Optional.of(new OutputFolder(folder)));
  }

  @Test
  void aLargeInputIsUploadedAndALargeOutputClaimedByItsRoot() throws IOException {
    RequestId id = scene.ask(INPUT);
    assertThat(scene.picture().requests().get(id).state().request().availability())
        .isEqualTo(Availability.UPLOADED);
    Server server = publishing(2);
    tickUntil(server, () -> !scene.claims().isEmpty());
    scene.verifier(3, Journal.SILENT).tick();
    assertThat(scene.games()).isEmpty();
    scene.passWindow();
    server.tick();
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.FINAL);

    HubReader reader = new HubReader(scene.deployment(), dev.chain());
    var claim = List.copyOf(reader.read().claims().keySet()).getFirst();
    assertThat(reader.input(id)).isEqualTo(INPUT);
    assertThatThrownBy(() -> reader.output(claim)).hasMessageContaining("only the root");
    ClaimedOutput.ByRoot claimed = (ClaimedOutput.ByRoot) reader.claimedOutput(claim);
    assertThat(claimed.bytes()).isEqualTo(4 * FLOATS);

    byte[] published = Files.readAllBytes(folder.resolve(OutputFolder.name(claimed.root())));
    assertThat(claimed.isOf(published)).isTrue();
    byte[] output = ShortBuffer.pad(published, 4 * FLOATS);
    ByteBuffer in = ByteBuffer.wrap(INPUT).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer out = ByteBuffer.wrap(output).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < FLOATS; i++) {
      float x = in.getFloat();
      assertThat(out.getFloat()).isEqualTo(Math.max(x, 0) + x);
    }
    published[7] ^= 1;
    assertThat(claimed.isOf(published)).as("one bit").isFalse();
    assertThat(claimed.isOf(new byte[4 * FLOATS + 1])).as("too many").isFalse();
  }

  @Test
  void aLieAboutOneElementOfALargeOutputIsCaught() {
    scene.ask(INPUT);
    Server liar = scene.server(4, new Liar(MODEL, new Lie.InElement(1, FLOATS - 3)), this::hear);
    tickUntil(liar, () -> !scene.claims().isEmpty());
    Verifier verifier = scene.verifier(5, this::hear);
    tickUntil(verifier, () -> !scene.games().isEmpty());
    while (scene.games().getFirst().status() == GameStatus.RUNNING) {
      int before = moves.size();
      liar.tick();
      verifier.tick();
      if (moves.size() == before) {
        scene.passAllowance();
      }
    }
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.DEAD);
    assertThat(scene.games().getFirst().status()).isEqualTo(GameStatus.CHALLENGER_WON);
    assertThat(moves).hasAtLeastOneElementOfType(Action.Refine.class);
  }

  /// The first try is broken off behind its first part, and somebody else has sent one more.
  @Test
  void whatIsThereAlreadyIsNotUploadedAgain() {
    Hub hub = scene.hub(1);
    Contract inputs = scene.deployment().inputs();
    byte[] first = Arrays.copyOf(INPUT, 1 << 16);
    scene.hub(6).sender().send(inputs.call("put", 11L, ShortBuffer.trim(first)));
    Wei before = scene.balance(1);
    hub.request(MODEL.id(), scene.terms(), INPUT, Scene.FEE);
    Wei once = before.minus(scene.balance(1));
    byte[] changed = INPUT.clone();
    changed[INPUT.length - 2] ^= 0x01;
    before = scene.balance(1);
    hub.request(MODEL.id(), scene.terms(), changed, Scene.FEE);
    Wei again = before.minus(scene.balance(1));
    before = scene.balance(1);
    hub.request(MODEL.id(), scene.terms(), INPUT, Scene.FEE);
    Wei third = before.minus(scene.balance(1));
    // The part of 64 KiB costs some 2.6 million gas, at no less than a wei each.
    assertThat(third).isLessThan(once);
    assertThat(third).isLessThan(again);
    HubReader reader = new HubReader(scene.deployment(), dev.chain());
    List<byte[]> read = reader.read().requests().keySet().stream().map(reader::input).toList();
    assertThat(read.get(0)).isEqualTo(INPUT);
    assertThat(read.get(1)).isEqualTo(changed);
    assertThat(read.get(2)).isEqualTo(INPUT);
  }

  @Test
  void theRootOfARunIsThatOfItsOutput() {
    Work work = scene.honest().work(MODEL.id(), INPUT).orElseThrow();
    assertThat(work.result().output()).isEmpty();
    assertThat(MerkleRoot.of(work.output(), MODEL.descriptor().outputDepth()))
        .isEqualTo(work.result().outputRoot().orElseThrow());
  }

  @Test
  void aForgedPartIsRefused() {
    RequestId id = scene.ask(INPUT);
    Address inputs = scene.deployment().inputs().address();
    for (boolean shortened : new boolean[] {false, true}) {
      Chain forging =
          new ForwardingChain(dev.chain()) {
            @Override
            public <T> List<Kept<T>> logs(
                LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
              return filter.addresses().equals(List.of(inputs)) && shortened
                  ? List.of()
                  : super.logs(filter, from, to, log -> keep.apply(forged(log)));
            }

            private LogEntry forged(LogEntry log) {
              byte[] data = log.data().toArray();
              if (log.address().equals(inputs) && data.length > 1 << 15) {
                data[1 << 15] ^= 1;
              }
              return new LogEntry(
                  log.address(),
                  log.topics(),
                  Data.of(data),
                  log.blockNumber(),
                  log.blockHash(),
                  log.transaction(),
                  log.index());
            }
          };
      HubReader reader = new HubReader(scene.deployment(), forging);
      reader.read();
      assertThatThrownBy(() -> reader.input(id))
          .isInstanceOf(ChainException.Malformed.class)
          .hasMessageContaining("does not show the uploaded part");
    }
  }

  /// A run may take longer than a look where others use the processor, too.
  private static void tickUntil(Agent agent, BooleanSupplier done) {
    for (int i = 0; i < TICKS && !done.getAsBoolean(); i++) {
      agent.tick();
    }
    assertThat(done.getAsBoolean()).isTrue();
  }

  private void hear(Entry entry) {
    if (entry instanceof Entry.Moved moved) {
      moves.add(moved.move());
    }
  }
}
