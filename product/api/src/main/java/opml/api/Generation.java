package opml.api;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import opml.llm.session.Session;
import opml.llm.tape.Sampling;

/// Works on a request, prompt after prompt. What it says is heard through a queue that bounds how far it is ahead of a
/// client that reads slowly; it ends at the next token when nobody wants it any more.
final class Generation implements Runnable, Errand {
  private static final int AHEAD = 256;
  private static final long LOOK_MILLIS = 100;

  private final CompletionRequest request;
  private final ModelShelf.Entry entry;
  private final ServedModel model;
  private final Metrics metrics;
  private final BlockingQueue<Heard> heard = new ArrayBlockingQueue<>(AHEAD);
  private volatile boolean unwanted;

  /// @param entry the model that is asked, ready
  Generation(
      CompletionRequest request, ModelShelf.Entry entry, ServedModel model, Metrics metrics) {
    this.request = request;
    this.entry = entry;
    this.model = model;
    this.metrics = metrics;
  }

  @Override
  public Optional<Heard> next(long millis) throws InterruptedException {
    return Optional.ofNullable(heard.poll(millis, TimeUnit.MILLISECONDS));
  }

  @Override
  public void cancel() {
    unwanted = true;
  }

  /// Nobody waits any more, or this thread is to end.
  private static final class GoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public void run() {
    try {
      requireWanted();
      Session session = entry.take();
      // A session that something went wrong in is not used again.
      boolean isSound = false;
      try {
        for (int i = 0; i < request.answers(); i++) {
          answer(session, i);
        }
        tell(new Heard.Done());
        isSound = true;
      } catch (GoneException e) {
        isSound = true;
        throw e;
      } finally {
        if (isSound) {
          entry.giveBack(session);
        } else {
          session.close();
        }
      }
    } catch (GoneException e) {
      metrics.cancelled();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(ApiException.unavailable("The server ends."));
    } catch (ApiException e) {
      fail(e);
    } catch (OutOfMemoryError e) {
      fail(ApiException.unavailable("There is no memory for another text: " + e.getMessage()));
    } catch (RuntimeException | Error e) {
      fail(ApiException.broken(e));
    }
  }

  private void answer(Session session, int index) {
    int[] prompt = request.prompt(index);
    Speech speech = new Speech(request, index, model.tokenizer(), session.context());
    speech.begin().forEach(this::tell);
    if (speech.isEnded()) {
      return;
    }
    choose(session, request.sampling(index), prompt.length);
    int next = read(session, prompt);
    while (true) {
      metrics.answered(1);
      speech.next(next, session::logits).forEach(this::tell);
      if (speech.isEnded()) {
        return;
      }
      requireWanted();
      next = session.take(next);
    }
  }

  private static void choose(Session session, Sampling sampling, int prompt) {
    try {
      session.choose(sampling, prompt);
    } catch (IllegalArgumentException e) {
      throw ApiException.invalid("logit_bias", "Invalid 'logit_bias': " + e.getMessage() + ".");
    }
  }

  /// {@return the token behind a prompt}
  private int read(Session session, int... prompt) {
    int at = session.cutTo(prompt);
    metrics.read(prompt.length, at);
    int next = 0;
    while (at < prompt.length) {
      requireWanted();
      int end = Math.min(prompt.length, at + session.rows());
      next = session.take(Arrays.copyOfRange(prompt, at, end));
      at = end;
    }
    return next;
  }

  private void requireWanted() {
    if (unwanted || Thread.currentThread().isInterrupted()) {
      throw new GoneException();
    }
  }

  private void tell(Heard what) {
    try {
      do {
        requireWanted();
      } while (!heard.offer(what, LOOK_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GoneException();
    }
  }

  /// Whoever waits hears of it, even if there is no room for more.
  private void fail(ApiException why) {
    while (!unwanted && !heard.offer(new Heard.Failed(why))) {
      heard.poll();
    }
  }
}
