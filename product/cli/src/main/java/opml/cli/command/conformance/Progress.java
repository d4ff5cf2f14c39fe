package opml.cli.command.conformance;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import opml.cli.console.Console;

/// Tells how far a long run is, every few seconds, from any thread.
final class Progress {
  private static final long PAUSE = 5_000_000_000L;

  private final Console console;
  private final LongFunction<String> text;
  private final AtomicLong next = new AtomicLong(System.nanoTime() + PAUSE);

  Progress(Console console, LongFunction<String> text) {
    this.console = console;
    this.text = text;
  }

  void at(long done) {
    long now = System.nanoTime();
    long due = next.get();
    if (now - due >= 0 && next.compareAndSet(due, now + PAUSE)) {
      console.note(text.apply(done));
    }
  }
}
