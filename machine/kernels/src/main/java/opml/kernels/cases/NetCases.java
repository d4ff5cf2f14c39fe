package opml.kernels.cases;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import opml.kernels.cases.KernelCases.Case;
import opml.kernels.catalog.Kernel;

/// Random calls of the kernels of neural networks beyond [KernelCases]: windows of three dimensions, normalisation,
/// losses, resampling, recurrence, training and quantisation by blocks.
final class NetCases {
  private final SplittableRandom random;
  private final RandomBytes data;

  NetCases(SplittableRandom random, RandomBytes data) {
    this.random = random;
    this.data = data;
  }

  /// {@return a random call of a kernel, if it is one of these}
  Optional<Case> next(Kernel kernel) {
    return Optional.ofNullable(
        switch (kernel.name()) {
          case "maxpool3d.f32" -> pool(kernel.name());
          case "averagepool3d.f32" -> pool(kernel.name());
          case "lppool3d.f32" -> pool(kernel.name());
          case "unpool.b4" -> {
            int n = random.nextInt(9);
            int size = random.nextInt(1, 12);
            yield written(
                List.of(data.floats(n), longs(n, -1, size + 1)), sizes(4L * size), n, size);
          }
          case "roipool.f32" -> regions(false);
          case "roialign.f32" -> regions(true);
          case "normalize.f32" -> normalize();
          case "moments.f32" -> {
            int rows = small();
            int n = random.nextInt(1, 40);
            yield written(
                List.of(data.floats((long) rows * n)),
                sizes(4L * rows * n, 4L * rows, 4L * rows),
                rows,
                n);
          }
          case "batchnorm.f32" -> {
            int[] d = axis();
            long n = count(d);
            yield written(
                List.of(
                    data.floats(n),
                    data.floats(d[1]),
                    data.floats(d[1]),
                    data.floats(d[1]),
                    data.floats(d[1])),
                sizes(4 * n),
                d[0],
                d[1],
                d[2],
                bits(1e-5f));
          }
          case "rmsnorm.f32" -> {
            int rows = small();
            int n = random.nextInt(1, 40);
            yield written(
                List.of(data.floats((long) rows * n), data.floats(n)),
                sizes(4L * rows * n),
                rows,
                n,
                bits(1e-5f));
          }
          case "lpnorm.f32" -> {
            int[] d = axis();
            yield written(
                List.of(data.floats(count(d))),
                sizes(4 * count(d)),
                d[0],
                d[1],
                d[2],
                1 + random.nextInt(2));
          }
          case "lrn.f32" -> {
            int[] d = axis();
            yield written(
                List.of(data.floats(count(d))),
                sizes(4 * count(d)),
                d[0],
                d[1],
                d[2],
                random.nextInt(3),
                random.nextInt(3),
                bits(1e-4f),
                bits(0.75f),
                bits(1f));
          }
          case "nll.f32" -> {
            int[] d = axis();
            int places = d[0] * d[2];
            yield written(
                List.of(data.floats(count(d)), longs(places, -1, d[1] + 1), data.floats(d[1])),
                sizes(4L * places, 4L * places),
                d[0],
                d[1],
                d[2],
                flag(),
                random.nextInt(-1, d[1]));
          }
          case "nll.total.f32" -> {
            int n = random.nextInt(1, 40);
            yield written(List.of(data.floats(n), data.floats(n)), sizes(4), n, flag());
          }
          case "conv3d.f32", "conv.integer" -> convolution(kernel.name().equals("conv.integer"));
          case "convtranspose.f32" -> transposed();
          case "col2im.f32" -> {
            int planes = small();
            int[] positions = volume(4);
            int[] out = volume(5);
            int[] box = box();
            yield written(
                List.of(data.floats((long) planes * count(positions) * box[0] * box[1] * box[2])),
                sizes(4L * planes * count(out)),
                joined(new int[] {planes}, positions, out, box));
          }
          case "deformconv.f32" -> deformed();
          case "matmul.integer" -> integerMatmul(false);
          case "matmul.integer.scaled" -> integerMatmul(true);
          case "dynamic.quantize" -> {
            int n = random.nextInt(40);
            yield written(List.of(data.floats(n)), sizes(n, 4, 1), n);
          }
          case "quantize.blocks", "dequantize.blocks", "scale.blocks" -> blocks(kernel.name());
          case "resize.f32" -> {
            int[] d = axis();
            int size = random.nextInt(1, 9);
            int taps = random.nextInt(1, 5);
            yield written(
                List.of(
                    data.floats(count(d)),
                    data.ints(size * taps, random.nextInt(2) - 1, d[1] + random.nextInt(1, 3)),
                    data.floats((long) size * taps)),
                sizes(4L * d[0] * size * d[2]),
                d[0],
                d[1],
                d[2],
                size,
                taps,
                bits(0.5f));
          }
          case "gridsample2d.f32" -> {
            int batch = small();
            int channels = small();
            int[] in = {small(), small()};
            int[] out = {small(), small()};
            yield written(
                List.of(
                    data.floats((long) batch * channels * in[0] * in[1]),
                    places(2 * batch * out[0] * out[1])),
                sizes(4L * batch * channels * out[0] * out[1]),
                joined(
                    new int[] {batch, channels},
                    in,
                    out,
                    new int[] {random.nextInt(3), random.nextInt(3), flag()}));
          }
          case "gridsample3d.f32" -> {
            int batch = small();
            int channels = small();
            int[] in = volume(4);
            int[] out = volume(3);
            yield written(
                List.of(
                    data.floats((long) batch * channels * count(in)),
                    places(3 * batch * (int) count(out))),
                sizes(4L * batch * channels * count(out)),
                joined(
                    new int[] {batch, channels},
                    in,
                    out,
                    new int[] {random.nextInt(2), random.nextInt(3), flag()}));
          }
          case "rnn.f32", "gru.f32", "lstm.f32" -> recurrent(kernel.name());
          case "adagrad.f32" -> {
            int n = random.nextInt(9);
            yield written(
                trained(n, 3), sizes(4L * n, 4L * n), n, bits(0.01f), bits(0.1f), bits(1e-6f));
          }
          case "adam.f32" -> {
            int n = random.nextInt(9);
            yield written(
                trained(n, 4),
                sizes(4L * n, 4L * n, 4L * n),
                n,
                bits(0.9f),
                bits(0.999f),
                bits(0.01f),
                bits(0.001f),
                bits(1e-6f));
          }
          case "momentum.f32" -> {
            int n = random.nextInt(9);
            yield written(
                trained(n, 3),
                sizes(4L * n, 4L * n),
                n,
                flag(),
                bits(0.9f),
                bits(0.5f),
                bits(0.01f));
          }
          default -> null;
        });
  }

  private int small() {
    return 1 + random.nextInt(3);
  }

  private int flag() {
    return random.nextInt(2);
  }

  private static long bits(float value) {
    return Float.floatToIntBits(value);
  }

  private static long[] sizes(long... bytes) {
    return bytes;
  }

  private static long count(int... dims) {
    return IntStream.of(dims).asLongStream().reduce(1, (a, b) -> a * b);
  }

  private static long[] joined(int[]... parts) {
    return List.of(parts).stream().flatMapToInt(IntStream::of).asLongStream().toArray();
  }

  private static long[] with(long[] scalars, long... more) {
    return LongStream.concat(LongStream.of(scalars), LongStream.of(more)).toArray();
  }

  /// A call that writes segments of so many bytes.
  private static Case written(List<byte[]> inputs, long[] outputs, long... scalars) {
    List<byte[]> segments = new ArrayList<>(inputs);
    for (long bytes : outputs) {
      segments.add(new byte[(int) bytes]);
    }
    return new Case(segments, scalars);
  }

  private byte[] longs(int count, int least, int end) {
    ByteBuffer out = ByteBuffer.allocate(8 * count).order(ByteOrder.LITTLE_ENDIAN);
    while (out.hasRemaining()) {
      out.putLong(random.nextInt(20) == 0 ? random.nextLong() : random.nextInt(least, end));
    }
    return out.array();
  }

  /// Floats of which most are around an image whose edges are -1 and 1.
  private byte[] places(int count) {
    byte[] wild = data.floats(count);
    ByteBuffer out = ByteBuffer.wrap(wild).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      if (random.nextInt(6) != 0) {
        out.putFloat(4 * i, (float) random.nextDouble(-2.5, 2.5));
      }
    }
    return wild;
  }

  private int[] axis() {
    return new int[] {small(), random.nextInt(1, 20), small()};
  }

  private int[] volume(int most) {
    return random.ints(3, 1, most + 1).toArray();
  }

  /// A window: its size, strides, paddings and dilations.
  private int[] box() {
    int[] box = new int[12];
    for (int i = 0; i < 12; i++) {
      box[i] = i >= 6 && i < 9 ? random.nextInt(3) : 1 + random.nextInt(i < 3 ? 3 : 2);
    }
    return box;
  }

  private Case pool(String name) {
    int planes = small();
    int[] in = volume(4);
    int[] out = volume(3);
    long[] scalars = joined(new int[] {planes}, in, out, box());
    List<byte[]> x = List.of(data.floats(planes * count(in)));
    long n = planes * count(out);
    return switch (name) {
      case "maxpool3d.f32" -> written(x, sizes(4 * n, 8 * n), with(scalars, flag()));
      case "lppool3d.f32" -> written(x, sizes(4 * n), with(scalars, 1 + random.nextInt(4)));
      default ->
          written(x, sizes(4 * n), with(scalars, random.ints(6, 0, 3).asLongStream().toArray()));
    };
  }

  private Case regions(boolean aligned) {
    int batch = small();
    int channels = small();
    int[] in = {random.nextInt(1, 7), random.nextInt(1, 7)};
    int[] out = {small(), small()};
    int count = small();
    long[] scalars = joined(new int[] {batch, channels}, in, new int[] {count}, out);
    byte[] x = data.floats((long) batch * channels * in[0] * in[1]);
    long bytes = 4L * count * channels * out[0] * out[1];
    if (!aligned) {
      return written(List.of(x, data.floats(5L * count)), sizes(bytes), with(scalars, bits(0.7f)));
    }
    return written(
        List.of(x, data.floats(4L * count), longs(count, -1, batch + 1)),
        sizes(bytes),
        with(scalars, random.nextInt(3), flag(), flag(), bits(0.7f), bits(0.5f * flag())));
  }

  private Case normalize() {
    int period = small();
    int rows = period * small();
    int inner = random.nextInt(1, 9);
    int perRow = small();
    int n = inner * perRow;
    int factors = period * perRow;
    return written(
        List.of(data.floats((long) rows * n), data.floats(factors), data.floats(factors)),
        sizes(4L * rows * n, 4L * rows, 4L * rows),
        rows,
        n,
        period,
        perRow,
        inner,
        bits(1e-5f));
  }

  private Case convolution(boolean integer) {
    int batch = small();
    int groups = small();
    int channels = groups * (random.nextInt(6) == 0 ? 17 : small());
    int outputs = groups * small();
    int[] in = volume(4);
    int[] out = volume(3);
    int[] box = box();
    long[] scalars =
        joined(new int[] {batch, channels}, in, new int[] {outputs}, out, box, new int[] {groups});
    long x = (long) batch * channels * count(in);
    long w = (long) outputs * channels / groups * box[0] * box[1] * box[2];
    long y = (long) batch * outputs * count(out);
    if (!integer) {
      return written(
          List.of(data.floats(x), data.floats(w), data.floats(outputs)), sizes(4 * y), scalars);
    }
    return written(
        List.of(data.bytes(x), data.bytes(w), data.bytes(1), data.bytes(outputs)),
        sizes(4 * y),
        with(scalars, flag(), flag(), 0, flag()));
  }

  private Case transposed() {
    int batch = small();
    int groups = small();
    int channels = groups * small();
    int outputs = groups * small();
    int[] in = volume(4);
    int[] out = volume(5);
    int[] box = box();
    return written(
        List.of(
            data.floats((long) batch * channels * count(in)),
            data.floats((long) channels * outputs / groups * box[0] * box[1] * box[2]),
            data.floats(outputs)),
        sizes(4L * batch * outputs * count(out)),
        joined(new int[] {batch, channels}, in, new int[] {outputs}, out, box, new int[] {groups}));
  }

  private Case deformed() {
    int batch = small();
    int groups = small();
    int moved = small();
    int channels = groups * moved * (random.nextInt(6) == 0 ? 9 : 1);
    int outputs = groups * small();
    int[] in = {random.nextInt(1, 6), random.nextInt(1, 6)};
    int[] out = {small(), small()};
    int[] kernel = {small(), small()};
    int[] window = {kernel[0], kernel[1], small(), small(), flag(), flag(), small(), small()};
    long places = (long) batch * moved * kernel[0] * kernel[1] * out[0] * out[1];
    return written(
        List.of(
            data.floats((long) batch * channels * in[0] * in[1]),
            data.floats((long) outputs * channels / groups * kernel[0] * kernel[1]),
            data.floats(outputs),
            places((int) (2 * places)),
            data.floats(places)),
        sizes(4L * batch * outputs * out[0] * out[1]),
        joined(
            new int[] {batch, channels},
            in,
            new int[] {outputs},
            out,
            window,
            new int[] {groups, moved}));
  }

  private Case integerMatmul(boolean scaled) {
    int batch = small();
    int m = small();
    int n = small();
    int k = random.nextInt(20);
    int shared = flag();
    long[] scalars = {
      batch, m, n, k, (long) m * k, (long) shared * k * n, flag(), flag(), flag(), flag()
    };
    List<byte[]> given =
        new ArrayList<>(
            List.of(
                data.bytes((long) batch * m * k),
                data.bytes((long) batch * k * n),
                data.bytes(m),
                data.bytes(n)));
    if (scaled) {
      given.add(data.floats(n));
      given.add(data.floats(n));
    }
    return written(given, sizes(4L * batch * m * n), scaled ? with(scalars, flag()) : scalars);
  }

  private Case blocks(String name) {
    int[] d = axis();
    int block = random.nextInt(1, 6);
    int perAxis = (d[1] + block - 1) / block;
    int kind = random.nextInt(3);
    long[] layout =
        switch (kind) {
          case 0 -> new long[] {1, 0, 0, 0};
          case 1 -> new long[] {1, 0, 1, 0};
          default -> new long[] {block, (long) perAxis * d[2], d[2], 1};
        };
    int scales = kind == 0 ? 1 : kind == 1 ? d[1] : d[0] * perAxis * d[2];
    int n = (int) count(d);
    long[] scalars = with(new long[] {d[0], d[1], d[2]}, layout);
    return switch (name) {
      case "quantize.blocks" ->
          written(
              List.of(data.floats(n), data.floats(scales), longs(scales, -9, 9)),
              sizes(8L * n),
              with(scalars, -8, 7));
      case "dequantize.blocks" ->
          written(
              List.of(longs(n, -99, 99), data.floats(scales), longs(scales, -9, 9)),
              sizes(4L * n),
              scalars);
      default ->
          written(
              List.of(data.floats(n), data.floats(scales)), sizes(4L * n), with(scalars, flag()));
    };
  }

  private Case recurrent(String name) {
    int gates = name.equals("rnn.f32") ? 1 : name.equals("gru.f32") ? 3 : 4;
    int length = small();
    int batch = small();
    int hidden = random.nextInt(1, 6);
    int first = random.nextInt(length);
    int steps = random.nextInt(1, length - first + 1);
    List<byte[]> inputs = new ArrayList<>();
    Collections.addAll(
        inputs,
        data.floats((long) length * batch * gates * hidden),
        data.floats((long) gates * hidden * hidden),
        data.floats(2L * gates * hidden));
    long states = (long) batch * hidden;
    if (gates == 4) {
      inputs.add(data.floats(3L * hidden));
      inputs.add(data.floats(states));
    }
    inputs.add(data.floats(states));
    inputs.add(data.ints(batch, -1, length + 2));
    long y = 4L * steps * states;
    long[] scalars = {length, batch, hidden, first, steps, flag()};
    long clip = bits(random.nextBoolean() ? 3f : Float.POSITIVE_INFINITY);
    return switch (gates) {
      case 1 ->
          written(
              inputs, sizes(4L * hidden, 4 * states, y), with(with(scalars, activation()), clip));
      case 3 ->
          written(
              inputs,
              sizes(16L * hidden, 4 * states, y),
              with(with(with(with(scalars, activation()), activation()), flag()), clip));
      default ->
          written(
              inputs,
              sizes(16L * hidden, 4 * states, 4 * states, y),
              with(
                  with(with(with(with(scalars, activation()), activation()), activation()), flag()),
                  clip));
    };
  }

  private long[] activation() {
    return new long[] {random.nextInt(11), bits(0.3f), bits(0.7f)};
  }

  /// A rate, a number of steps, and so many tensors.
  private List<byte[]> trained(int n, int tensors) {
    List<byte[]> inputs = new ArrayList<>();
    inputs.add(data.floats(1));
    inputs.add(longs(1, 0, 9));
    for (int i = 0; i < tensors; i++) {
      inputs.add(data.floats(n));
    }
    return inputs;
  }
}
