package opml.sim.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/// The time of one simulated world, and whose turn it is. Time stands still while somebody acts, and jumps to the next
/// moment at which anybody wants to.
///
/// Time is in slots, as blocks are: what happens between two of them, nobody can tell from what happens at the second.
public final class Clockwork {
  /// A slot, in seconds.
  public static final long SLOT_SECONDS = 12;

  private static final long SLOT = Duration.ofSeconds(SLOT_SECONDS).toNanos();

  final Semaphore turn = new Semaphore(0);

  private final List<Strand> strands = new ArrayList<>();
  private long now;

  /// {@return nanoseconds since the world began}
  public long now() {
    return now;
  }

  /// {@return the slot that it is}
  public long slot() {
    return now / SLOT;
  }

  /// {@return when a slot begins, in nanoseconds since the world began}
  public static long at(long slot) {
    return slot * SLOT;
  }

  long slotAfter(long nanos) {
    return Math.max((nanos + SLOT - 1) / SLOT * SLOT, now + SLOT);
  }

  /// Begins something, at the earliest in this slot.
  public Strand begin(String name, long slot, Consumer<Strand> life) {
    Strand strand = new Strand(this, name, Math.max(now, at(slot)), life);
    strands.add(strand);
    return strand;
  }

  /// {@return the next slot at which a strand wants to act}
  public long nextSlot() {
    return strands.stream().mapToLong(Strand::wakeAt).min().orElse(Long.MAX_VALUE) / SLOT;
  }

  /// Lets time pass.
  public void advanceTo(long slot) {
    now = Math.max(now, at(slot));
  }

  /// Lets all act whose time has come, in the order in which they began.
  public void act() {
    for (Strand strand : List.copyOf(strands)) {
      if (!strand.hasEnded() && strand.wakeAt() <= now) {
        strand.proceed();
      }
    }
    strands.removeIf(Strand::hasEnded);
  }

  /// Ends all.
  public void end() {
    strands.forEach(Strand::kill);
    strands.clear();
  }
}
