package opml.ethereum.chain;

import java.time.Instant;
import java.time.InstantSource;

/// The chain's time: the timestamp of its newest block. The contracts' clocks run by it, so deadlines
/// are never compared with the clock of this machine.
///
/// A transaction sent now lands in a later block, whose timestamp is larger.
public record ChainClock(Chain chain) implements InstantSource {
  /// {@return seconds since 1970}
  public long seconds() {
    return chain.latest().timestamp();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochSecond(seconds());
  }
}
