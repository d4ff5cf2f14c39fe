package opml.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.devchain.ForwardingChain;
import opml.ethereum.quorum.Quorum;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.rpc.RpcChain;
import org.junit.jupiter.api.Test;

class SendGateTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Data SIGNED = Data.of(new byte[] {1});

  /// Nobody is there; what is sent is taken all the same, once that is allowed.
  private static final class SlowTaker extends ForwardingChain {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    SlowTaker(Chain chain) {
      super(chain);
    }

    @Override
    public void send(Data signed) {
      begun.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void whatIsBeingSentIsWaitedForAndNothingIsSentAfterwards() throws Exception {
    Quorum.Node nobody =
        new Quorum.Node(
            "nobody", () -> RpcChain.connect(new Rpc(URI.create("http://127.0.0.1:1"))));
    try (Quorum quorum = new Quorum(1, List.of(nobody), 1, (_, _) -> {});
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      SlowTaker chain = new SlowTaker(quorum);
      SendGate gate = new SendGate(chain);
      Future<?> sent = threads.submit(() -> gate.send(SIGNED));
      chain.begun.await();
      assertThat(gate.shut(Duration.ofMillis(10))).isFalse();
      Future<Boolean> shut = threads.submit(() -> gate.shut(PATIENCE));
      chain.go.countDown();
      assertThat(shut.get()).isTrue();
      sent.get();
      assertThatThrownBy(() -> gate.send(SIGNED))
          .isInstanceOf(ChainException.Unreachable.class)
          .hasMessageContaining("sends nothing more");
    }
  }
}
