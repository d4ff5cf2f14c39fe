package opml.kernels.cases;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import opml.kernels.cases.KernelCases.Case;
import opml.kernels.catalog.Kernel;

/// Random calls of the kernels that move, choose, sort and reduce.
final class SelectCases {
  private static final int LOOPS = 6;

  /// In place of the bytes of an element: of a double.
  private static final int F64 = -8;

  private static final int[] SIZES = {1, 1, 2, 3, 4, 5, 7, 16, 17, 33};

  private final SplittableRandom random;
  private final RandomBytes data;

  SelectCases(SplittableRandom random, RandomBytes data) {
    this.random = random;
    this.data = data;
  }

  /// {@return a random call of a kernel, if it is one of these}
  Optional<Case> next(Kernel kernel) {
    String name = kernel.name();
    return Optional.ofNullable(
        switch (name) {
          case "move.b1", "move.b2", "move.b4", "move.b8" -> move(width(name));
          case "select.b1", "select.b2", "select.b4", "select.b8" -> select(width(name));
          case "gather.b1", "gather.b2", "gather.b4", "gather.b8" -> gather(width(name));
          case "scatter.b1", "scatter.b2", "scatter.b4", "scatter.b8" ->
              scatter(width(name), false);
          case "scatter.f32" -> scatter(4, true);
          case "scatter.i64" -> scatter(8, true);
          case "scatter.f64" -> scatter(F64, true);
          case "reduce.sum.f32",
              "reduce.sumsquare.f32",
              "reduce.l1.f32",
              "reduce.mean.f32",
              "reduce.max.f32",
              "reduce.min.f32",
              "reduce.prod.f32",
              "reduce.logsumexp.f32" ->
              alongAxis(4, 4, false);
          case "reduce.i64" -> alongAxis(8, 8, false, random.nextInt(-1, 8));
          case "reduce.f64" -> alongAxis(F64, 8, false, random.nextInt(-1, 8));
          case "argmax.f64", "argmin.f64" -> alongAxis(F64, 8, false, flag());
          case "logsoftmax.f32" -> alongAxis(4, 4, true);
          case "cumsum.f64", "cumprod.f64" -> alongAxis(F64, 8, true, flag(), flag());
          case "argmin.f32" -> alongAxis(4, 8, false, flag());
          case "argmax.i64", "argmin.i64" -> alongAxis(8, 8, false, flag());
          case "cumsum.f32", "cumprod.f32" -> alongAxis(4, 4, true, flag(), flag());
          case "cumsum.i64", "cumprod.i64" -> alongAxis(8, 8, true, flag(), flag());
          case "range.f32", "range.i64" -> {
            int width = name.endsWith("f32") ? 4 : 8;
            int n = random.nextInt(20);
            yield KernelCases.of(List.of(values(width, 1), values(width, 1)), (long) width * n, n);
          }
          case "ravel" -> ravel();
          case "onehot" -> onehot();
          case "trilu" -> trilu();
          case "reversesequence" -> reverse();
          case "topk.f32" -> top(4);
          case "topk.i64" -> top(8);
          case "topk.f64" -> top(F64);
          case "unique.f32" -> unique(4, 3);
          case "unique.i64" -> unique(8, 3);
          case "unique.f64" -> unique(F64, 3);
          case "distinct.f32" -> unique(4, 1);
          case "distinct.i64" -> unique(8, 1);
          case "distinct.f64" -> unique(F64, 1);
          case "nonzero" -> nonzero();
          case "compress" -> compress();
          case "nonmaxsuppression" -> boxes();
          case "det.f32" -> {
            int batch = small();
            int n = random.nextInt(6);
            yield KernelCases.of(
                List.of(data.floats((long) batch * n * n), new byte[4 * batch]),
                4L * n * n,
                batch,
                n);
          }
          case "matmul.i64" -> product();
          case "ngrams" -> ngrams();
          case "random.uniform.f32", "random.normal.f32" -> {
            int n = random.nextInt(20);
            yield KernelCases.of(List.of(), 4L * n, n, real(), real(), seed(), seed());
          }
          case "bernoulli.f32" -> {
            int n = random.nextInt(20);
            yield KernelCases.of(List.of(data.floats(n)), n, n, seed(), seed());
          }
          case "multinomial.f32" -> {
            int batch = small();
            int classes = size();
            int draws = random.nextInt(5);
            yield KernelCases.of(
                List.of(data.floats((long) batch * classes)),
                8L * batch * draws,
                batch,
                classes,
                draws,
                seed(),
                seed());
          }
          default -> null;
        });
  }

  private static int width(String name) {
    return name.charAt(name.length() - 1) - '0';
  }

  private int size() {
    return SIZES[random.nextInt(SIZES.length)];
  }

  private int small() {
    return 1 + random.nextInt(4);
  }

  private int flag() {
    return random.nextInt(2);
  }

  private int log() {
    return random.nextInt(4);
  }

  private long seed() {
    return random.nextInt();
  }

  private long real() {
    return Float.floatToIntBits((float) random.nextDouble(-4, 4));
  }

  /// Numbers from `least` to below `end`, a few of them any at all.
  private byte[] longs(long count, long least, long end) {
    ByteBuffer out = ByteBuffer.allocate((int) (8 * count)).order(ByteOrder.LITTLE_ENDIAN);
    boolean wild = random.nextInt(3) == 0;
    while (out.hasRemaining()) {
      out.putLong(wild && random.nextInt(4) == 0 ? random.nextLong() : random.nextLong(least, end));
    }
    return out.array();
  }

  /// Floats, int64 among which there are equal ones, or doubles.
  ///
  /// @param kind the bytes of one, or [#F64]
  private byte[] values(int kind, long count) {
    if (kind != F64) {
      return kind == 4 ? data.floats(count) : longs(count, -5, 6);
    }
    ByteBuffer floats = ByteBuffer.wrap(data.floats(count)).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer doubles = ByteBuffer.allocate((int) (8 * count)).order(ByteOrder.LITTLE_ENDIAN);
    while (floats.hasRemaining()) {
      float value = floats.getFloat();
      doubles.putLong(random.nextInt(8) == 0 ? random.nextLong() : Double.doubleToLongBits(value));
    }
    return doubles.array();
  }

  private static long bytes(int kind) {
    return kind == F64 ? 8 : kind;
  }

  private static long product(long... factors) {
    return LongStream.of(factors).reduce(1, (a, b) -> a * b);
  }

  /// A way through a tensor that the loops stay inside of.
  ///
  /// @param elements that the tensor needs
  private record Way(long[] scalars, int elements) {}

  private long[] loops() {
    long[] loops = new long[LOOPS];
    for (int i = 0; i < LOOPS; i++) {
      loops[i] = random.nextInt(3) == 0 ? random.nextInt(1, 4) : 1;
    }
    loops[random.nextInt(3) == 0 ? random.nextInt(LOOPS) : LOOPS - 1] = random.nextInt(7);
    return loops;
  }

  /// Any way: forwards, backwards, or staying.
  ///
  /// @param apart whether no two turns may reach the same
  private Way way(long[] loops, boolean apart) {
    long[] scalars = new long[1 + LOOPS];
    int span = 0;
    int from = random.nextInt(3);
    int stride = 1 + random.nextInt(2);
    for (int i = LOOPS - 1; i >= 0; i--) {
      int turns = (int) Math.max(0, loops[i] - 1);
      int kind = apart ? random.nextInt(2) : random.nextInt(3);
      int step = kind == 0 ? stride : kind == 1 ? -stride : 0;
      scalars[1 + i] = step;
      from += step < 0 ? turns * stride : 0;
      span += Math.abs(step) * turns;
      stride = Math.max(stride, Math.abs(step) * (turns + 1)) + random.nextInt(2);
    }
    scalars[0] = from;
    return new Way(scalars, from + span + 1);
  }

  private static long[] all(long[]... parts) {
    return Arrays.stream(parts).flatMapToLong(LongStream::of).toArray();
  }

  private Case move(int width) {
    long[] loops = loops();
    Way x = way(loops, false);
    Way y = way(loops, flag() != 0);
    return new Case(
        List.of(data.bytes((long) width * x.elements), data.bytes((long) width * y.elements)),
        all(loops, x.scalars, y.scalars));
  }

  private Case select(int width) {
    long[] loops = loops();
    Way condition = way(loops, false);
    Way a = way(loops, false);
    Way b = way(loops, false);
    byte[] conditions = data.bytes(condition.elements);
    for (int i = 0; i < conditions.length; i++) {
      conditions[i] = (byte) (flag() * conditions[i]);
    }
    return KernelCases.of(
        List.of(
            conditions,
            data.bytes((long) width * a.elements),
            data.bytes((long) width * b.elements)),
        width * product(loops),
        all(loops, condition.scalars, a.scalars, b.scalars));
  }

  private Case gather(int width) {
    long[] loops = loops();
    Way x = way(loops, false);
    Way indices = way(loops, false);
    int n = small();
    int step = random.nextInt(4);
    return KernelCases.of(
        List.of(
            data.bytes((long) width * (x.elements + (n - 1) * step)),
            longs(indices.elements, -n - 1L, n + 1L)),
        width * product(loops),
        all(loops, x.scalars, indices.scalars, new long[] {n, step}));
  }

  private Case scatter(int width, boolean combines) {
    long[] loops = loops();
    Way indices = way(loops, false);
    Way y = way(loops, false);
    int n = small();
    int step = random.nextInt(4);
    int count = y.elements + (n - 1) * step;
    byte[] x = combines ? values(width, count) : data.bytes((long) width * count);
    long turns = product(loops);
    byte[] updates = combines ? values(width, turns) : data.bytes(width * turns);
    long[] scalars = all(loops, indices.scalars, y.scalars, new long[] {count, n, step});
    return KernelCases.of(
        List.of(x, longs(indices.elements, -n - 1L, n + 1L), updates),
        bytes(width) * count,
        combines ? all(scalars, new long[] {random.nextInt(-1, 5)}) : scalars);
  }

  private Case alongAxis(int width, int result, boolean whole, long... more) {
    int outer = small();
    int n = size();
    int inner = small();
    long count = (long) outer * n * inner;
    return KernelCases.of(
        List.of(values(width, count)),
        result * (whole ? count : (long) outer * inner),
        all(new long[] {outer, n, inner}, more));
  }

  private Case ravel() {
    int count = random.nextInt(6);
    int width = 1 + random.nextInt(LOOPS);
    long[] sizes = LongStream.generate(() -> small()).limit(LOOPS).toArray();
    return KernelCases.of(
        List.of(longs((long) count * width, -5, 5)),
        8L * count,
        all(new long[] {count, width}, sizes));
  }

  private Case onehot() {
    int outer = small();
    int n = size();
    int inner = small();
    int log = log();
    return KernelCases.of(
        List.of(longs((long) outer * inner, -n - 1L, n + 1L), data.bytes(2L << log)),
        (long) outer * n * inner << log,
        outer,
        n,
        inner,
        log);
  }

  private Case trilu() {
    int batch = small();
    int rows = size();
    int columns = size();
    int log = log();
    long bytes = (long) batch * rows * columns << log;
    return KernelCases.of(
        List.of(data.bytes(bytes), longs(1, -rows - 1L, columns + 2L)),
        bytes,
        batch,
        rows,
        columns,
        flag(),
        log);
  }

  private Case reverse() {
    int batch = small();
    int time = size();
    int inner = small();
    int log = log();
    long bytes = (long) batch * time * inner << log;
    return KernelCases.of(
        List.of(data.bytes(bytes), longs(batch, -1, time + 2L)),
        bytes,
        batch,
        time,
        inner,
        flag(),
        log);
  }

  private Case top(int width) {
    int outer = small();
    int n = size();
    int inner = small();
    int k = random.nextInt(n + 1);
    long results = (long) outer * k * inner;
    return KernelCases.of(
        List.of(
            values(width, (long) outer * n * inner),
            new byte[(int) (bytes(width) * results)],
            new byte[(int) (8 * results)]),
        8L * n,
        outer,
        n,
        inner,
        k,
        flag());
  }

  /// @param lists into how many tensors what is told of the slices goes
  private Case unique(int width, int lists) {
    int outer = random.nextInt(3) == 0 ? small() : 1;
    int n = size();
    int inner = random.nextInt(3) == 0 ? small() : 1;
    long count = (long) outer * n * inner;
    byte[] x = width == 4 && flag() != 0 ? wholeFloats((int) count) : values(width, count);
    List<byte[]> segments = new ArrayList<>(List.of(x, new byte[(int) (bytes(width) * count)]));
    for (int i = 0; i < lists; i++) {
      segments.add(new byte[3 / lists * 8 * n]);
    }
    segments.add(new byte[8]);
    return KernelCases.of(segments, 8L * n, outer, n, inner, flag());
  }

  /// Floats of which many are equal.
  private byte[] wholeFloats(int count) {
    ByteBuffer out = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    while (out.hasRemaining()) {
      out.putFloat(random.nextInt(-2, 3) * (flag() != 0 ? -1f : 1f));
    }
    return out.array();
  }

  private Case nonzero() {
    int rank = random.nextInt(LOOPS + 1);
    long[] sizes = LongStream.generate(() -> 1).limit(LOOPS).toArray();
    int n = 1;
    for (int i = 0; i < rank; i++) {
      sizes[i] = random.nextInt(1, 4);
      n *= (int) sizes[i];
    }
    byte[] x = data.bytes(n);
    for (int i = 0; i < n; i++) {
      x[i] = (byte) (flag() * x[i]);
    }
    return new Case(
        List.of(x, new byte[8 * rank * n], new byte[8]), all(new long[] {n, rank}, sizes));
  }

  private Case compress() {
    int outer = small();
    int n = size();
    int inner = small();
    int conditions = random.nextInt(1, n + 3);
    int most = random.nextInt(n + 1);
    int log = log();
    byte[] condition = data.bytes(conditions);
    for (int i = 0; i < conditions; i++) {
      condition[i] &= 1;
    }
    return new Case(
        List.of(
            data.bytes((long) outer * n * inner << log),
            condition,
            new byte[outer * most * inner << log],
            new byte[8]),
        new long[] {outer, n, inner, conditions, most, log});
  }

  private Case boxes() {
    int batch = 1 + flag();
    int classes = small();
    int n = random.nextInt(1, 9);
    int each = random.nextInt(1, n + 1);
    return KernelCases.of(
        List.of(
            flag() != 0 ? data.floats(4L * batch * n) : wholeFloats(4 * batch * n),
            data.floats((long) batch * classes * n),
            longs(1, -1, n + 2L),
            flag() != 0 ? data.floats(1) : new byte[4],
            data.floats(1),
            new byte[24 * batch * classes * each],
            new byte[8]),
        8L * n,
        batch,
        classes,
        n,
        each,
        flag(),
        flag());
  }

  private Case product() {
    int batch = small();
    int m = small();
    int n = small();
    int k = size();
    int shared = flag();
    return KernelCases.of(
        List.of(longs((long) batch * m * k, -9, 10), longs((long) batch * k * n, -9, 10)),
        8L * batch * m * n,
        batch,
        m,
        n,
        k,
        (long) m * k,
        k,
        1,
        (long) shared * k * n,
        n,
        1);
  }

  private Case ngrams() {
    int rows = small();
    int length = random.nextInt(9);
    int size = random.nextInt(1, 9);
    int count = random.nextInt(1, 5);
    int longest = random.nextInt(1, 4);
    int width = random.nextInt(1, 5);
    return KernelCases.of(
        List.of(
            longs((long) rows * length, 0, 3),
            longs(size, 0, 3),
            longs(3L * count, 0, 4),
            data.floats(count)),
        4L * rows * width,
        rows,
        length,
        size,
        count,
        longest,
        random.nextInt(3),
        width,
        random.nextInt(4));
  }
}
