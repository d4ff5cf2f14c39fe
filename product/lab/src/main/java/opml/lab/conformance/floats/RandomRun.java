package opml.lab.conformance.floats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/// A function against this machine's floats: natively on all combinations of special operands and on random cases, on
/// the machine on a sample of both. All cores share the cases; which case has which operands depends on the seed only.
public final class RandomRun {
  private static final long CHUNK = 1 << 18;
  private static final int BATCH = 4096;
  private static final int KEPT = 10;

  private final FloatFunction function;
  private final FloatFunction.Bits reference;
  private final FloatMachine machine;
  private final long seed;
  private final Misses misses = new Misses(KEPT);

  public RandomRun(FloatFunction function, long seed) {
    this(function, function::soft, new FloatMachine(function), seed);
  }

  /// The same for others who claim to compute the function.
  RandomRun(FloatFunction function, FloatFunction.Bits reference, FloatMachine machine, long seed) {
    this.function = function;
    this.reference = reference;
    this.machine = machine;
    this.seed = seed;
  }

  /// Compares.
  ///
  /// @param cases random ones
  /// @param onMachine how many special cases, evenly spread, and how many random ones to run on the machine
  /// @param threads to compare on
  /// @param progress hears now and then, from any thread, how many cases are done
  public FloatReport run(long cases, long onMachine, int threads, LongConsumer progress) {
    long begin = System.nanoTime();
    long special = special();
    parallel(special, threads, _ -> {}, this::specials);
    parallel(cases, threads, progress, this::randoms);
    long ran = machine(special, Math.min(special, onMachine), Math.min(cases, onMachine));
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new FloatReport(
        function, special, cases, ran, 0, misses.count(), misses.first(), seconds);
  }

  @FunctionalInterface
  private interface Range {
    void run(long from, long to);
  }

  private static void parallel(long count, int threads, LongConsumer progress, Range range) {
    AtomicLong next = new AtomicLong();
    AtomicLong done = new AtomicLong();
    List<Thread> workers = new ArrayList<>();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < threads; i++) {
      Thread worker =
          Thread.ofPlatform()
              .daemon()
              .name("conformance-" + i)
              .uncaughtExceptionHandler((_, e) -> failures.add(e))
              .start(
                  () -> {
                    long from = next.getAndAdd(CHUNK);
                    while (from < count) {
                      long to = Math.min(count, from + CHUNK);
                      range.run(from, to);
                      progress.accept(done.addAndGet(to - from));
                      from = next.getAndAdd(CHUNK);
                    }
                  });
      workers.add(worker);
    }
    try {
      for (Thread worker : workers) {
        worker.join();
      }
    } catch (InterruptedException e) {
      next.set(count); // the workers end with their chunks
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    if (!failures.isEmpty()) {
      throw new IllegalStateException("a worker failed", failures.getFirst());
    }
  }

  private void randoms(long from, long to) {
    FloatOperands operands = new FloatOperands(function, seed);
    for (long number = from; number < to; number++) {
      operands.take(number);
      compare("case", number, operands.a(), operands.b(), operands.c());
    }
  }

  /// {@return how many combinations of special operands there are}
  private long special() {
    long count = 1;
    for (int i = 0; i < function.operands().size(); i++) {
      count *= specials(i).length;
    }
    return count;
  }

  private long[] specials(int operand) {
    return Specials.of(function.operands().get(operand), function.operands().size() > 2);
  }

  private void specials(long from, long to) {
    long[] values = specials(0);
    for (long number = from; number < to; number++) {
      compare(
          "special",
          number,
          digit(values, number, 0),
          digit(values, number, 1),
          digit(values, number, 2));
    }
  }

  /// {@return the operand at `place` of a combination: a digit of its number}
  private long digit(long[] values, long number, int place) {
    if (place >= function.operands().size()) {
      return 0;
    }
    long rest = number;
    for (int i = 0; i < place; i++) {
      rest /= values.length;
    }
    return values[(int) (rest % values.length)];
  }

  private void compare(String kind, long number, long a, long b, long c) {
    long soft = reference.of(a, b, c);
    long hard = function.hard(a, b, c);
    if (soft != hard) {
      miss(kind, number, "reference", List.of(a, b, c), soft, hard);
    }
  }

  private void miss(
      String kind, long number, String by, List<Long> operands, long got, long expected) {
    String place = "%s %d of seed %d".formatted(kind, number, seed);
    int arity = function.operands().size();
    misses.add(new Miss(function, place, by, operands.subList(0, arity), got, expected));
  }

  /// Runs samples on the machine.
  ///
  /// @return how many cases
  private long machine(long special, long specials, long randoms) {
    long[] values = specials(0);
    batches(
        specials,
        (i, at, batch) -> {
          // Spread by an odd factor, so that every operand comes in every place.
          long number = specials == special ? i : i * 0x9e3779b1L % special;
          for (int place = 0; place < function.operands().size(); place++) {
            batch[at + place] = digit(values, number, place);
          }
        });
    FloatOperands operands = new FloatOperands(function, seed);
    batches(
        randoms,
        (i, at, batch) -> {
          operands.take(i);
          long[] all = {operands.a(), operands.b(), operands.c()};
          System.arraycopy(all, 0, batch, at, function.operands().size());
        });
    return specials + randoms;
  }

  @FunctionalInterface
  private interface Source {
    void put(long number, int at, long[] batch);
  }

  private void batches(long count, Source source) {
    int arity = function.operands().size();
    long[] batch = new long[arity * BATCH];
    for (long from = 0; from < count; from += BATCH) {
      int size = (int) Math.min(BATCH, count - from);
      for (int i = 0; i < size; i++) {
        source.put(from + i, arity * i, batch);
      }
      long[] results = machine.run(batch, size);
      for (int i = 0; i < size; i++) {
        long[] one = Arrays.copyOfRange(batch, arity * i, arity * (i + 1));
        long hard = function.hard(one[0], arity > 1 ? one[1] : 0, arity > 2 ? one[2] : 0);
        if (results[i] != hard) {
          List<Long> operands = Arrays.stream(one).boxed().toList();
          miss("machine case", from + i, "machine", operands, results[i], hard);
        }
      }
    }
  }
}
