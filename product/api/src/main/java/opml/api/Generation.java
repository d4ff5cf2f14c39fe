package opml.api;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import opml.llm.session.Continuation;
import opml.llm.tape.Sampling;
import org.jspecify.annotations.Nullable;

/// A request that is worked on, prompt after prompt, by the [TextLoop] of its model. What it says is heard through a
/// queue that bounds how far it is ahead of a client that reads slowly; it ends at the next step when nobody wants it
/// any more.
final class Generation implements Errand {
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
  private @Nullable Speech speech;
  private @Nullable Continuation going;

  /// Tokens of the prompt that were known before; less than none once that was told.
  private int kept;

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

  @Override
  public Optional<Heard> next(long millis) throws InterruptedException {
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

  @Override
  public void cancel() {
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

  /// Goes to the next answer that something is to be said in.
  ///
  /// @return whether there is one; if not, all is said
  boolean nextPrompt() {
    speech = null;
    going = null;
    for (index++; index < request.answers(); index++) {
      Speech next = new Speech(request, index, model.tokenizer(), model.context());
      next.begin().forEach(this::tell);
      if (!next.isEnded()) {
        speech = next;
        return true;
      }
    }
    tell(new Heard.Done());
    return false;
  }

  int[] prompt() {
    return request.prompt(index);
  }

  /// Begins to answer the prompt.
  ///
  /// @throws ApiException if the text cannot go on as is asked for
  void answer(TextLoop.Seat seat) {
    Sampling sampling = request.sampling(index);
    try {
      seat.text().choose(sampling, prompt().length);
    } catch (IllegalArgumentException e) {
      throw ApiException.invalid("logit_bias", "Invalid 'logit_bias': " + e.getMessage() + ".");
    }
    seat.drafter().choose(sampling);
    int drafted = model.drafting().most();
    int room = current(speech).room();
    going = new Continuation(seat.text(), room, seat.drafter(), drafted, prompt());
    kept = seat.text().length();
  }

  /// {@return the text that is being read or written}
  Continuation going() {
    return current(going);
  }

  /// Some of the prompt's tokens were found elsewhere.
  void found(int tokens) {
    kept += tokens;
  }

  private static <T> T current(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("no prompt is being answered");
    }
    return part;
  }

  /// Hears what a step has said.
  ///
  /// @return whether the prompt's answer is at its end
  boolean hear() {
    Continuation text = going();
    Speech says = current(speech);
    text.settle();
    for (int i = 0; i < text.said() && !says.isEnded(); i++) {
      if (kept >= 0) {
        metrics.read(prompt().length, kept);
        kept = -1;
      }
      metrics.answered(1);
      int number = i;
      says.next(text.said(i), () -> text.logits(number)).forEach(this::tell);
    }
    return says.isEnded();
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
