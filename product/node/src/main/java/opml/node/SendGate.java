package opml.node;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.devchain.ForwardingChain;

/// A chain to which sending can be ended between two transactions, not inside of one: a process that stops while a node
/// takes its transaction would never know whether it did.
final class SendGate extends ForwardingChain {
  private final ReadWriteLock sending = new ReentrantReadWriteLock();
  private volatile boolean shut;

  SendGate(Chain chain) {
    super(chain);
  }

  @Override
  public void send(Data signed) {
    sending.readLock().lock();
    try {
      if (shut) {
        throw new ChainException.Unreachable("this process ends, and sends nothing more");
      }
      super.send(signed);
    } finally {
      sending.readLock().unlock();
    }
  }

  /// Lets nothing more through, for ever, and waits for what is on its way.
  ///
  /// @return whether that has arrived in time
  boolean shut(Duration patience) {
    shut = true;
    try {
      if (!sending.writeLock().tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        return false;
      }
      sending.writeLock().unlock();
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
