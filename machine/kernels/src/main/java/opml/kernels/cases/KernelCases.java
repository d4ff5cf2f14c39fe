package opml.kernels.cases;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import opml.kernels.catalog.Kernel;
import org.jspecify.annotations.Nullable;

/// Random calls of the catalogue's kernels: awkward sizes, and data with every special value of a float in it. Whatever
/// is said of all kernels is tried on these: that the machine gives the JVM's bits, that the step bound holds, that a
/// twin is equal.
public final class KernelCases {
  /// What a kernel is called with.
  ///
  /// @param segments what each segment argument holds before the call; what the kernel only writes holds zeros
  /// @param scalars in the ABI's 64-bit form
  @SuppressWarnings("ArrayRecordComponent") // handed out once
  public record Case(List<byte[]> segments, long[] scalars) {
    public Case {
      segments = List.copyOf(segments);
    }
  }

  /// How weights stand in memory.
  ///
  /// @param size weights in a block
  /// @param bytes of a block
  private record Format(int size, int bytes) {}

  private static final Map<String, Format> FORMATS =
      Map.ofEntries(
          entry("f32", new Format(1, 4)),
          entry("f16", new Format(1, 2)),
          entry("bf16", new Format(1, 2)),
          entry("q80", new Format(32, 34)),
          entry("q40", new Format(32, 18)),
          entry("q41", new Format(32, 20)),
          entry("q50", new Format(32, 22)),
          entry("q51", new Format(32, 24)),
          entry("iq4nl", new Format(32, 18)),
          entry("q2k", new Format(256, 84)),
          entry("q3k", new Format(256, 110)),
          entry("q4k", new Format(256, 144)),
          entry("q5k", new Format(256, 176)),
          entry("q6k", new Format(256, 210)),
          entry("iq2xxs", new Format(256, 66)),
          entry("iq4xs", new Format(256, 136)));

  private static final int[] SIZES = {1, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33};

  private final SplittableRandom random;
  private final RandomBytes data;

  /// @param seed of all that follows
  public KernelCases(long seed) {
    random = new SplittableRandom(seed);
    data = new RandomBytes(random);
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

  static Case of(List<byte[]> inputs, long output, long... scalars) {
    List<byte[]> segments = new ArrayList<>(inputs);
    segments.add(new byte[(int) output]);
    return new Case(segments, scalars);
  }

  private int zero(int unsigned) {
    return unsigned != 0 ? random.nextInt(256) : random.nextInt(256) - 128;
  }

  /// {@return a random call of a kernel}
  ///
  /// @throws IllegalArgumentException if it is none of the catalogue's
  public Case next(Kernel kernel) {
    return switch (kernel.name()) {
      case "gemm.f32" -> gemm();
      case "matmul.f32" -> matmul();
      case "conv2d.f32" -> convolution(false);
      case "qlinear.conv2d" -> convolution(true);
      case "add.f32", "mul.f32" -> broadcast();
      case "relu.f32" -> {
        int n = random.nextInt(40);
        yield of(List.of(data.floats(n)), 4L * n, n);
      }
      case "maxpool.f32" -> pooling(false);
      case "averagepool.f32" -> pooling(true);
      case "globalaveragepool.f32" -> {
        int planes = small();
        int size = size();
        yield of(List.of(data.floats((long) planes * size)), 4L * planes, planes, size);
      }
      case "softmax.f32" -> {
        int outer = small();
        int n = size();
        int inner = small();
        long count = (long) outer * n * inner;
        yield of(List.of(data.floats(count)), 4 * count, outer, n, inner);
      }
      case "argmax.f32" -> {
        int outer = small();
        int n = size();
        int inner = small();
        yield of(
            List.of(data.floats((long) outer * n * inner)),
            8L * outer * inner,
            outer,
            n,
            inner,
            flag());
      }
      case "quantize", "dequantize" -> channelwise(kernel.name().equals("quantize"));
      case "qlinear.matmul" -> quantisedMatmul();
      case "copy" -> copy();
      case "append" -> {
        int rows = small();
        int bytes = 8 * small();
        byte[] control = data.ints(2, 0, rows);
        yield of(List.of(control, data.bytes(bytes)), (long) rows * bytes, bytes);
      }
      case "advance" -> new Case(List.of(data.ints(2, -2, 4)), new long[0]);
      case "clear" -> {
        List<byte[]> zeros =
            Stream.generate(() -> new byte[random.nextInt(1, 100)]).limit(4).toList();
        yield new Case(zeros, new long[0]);
      }
      default ->
          new TransformerCases(random, data)
              .next(kernel)
              .or(() -> new NetCases(random, data).next(kernel))
              .or(() -> new NumberCases(random, data).next(kernel))
              .or(() -> new SelectCases(random, data).next(kernel))
              .orElseGet(() -> languageModel(kernel));
    };
  }

  private Case languageModel(Kernel kernel) {
    String name = kernel.name();
    if (name.equals("quantize.rows")) {
      return quantizeRows();
    }
    @Nullable Format format = FORMATS.get(name.substring(name.indexOf('.') + 1));
    if (format != null && name.startsWith("embed.")) {
      return embed(format);
    }
    if (format != null && name.startsWith("linear.")) {
      return format.size == 1 ? linear(format) : linearBlocks(format);
    }
    throw new IllegalArgumentException("no cases for the kernel " + kernel);
  }

  private Case gemm() {
    int m = small();
    int n = small();
    int k = random.nextInt(4) == 0 ? 250 + random.nextInt(270) : size();
    boolean transA = random.nextBoolean();
    boolean transB = random.nextBoolean();
    int kind = random.nextInt(4);
    long[] scalars = {
      m,
      n,
      k,
      transA ? 1 : k,
      transA ? m : 1,
      transB ? 1 : n,
      transB ? k : 1,
      (kind & 1) != 0 ? n : 0,
      kind >> 1,
      random.nextBoolean() ? 0x3f800000 : Float.floatToIntBits(-0.3f),
      random.nextBoolean() ? 0x3f800000 : Float.floatToIntBits(2.7f)
    };
    return of(
        List.of(data.floats((long) m * k), data.floats((long) k * n), data.floats((long) m * n)),
        4L * m * n,
        scalars);
  }

  private Case matmul() {
    int batch = small();
    int m = small();
    int n = small();
    int k = random.nextInt(6) == 0 ? 256 : size();
    int shared = flag();
    return of(
        List.of(data.floats((long) batch * m * k), data.floats((long) batch * k * n)),
        4L * batch * m * n,
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

  private Case convolution(boolean quantised) {
    int batch = 1 + flag();
    int groups = small();
    int channels = groups * small();
    int outputs = groups * (1 + random.nextInt(9)); // around the channels taken together
    int height = small() + 2;
    int width = small() + 3;
    int kernelHeight = small();
    int kernelWidth = small();
    int outHeight = small();
    int outWidth = small();
    int[] geometry = {
      batch,
      channels,
      height,
      width,
      outputs,
      outHeight,
      outWidth,
      kernelHeight,
      kernelWidth,
      small(),
      small(),
      random.nextInt(3),
      random.nextInt(3),
      small(),
      small(),
      groups
    };
    long image = (long) batch * channels * height * width;
    long weights = (long) outputs * (channels / groups) * kernelHeight * kernelWidth;
    long out = (long) batch * outputs * outHeight * outWidth;
    long[] scalars = IntStream.of(geometry).asLongStream().toArray();
    if (!quantised) {
      return of(
          List.of(data.floats(image), data.floats(weights), data.floats(outputs)),
          4 * out,
          scalars);
    }
    int perChannel = flag();
    long[] more = quantisation(perChannel);
    int scales = perChannel != 0 ? outputs : 1;
    return of(
        List.of(
            data.bytes(image),
            data.bytes(weights),
            data.ints(scales, 1 << 30, Integer.MAX_VALUE),
            data.ints(scales, 30, 50),
            data.ints(outputs, -100000, 100000)),
        out,
        LongStream.concat(LongStream.of(scalars), LongStream.of(more)).toArray());
  }

  private long[] quantisation(int per) {
    int first = flag();
    int second = flag();
    int third = flag();
    return new long[] {zero(first), zero(second), zero(third), per, first, second, third};
  }

  private Case quantisedMatmul() {
    int m = small();
    int n = 1 + random.nextInt(11); // around the columns taken together
    int k = size();
    int perColumn = flag();
    int scales = perColumn != 0 ? n : 1;
    return of(
        List.of(
            data.bytes((long) m * k),
            data.bytes((long) k * n),
            data.ints(scales, 1 << 30, Integer.MAX_VALUE),
            data.ints(scales, 1, 63),
            data.ints(n, Integer.MIN_VALUE, Integer.MAX_VALUE)),
        (long) m * n,
        LongStream.concat(LongStream.of(m, n, k), LongStream.of(quantisation(perColumn)))
            .toArray());
  }

  private Case broadcast() {
    int[] d = {small(), small(), small(), size()};
    long[] scalars = new long[12];
    for (int i = 0; i < 4; i++) {
      scalars[i] = d[i];
    }
    int count = d[0] * d[1] * d[2] * d[3];
    for (int operand = 0; operand < 2; operand++) {
      int stride = 1;
      for (int i = 3; i >= 0; i--) {
        scalars[4 + 4 * operand + i] = random.nextBoolean() ? stride : 0;
        stride *= d[i];
      }
    }
    return of(List.of(data.floats(count), data.floats(count)), 4L * count, scalars);
  }

  private Case pooling(boolean average) {
    int planes = small();
    int height = small() + 2;
    int width = small() + 2;
    int outHeight = small();
    int outWidth = small();
    List<Integer> s = new ArrayList<>(List.of(planes, height, width, outHeight, outWidth));
    Collections.addAll(
        s,
        small(),
        small(),
        small(),
        small(),
        random.nextInt(3),
        random.nextInt(3),
        small(),
        small());
    if (average) {
      s.add(flag());
    }
    return of(
        List.of(data.floats((long) planes * height * width)),
        4L * planes * outHeight * outWidth,
        s.stream().mapToLong(Integer::longValue).toArray());
  }

  /// A language model's control slot: as many tokens and choices as there may be, or any numbers at all.
  private byte[] control() {
    return flag() != 0
        ? data.ints(3, 0, 8)
        : data.ints(3, Integer.MIN_VALUE, flag() != 0 ? Integer.MAX_VALUE : 0);
  }

  private Case quantizeRows() {
    int first = random.nextInt(4);
    int rows = small();
    int blocks = random.nextInt(4);
    long count = (long) rows * blocks;
    return new Case(
        List.of(
            control(),
            data.floats(32 * count),
            new byte[(int) (32 * count)],
            new byte[(int) (4 * count)]),
        new long[] {flag(), first, rows, blocks});
  }

  private Case linearBlocks(Format format) {
    int rows = small();
    int blocks = format.size / 32 * random.nextInt(4);
    byte[] q = data.bytes(32L * rows * blocks);
    return linear(format, rows, 32 * blocks, blocks, List.of(q, data.floats((long) rows * blocks)));
  }

  private Case linear(Format format) {
    int rows = small();
    int k = random.nextInt(4) == 0 ? 250 + random.nextInt(270) : size();
    return linear(format, rows, k, k, List.of(data.floats((long) rows * k)));
  }

  private Case linear(Format format, int rows, int k, int depth, List<byte[]> operands) {
    int from = random.nextInt(3);
    int to = random.nextInt(3);
    int count = random.nextInt(4);
    int width = to + count + random.nextInt(2);
    List<byte[]> inputs = new ArrayList<>();
    inputs.add(control());
    inputs.addAll(operands);
    inputs.add(data.bytes((long) (from + count) * k / format.size * format.bytes));
    return of(
        inputs, 4L * rows * width, flag(), random.nextInt(4), rows, from, to, count, width, depth);
  }

  private Case embed(Format format) {
    int first = random.nextInt(4);
    int rows = small();
    int at = random.nextInt(3);
    int from = random.nextInt(3);
    int count = random.nextInt(4);
    int width = format.size * random.nextInt(3);
    return of(
        List.of(
            control(),
            data.ints(first + rows, -2, 8),
            data.bytes((long) count * width / format.size * format.bytes)),
        4L * (at + rows) * width,
        flag(),
        first,
        rows,
        at,
        from,
        count,
        width);
  }

  private Case copy() {
    int unit = random.nextBoolean() ? 8 : 1;
    int from = unit * random.nextInt(5);
    int to = unit * random.nextInt(5);
    int count = random.nextInt(40);
    return of(
        List.of(data.bytes(from + count + random.nextInt(3))),
        to + (long) count + random.nextInt(3),
        from,
        to,
        count);
  }

  private Case channelwise(boolean quantize) {
    int outer = small();
    int channels = small();
    int inner = size();
    int per = flag();
    long count = (long) outer * channels * inner;
    int scales = per != 0 ? channels : 1;
    byte[] x = quantize ? data.floats(count) : data.bytes(count);
    return of(
        List.of(x, data.floats(scales), data.bytes(scales)),
        quantize ? count : 4 * count,
        outer,
        channels,
        inner,
        per,
        flag());
  }
}
