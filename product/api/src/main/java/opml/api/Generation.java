package opml.api;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import opml.llm.session.Continuation;
import opml.llm.tokenizer.StreamDecoder;
import org.jspecify.annotations.Nullable;

/// A request that is worked on, prompt after prompt, by the [TextLoop] of its model. What it says is heard through a
/// queue that bounds how far it is ahead of a client that reads slowly; it ends at the next step when nobody wants it
/// any more.
final class Generation {
  private static final int AHEAD = 256;

  private final CompletionRequest request;
  private final ModelShelf.Entry entry;
  private final ServedModel model;
  private final Metrics metrics;

  /// What was not heard yet; its lock guards what follows.
  private final Deque<Heard> heard = new ArrayDeque<>();

  private boolean isOver;
  private @Nullable Consumer<Generation> atEnd;

  // Of the loop's thread alone.

  private int index = -1;
  private @Nullable Answer answer;

  /// An answer to a prompt, so far.
  private final class Answer {
    private final Continuation going;
    private final StreamDecoder decoder = model.tokenizer().decoder(false);
    private final StopText stop = new StopText(request.stops());
    private int kept;
    private int count;

    Answer(Continuation going, int lastOfPrompt) {
      this.going = going;
      this.kept = going.text().length();
      // What comes is the middle of a text, whose first space is its own.
      decoder.next(lastOfPrompt);
    }

    /// Hears a token.
    ///
    /// @return whether it was the last
    boolean hear(int token) {
      if (count == 0) {
        metrics.read(prompt().length, kept);
      }
      count++;
      metrics.answered(1);
      boolean isEnd = model.tokenizer().endsOfGeneration().contains(token);
      say(isEnd ? "" : stop.next(decoder.next(token)));
      boolean isLast = isEnd || stop.isFound() || count == room();
      if (isLast) {
        say(stop.next(decoder.end()) + stop.end());
        tell(new Heard.Ended(index, isEnd || stop.isFound() ? "stop" : "length", count));
      }
      return isLast;
    }
  }

  /// @param entry the model that is asked, ready
  Generation(
      CompletionRequest request, ModelShelf.Entry entry, ServedModel model, Metrics metrics) {
    this.request = request;
    this.entry = entry;
    this.model = model;
    this.metrics = metrics;
  }

  /// Has it be worked on.
  ///
  /// @param end hears when it is worked on no more
  void start(Consumer<Generation> end) {
    synchronized (heard) {
      atEnd = end;
    }
    try {
      entry.loop(model).join(this);
    } catch (OutOfMemoryError e) {
      fail(ApiException.unavailable("There is no memory for texts: " + e.getMessage()));
      leave();
    }
  }

  // --- Whoever waits for it ---

  /// {@return what is heard next; nothing if that takes longer}
  Optional<Heard> next(long millis) throws InterruptedException {
    Heard next;
    boolean wasFull;
    synchronized (heard) {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
      while (heard.isEmpty()) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          return Optional.empty();
        }
        heard.wait(left);
      }
      wasFull = heard.size() >= AHEAD;
      next = heard.removeFirst();
    }
    if (wasFull) {
      entry.wake();
    }
    return Optional.of(next);
  }

  /// Nobody waits any more.
  void cancel() {
    synchronized (heard) {
      if (isOver) {
        return;
      }
      isOver = true;
    }
    metrics.cancelled();
    entry.wake();
  }

  // --- The loop ---

  /// {@return whether nothing more is to be said}
  boolean isOver() {
    synchronized (heard) {
      return isOver;
    }
  }

  /// {@return whether it must wait for its client}
  boolean isFull() {
    synchronized (heard) {
      return heard.size() >= AHEAD;
    }
  }

  /// Goes to the next prompt that something is to be said behind.
  ///
  /// @return whether there is one; if not, all is said
  boolean nextPrompt() {
    answer = null;
    for (index++; index < request.prompts().size(); index++) {
      if (!request.echo().isEmpty()) {
        say(request.echo().get(index));
      }
      if (room() > 0) {
        return true;
      }
      tell(new Heard.Ended(index, "length", 0));
    }
    tell(new Heard.Done());
    return false;
  }

  int[] prompt() {
    return request.prompts().get(index);
  }

  private int room() {
    return Math.min(request.most(), model.context() - prompt().length);
  }

  /// Begins to answer the prompt.
  ///
  /// @throws ApiException if the text cannot go on as is asked for
  void answer(TextLoop.Seat seat) {
    try {
      seat.text().choose(request.sampling());
    } catch (IllegalArgumentException e) {
      throw ApiException.invalid("logit_bias", "Invalid 'logit_bias': " + e.getMessage() + ".");
    }
    seat.drafter().choose(request.sampling());
    int drafted = model.drafting().most();
    int[] prompt = prompt();
    Continuation going = new Continuation(seat.text(), room(), seat.drafter(), drafted, prompt);
    answer = new Answer(going, prompt[prompt.length - 1]);
  }

  /// {@return the text that is being read or written}
  Continuation going() {
    return current().going;
  }

  /// Some of the prompt's tokens were found elsewhere.
  void found(int tokens) {
    current().kept += tokens;
  }

  private Answer current() {
    if (answer == null) {
      throw new IllegalStateException("no prompt is being answered");
    }
    return answer;
  }

  /// Hears what a step has said.
  ///
  /// @return whether the prompt's answer is at its end
  boolean hear() {
    Answer current = current();
    current.going.settle();
    for (int i = 0; i < current.going.said(); i++) {
      if (current.hear(current.going.said(i))) {
        return true;
      }
    }
    return false;
  }

  private void say(String text) {
    if (!text.isEmpty()) {
      tell(new Heard.Said(index, text));
    }
  }

  private void tell(Heard what) {
    synchronized (heard) {
      if (!isOver) {
        heard.addLast(what);
        heard.notifyAll();
        isOver = what instanceof Heard.Done || what instanceof Heard.Failed;
      }
    }
  }

  void fail(ApiException why) {
    tell(new Heard.Failed(why));
  }

  /// It is worked on no more, so that another may be.
  void leave() {
    Consumer<Generation> end;
    synchronized (heard) {
      end = atEnd;
      atEnd = null;
    }
    if (end != null) {
      end.accept(this);
    }
  }
}
