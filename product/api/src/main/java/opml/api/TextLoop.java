package opml.api;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import opml.llm.session.BatchText;
import opml.llm.session.Continuation;
import opml.llm.session.Drafter;
import opml.llm.session.TextBatch;

/// Works on all requests of a model at once: a thread of its own takes one step of their batch after the other. It is
/// the system's, since a model computes for seconds, and the few carriers of virtual threads, in which requests come
/// and go, stay free.
///
/// In each step those who write have a token or some guesses each, and those who read share what rows are left: few
/// while somebody writes, so that nobody waits long for a token. Who comes, goes, or has a client that reads slowly
/// (and loses its text to others who wait, until that client has read on) changes who is in a step, and no bit of what
/// others are told.
///
/// What a prompt has in common with any text in memory is copied and not read again. A reader whose prompt goes on like
/// that of one who is ahead waits for it.
final class TextLoop implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 5_000;

  /// Tokens of prompts in a step in which others write.
  private static final int READ_BESIDE = 32;

  /// Tokens of a prompt in a step, at least, if it has more and the step has room.
  private static final int LEAST_READ = 16;

  /// Rows that cost little more than one, since all wait for the same weights: so many are there for guesses.
  private static final int CHEAP_ROWS = 16;

  /// An idle text whose end is no longer than this goes on with another end.
  private static final int SHORT_END = 16;

  private final ServedModel model;
  private final int mostTexts;
  private final Thread thread;

  // Guarded by this.

  private final List<Generation> newcomers = new ArrayList<>();
  private boolean isAwake;
  private boolean isClosed;

  /// Whether the thread has ended by what nobody has thought of.
  private boolean isLost;

  // Of the thread alone.

  private final TextBatch batch;
  private final List<Guest> guests = new ArrayList<>();

  /// Texts that nobody goes on with, the one that was used last first.
  private final Deque<Seat> idle = new ArrayDeque<>();

  private final List<Guest> inStep = new ArrayList<>();

  /// A text, and what guesses how it goes on.
  record Seat(BatchText text, Drafter drafter) {
    void close() {
      text.close();
      drafter.close();
    }
  }

  /// A request that has a text.
  private record Guest(Generation generation, Seat seat) {
    Continuation going() {
      return generation.going();
    }

    boolean reads() {
      return going().unread() > 0;
    }
  }

  /// @param mostTexts that are in memory at once
  TextLoop(ServedModel model, int mostTexts) {
    this.model = model;
    this.mostTexts = mostTexts;
    this.batch = model.engine().batch();
    this.thread = Thread.ofPlatform().daemon().name("opml-api-texts").start(this::run);
  }

  /// Has a request be worked on.
  void join(Generation generation) {
    synchronized (this) {
      if (!isClosed) {
        newcomers.add(generation);
        isAwake = true;
        notifyAll();
        return;
      }
    }
    generation.fail(ApiException.unavailable("The server ends."));
    generation.leave();
  }

  /// {@return whether nothing is worked on here any more, though nobody has closed it}
  synchronized boolean isLost() {
    return isLost;
  }

  /// Something may go on that had to wait.
  synchronized void wake() {
    isAwake = true;
    notifyAll();
  }

  @Override
  public void close() {
    synchronized (this) {
      isClosed = true;
      notifyAll();
    }
    try {
      thread.join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // --- The thread ---

  private void run() {
    List<Generation> come = new ArrayList<>();
    ApiException end = ApiException.unavailable("The server ends.");
    try {
      while (waits(come)) {
        come.forEach(this::seat);
        come.clear();
        if (round()) {
          wake();
        }
      }
    } catch (RuntimeException | Error e) {
      // Nobody may wait for a thread that is gone, and the next one begins anew.
      end = ApiException.broken(e);
      lose(come);
    }
    for (Guest guest : guests) {
      come.add(guest.generation);
      idle.add(guest.seat);
    }
    try {
      idle.forEach(Seat::close);
      batch.close();
    } finally {
      for (Generation one : come) {
        refuse(one, end);
      }
    }
  }

  private synchronized void lose(List<Generation> come) {
    isLost = true;
    isClosed = true;
    come.addAll(newcomers);
    newcomers.clear();
  }

  /// {@return whether there may be something to do; not if this is closed}
  private synchronized boolean waits(List<Generation> come) {
    try {
      while (!isAwake && !isClosed) {
        wait();
      }
    } catch (InterruptedException e) {
      isClosed = true;
    }
    isAwake = false;
    come.addAll(newcomers);
    newcomers.clear();
    return !isClosed;
  }

  private static void refuse(Generation generation, ApiException why) {
    generation.fail(why);
    generation.leave();
  }

  /// Does what may fail for one request, and must not for others.
  ///
  /// @return whether it went well
  private static boolean attempts(Generation generation, Runnable what) {
    try {
      what.run();
      return true;
    } catch (ApiException e) {
      generation.fail(e);
    } catch (OutOfMemoryError e) {
      generation.fail(
          ApiException.unavailable("There is no memory for another text: " + e.getMessage()));
    } catch (RuntimeException | Error e) {
      generation.fail(ApiException.broken(e));
    }
    return false;
  }

  private void seat(Generation generation) {
    boolean isSeated =
        attempts(
            generation,
            () -> {
              if (!generation.isOver() && generation.goesOn()) {
                Guest guest = new Guest(generation, seatFor(generation.prompt()));
                guests.add(guest);
                begin(guest);
              }
            });
    Guest last = guests.isEmpty() ? null : guests.getLast();
    if (last == null || last.generation != generation) {
      generation.leave();
    } else if (!isSeated) {
      leave(last, false);
    }
  }

  /// Begins with a prompt, of which as much as is known is taken from other texts.
  private void begin(Guest guest) {
    guest.generation.answer(guest.seat);
    for (Seat seat : idle) {
      share(guest, seat.text);
    }
    for (Guest other : guests) {
      share(guest, other.seat.text);
    }
  }

  private static void share(Guest guest, BatchText other) {
    BatchText text = guest.seat.text;
    int known = text.length();
    int common = guest.going().common(other);
    if (common > known) {
      text.begin(other, common);
      guest.generation.found(common - known);
    }
  }

  /// {@return a text for a prompt}: one of which it is a continuation, or one whose loss is least
  private Seat seatFor(int... prompt) {
    Seat best = null;
    for (Seat seat : idle) {
      int end = seat.text.length() - seat.text.common(prompt);
      if (end <= SHORT_END && seat.text.length() > 2 * end) {
        best = seat;
        break;
      }
    }
    if (best == null && guests.size() + idle.size() < mostTexts) {
      try {
        return open();
      } catch (OutOfMemoryError e) {
        if (idle.isEmpty()) {
          throw e;
        }
      }
    }
    best = best == null ? idle.peekLast() : best;
    if (best == null) {
      return open();
    }
    idle.remove(best);
    return best;
  }

  private Seat open() {
    BatchText text = batch.open();
    try {
      return new Seat(text, model.drafting().open(model.engine()));
    } catch (RuntimeException | Error e) {
      text.close();
      throw e;
    }
  }

  /// @param isSound whether the text may be used again
  private void leave(Guest guest, boolean isSound) {
    rise(guest, isSound);
    guest.generation.leave();
  }

  private void rise(Guest guest, boolean isSound) {
    guests.remove(guest);
    if (isSound) {
      idle.addFirst(guest.seat);
    } else {
      guest.seat.close();
    }
  }

  /// {@return whether a step was taken}
  private boolean round() {
    for (Guest guest : List.copyOf(guests)) {
      if (guest.generation.isOver()) {
        leave(guest, true);
      } else if (guest.generation.parks()) {
        rise(guest, true);
      }
    }
    inStep.clear();
    addWriters();
    addReaders();
    if (inStep.isEmpty()) {
      return false;
    }
    if (!steps()) {
      return true;
    }
    for (Guest guest : inStep) {
      if (!attempts(guest.generation, () -> hear(guest))) {
        leave(guest, false);
      }
    }
    // Who was not in this step comes first in the next.
    for (Guest guest : inStep) {
      if (guests.remove(guest)) {
        guests.addLast(guest);
      }
    }
    return true;
  }

  private void hear(Guest guest) {
    if (!guest.generation.hear()) {
      return;
    }
    if (guest.generation.nextPrompt()) {
      begin(guest);
    } else {
      leave(guest, true);
    }
  }

  private List<Guest> able(Predicate<Guest> which) {
    List<Guest> able = new ArrayList<>();
    for (Guest guest : guests) {
      if (which.test(guest) && !guest.generation.isFull()) {
        able.add(guest);
      }
    }
    return able;
  }

  private void addWriters() {
    List<Guest> writers = able(guest -> !guest.reads());
    int share = Math.max(1, CHEAP_ROWS / Math.max(1, writers.size()));
    for (Guest guest : writers) {
      add(guest, share);
    }
  }

  private void addReaders() {
    List<Guest> readers = able(Guest::reads);
    readers.removeIf(reader -> waitsFor(reader, readers));
    if (readers.isEmpty()) {
      return;
    }
    int left = inStep.isEmpty() ? batch.room() : Math.min(READ_BESIDE, batch.room());
    int share = Math.max(LEAST_READ, left / readers.size());
    for (Guest guest : readers) {
      int some = Math.min(Math.min(left, share), guest.going().unread());
      left -= some;
      add(guest, some);
    }
  }

  private void add(Guest guest, int rows) {
    int some = Math.min(rows, batch.room());
    if (some > 0) {
      guest.going().add(batch, some);
      inStep.add(guest);
    }
  }

  /// {@return whether another one is about to read what this one would read}; what that has read is taken over
  private static boolean waitsFor(Guest reader, List<Guest> readers) {
    boolean waits = false;
    for (Guest other : readers) {
      int common = reader.going().common(other.going());
      if (other.equals(reader) || common <= reader.seat.text.length()) {
        continue;
      }
      share(reader, other.seat.text);
      int own = reader.seat.text.length();
      int others = other.seat.text.length();
      // Among those who have read the same, the first goes ahead.
      boolean isAhead =
          others > own || others == own && readers.indexOf(other) < readers.indexOf(reader);
      waits |= isAhead && own < Math.min(common, reader.going().promptLength() - 1);
    }
    return waits;
  }

  private boolean steps() {
    try {
      batch.step();
      return true;
    } catch (RuntimeException | Error e) {
      for (Guest guest : List.copyOf(inStep)) {
        guest.generation.fail(ApiException.broken(e));
        leave(guest, false);
      }
      return false;
    }
  }
}
