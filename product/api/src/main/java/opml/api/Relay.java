package opml.api;

import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Passes on to a client what a generation says, as a stream or whole at the end.
///
/// A client that has gone is noticed by writing only. So something without a meaning is written once a second where
/// nothing else is: a comment in a stream, a blank before JSON. Before JSON this begins late: most answers are there
/// sooner, and have no blanks, and a failure until then has a status of its own.
final class Relay {
  private static final long PULSE_MILLIS = 1_000;
  private static final long QUIET_MILLIS = 5_000;
  private static final byte[] COMMENT = ": waiting\n\n".getBytes(StandardCharsets.UTF_8);
  private static final byte[] BLANK = {' '};

  private final Errand work;
  private final ServerResponse response;
  private final Watchdog watchdog;
  private String type = "application/json";
  private Optional<OutputStream> out = Optional.empty();

  Relay(Errand work, ServerResponse response, Watchdog watchdog) {
    this.work = work;
    this.response = response;
    this.watchdog = watchdog;
  }

  /// What passes on all that is heard.
  @FunctionalInterface
  private interface Passing {
    int toEnd() throws InterruptedException;
  }

  /// {@return the status that the client was told, in the end}
  ///
  /// @throws UncheckedIOException if the client has gone; then the work ends
  int whole(Whole form) throws InterruptedException {
    return toEnd(() -> passWhole(form));
  }

  /// {@return the status that the client was told, event after event}
  ///
  /// @throws UncheckedIOException if the client has gone; then the work ends
  int stream(Form form) throws InterruptedException {
    type = "text/event-stream";
    return toEnd(() -> passStream(form));
  }

  private int toEnd(Passing passing) throws InterruptedException {
    boolean isDone = false;
    try {
      int status = passing.toEnd();
      isDone = true;
      return status;
    } finally {
      if (!isDone) {
        work.cancel();
      }
    }
  }

  private int passWhole(Whole form) throws InterruptedException {
    long since = System.nanoTime();
    long pause = Math.min(QUIET_MILLIS, watchdog.patience().toMillis());
    while (true) {
      Optional<Heard> heard = work.next(Math.min(PULSE_MILLIS, pause));
      // Nothing of what is heard is written before the end.
      if (System.nanoTime() - since >= TimeUnit.MILLISECONDS.toNanos(pause)) {
        write(BLANK);
        since = System.nanoTime();
        pause = PULSE_MILLIS;
      }
      if (heard.isEmpty()) {
        continue;
      }
      switch (heard.get()) {
        case Heard.Said said -> form.keep(said);
        case Heard.Made made -> form.keep(made);
        case Heard.Ended ended -> form.keep(ended);
        case Heard.Failed(ApiException why) -> {
          if (out.isEmpty()) {
            throw why;
          }
          write(AnswerJson.bytes(AnswerJson.error(why)));
          close();
          return why.status();
        }
        case Heard.Done() -> {
          byte[] bytes = AnswerJson.bytes(form.whole());
          if (out.isEmpty()) {
            response.header("Content-Type", "application/json");
            watchdog.watch(() -> response.send(bytes));
          } else {
            write(bytes);
            close();
          }
          return 200;
        }
      }
    }
  }

  private int passStream(Form form) throws InterruptedException {
    boolean isBegun = false;
    while (true) {
      Optional<Heard> heard = work.next(PULSE_MILLIS);
      if (heard.isEmpty()) {
        write(COMMENT);
        continue;
      }
      Events events = new Events(this::write);
      if (heard.get() instanceof Heard.Failed(ApiException why)) {
        if (out.isEmpty()) {
          throw why;
        }
        form.fail(why, events);
        events.flush();
        close();
        return why.status();
      }
      if (!isBegun) {
        form.begin(events);
      }
      isBegun = true;
      switch (heard.get()) {
        case Heard.Said said -> form.hear(said, events);
        case Heard.Made made -> form.keep(made);
        case Heard.Ended ended -> form.hear(ended, events);
        case Heard.Done() -> {
          form.end(events);
          events.flush();
          close();
          return 200;
        }
        case Heard.Failed _ -> throw new AssertionError("a failure was told before");
      }
      events.flush();
    }
  }

  private void write(byte[] bytes) {
    if (out.isEmpty()) {
      response.header("Content-Type", type);
      response.header("Cache-Control", "no-store");
      out = Optional.of(response.outputStream());
    }
    OutputStream stream = out.get();
    watchdog.watch(
        () -> {
          try {
            stream.write(bytes);
            stream.flush();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private void close() {
    out.ifPresent(
        stream ->
            watchdog.watch(
                () -> {
                  try {
                    stream.close();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }));
  }
}
