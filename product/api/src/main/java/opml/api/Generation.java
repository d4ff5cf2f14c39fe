package opml.api;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import opml.llm.session.Continuation;
import opml.llm.tape.Sampling;
import org.jspecify.annotations.Nullable;

/// A request that is worked on, prompt after prompt, by the [TextLoop] of its model. What it says is heard through a
/// queue that bounds how far it is ahead of a client that reads slowly; it ends at the next step when nobody wants it
/// any more.
///
/// Where that queue is full, and others wait to be worked on, it is parked ([Workers]): it gives up its place and its
/// text, and has one again when its client has read on. It then reads what it has said as if that were its prompt,
/// which no bit of the rest tells.
final class Generation implements Errand {
  private static final int AHEAD = 256;

  /// When so much is left to be heard, a parked one goes on.
  private static final int READ_ON = AHEAD / 2;

  private final CompletionRequest request;
  private final ModelShelf.Entry entry;
  private final ServedModel model;
  private final Workers workers;
  private final Metrics metrics;

  /// What was not heard yet; its lock guards what follows.
  private final Deque<Heard> heard = new ArrayDeque<>();

  private boolean isOver;

  // Of the loop's thread alone.

  private int index = -1;
  private @Nullable Speech speech;
  private @Nullable Continuation going;

  /// Tokens of the prompt that were known before; less than none once that was told, and where it was before this was
  /// parked.
  private int kept;

  /// @param entry the model that is asked, ready
  /// @param workers where it has its place
  Generation(
      CompletionRequest request,
      ModelShelf.Entry entry,
      ServedModel model,
      Workers workers,
      Metrics metrics) {
    this.request = request;
    this.entry = entry;
    this.model = model;
    this.workers = workers;
    this.metrics = metrics;
  }

  /// Has it be worked on, or go on to be.
  void start() {
    try {
      entry.loop(model).join(this);
    } catch (OutOfMemoryError e) {
      fail(ApiException.unavailable("There is no memory for texts: " + e.getMessage()));
      leave();
    } catch (RuntimeException | Error e) {
      fail(ApiException.broken(e));
      leave();
    }
  }

  // --- Whoever waits for it ---

  @Override
  public Optional<Heard> next(long millis) throws InterruptedException {
    Heard next;
    int left;
    synchronized (heard) {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
      while (heard.isEmpty()) {
        long rest = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (rest <= 0) {
          return Optional.empty();
        }
        heard.wait(rest);
      }
      next = heard.removeFirst();
      left = heard.size();
    }
    if (left == AHEAD - 1) {
      entry.wake();
    } else if (left == READ_ON) {
      workers.resume(this);
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
    workers.forget(this);
    entry.wake();
  }

  /// Has whoever works on it see that others wait.
  void wake() {
    entry.wake();
  }

  /// Ends it for those who read, too; what they have not heard is forgotten.
  void giveUp(ApiException why) {
    synchronized (heard) {
      heard.clear();
    }
    fail(why);
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

  /// {@return whether it waits for its client, and has something to say yet}
  boolean isStalled() {
    synchronized (heard) {
      return !isOver && isFull();
    }
  }

  /// {@return whether it has given up its place to others who wait, until its client reads on}
  boolean parks() {
    return isStalled() && workers.park(this);
  }

  /// Goes on where it was parked, or else to its first answer.
  ///
  /// @return whether something is to be said; if not, all is said
  boolean goesOn() {
    return speech != null || nextPrompt();
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

  /// {@return what is to be read}: the prompt, and what was said before this was parked
  int[] prompt() {
    int[] prompt = request.prompt(index);
    int[] said = current(speech).tokens();
    int[] all = Arrays.copyOf(prompt, prompt.length + said.length);
    System.arraycopy(said, 0, all, prompt.length, said.length);
    return all;
  }

  /// Begins to answer the prompt, or goes on with it.
  ///
  /// @throws ApiException if the text cannot go on as is asked for
  void answer(TextLoop.Seat seat) {
    Sampling sampling = request.sampling(index);
    try {
      seat.text().choose(sampling, request.prompt(index).length);
    } catch (IllegalArgumentException e) {
      throw ChoiceReader.invalid(e);
    }
    seat.drafter().choose(sampling);
    int drafted = model.drafting().most();
    int said = current(speech).tokens().length;
    int room = current(speech).room() - said;
    going = new Continuation(seat.text(), room, seat.drafter(), drafted, prompt());
    kept = said == 0 ? seat.text().length() : -1;
  }

  /// {@return the text that is being read or written}
  Continuation going() {
    return current(going);
  }

  /// Some of the prompt's tokens were found elsewhere.
  void found(int tokens) {
    if (kept >= 0) {
      kept += tokens;
    }
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
        metrics.read(request.prompt(index).length, kept);
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
    workers.ended(this);
  }
}
