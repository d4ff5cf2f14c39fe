package opml.twins;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import opml.kernels.cases.KernelCases.Case;
import opml.kernels.cases.RandomBytes;
import opml.kernels.catalog.Kernel;
import opml.kernels.layout.TextCache;
import opml.kernels.layout.Tile;

/// Calls of kernels that work on tokens, with rows as long as a model's.
///
/// The catalogue's own random calls are short, so that the machine runs them in no time.
final class TokenCalls {
  private static final int[] WIDTHS = {1, 7, 8, 15, 16, 17, 31, 64, 100, 256, 300, 2100};

  private final SplittableRandom random;
  private final RandomBytes data;
  private final int rows;
  private final int first;
  private final int count;
  private final int position;
  private final int choosing;

  /// @param rows that the tile has at most
  /// @param count of them that there are
  /// @param position of the tile's first row
  TokenCalls(SplittableRandom random, int rows, int count, int position) {
    this.random = random;
    this.data = new RandomBytes(random);
    this.rows = rows;
    this.first = random.nextInt(3);
    this.count = count;
    this.position = position;
    this.choosing = random.nextInt(3);
  }

  static Case any(Kernel kernel, SplittableRandom random) {
    int rows = random.nextInt(1, 10);
    int count = random.nextInt(rows + 1);
    int position = random.nextInt(3) == 0 ? 0 : random.nextInt(300);
    TokenCalls calls = new TokenCalls(random, rows, count, position);
    int width = WIDTHS[random.nextInt(WIDTHS.length)];
    return kernel.name().equals("attention")
        ? calls.attention(
            random.nextInt(3),
            random.nextInt(1, 5),
            random.nextInt(1, 4),
            random.nextBoolean() ? 32 * random.nextInt(1, 4) : 16 * random.nextInt(1, 17),
            random.nextBoolean() ? 0 : random.nextInt(1, 300),
            random.nextBoolean())
        : calls.of(kernel, width);
  }

  /// {@return a call on rows of a width, or about that}
  Case of(Kernel kernel, int width) {
    int n = rows * width;
    int blocks = (width + 31) / 32;
    int at = random.nextInt(3);
    return switch (kernel.name()) {
      case "norm.rms" -> {
        int groups = random.nextInt(1, 4);
        int all = groups * width;
        yield call(
            List.of(floats((at + rows) * all), floats(width), room(4 * rows * all)),
            at,
            groups,
            width,
            Float.floatToIntBits(1e-5f));
      }
      case "rotate" -> {
        int pairs = Math.max(1, (width - random.nextInt(4)) / 2);
        int heads = random.nextInt(1, 4);
        int row = heads * Math.max(width, 2 * pairs);
        boolean halves = random.nextBoolean();
        yield call(
            List.of(
                floats(rows * row),
                floats(2 * pairs * (position + first + rows)),
                room(4 * rows * row)),
            heads,
            row / heads,
            pairs,
            halves ? 1 : 2,
            halves ? pairs : 1);
      }
      case "gate.silu" -> call(List.of(floats(n), floats(n), room(4 * n)), width);
      case "add.bias" -> call(List.of(floats(n), floats(width), room(4 * n)), width);
      case "add.residual" -> call(List.of(floats(n), floats((at + rows) * width)), at, width);
      case "quantize.rows" ->
          call(
              List.of(
                  floats(32 * rows * blocks), room(32 * rows * blocks), room(4 * rows * blocks)),
              blocks);
      case "keep" -> {
        int type = random.nextInt(3);
        int positions = position + first + rows;
        yield call(
            List.of(floats(32 * rows * blocks), cached(type, 32 * blocks * positions)),
            type,
            32L * blocks);
      }
      case "choosing.rows" ->
          call(List.of(floats((choosing + first + rows) * width), room(4 * n)), width);
      case "choose.greedy" -> call(List.of(floats(n), room(4 * rows)), width);
      case "attention" -> attention(TextCache.F16, 4, 2, 64, 0, true);
      default -> throw new IllegalArgumentException(kernel.name());
    };
  }

  /// @param type of keys and values
  /// @param shared heads to a head of keys and values, of which there are `kv`
  /// @param all whether all heads are computed, and not some of them
  Case attention(int type, int shared, int kv, int width, int window, boolean all) {
    int heads = shared * kv;
    int from = all ? 0 : random.nextInt(heads);
    int some = all ? heads : random.nextInt(1, heads - from + 1);
    int positions = position + first + rows;
    int at = all ? 0 : random.nextInt(3);
    int n = (at + rows) * heads * width;
    int kind = type == TextCache.Q8_0 && width % TextCache.BLOCK != 0 ? TextCache.F16 : type;
    return call(
        List.of(
            floats(n),
            cached(kind, kv * width * positions),
            cached(kind, kv * width * positions),
            room(4 * positions),
            room(4 * n)),
        kind,
        (long) kv * width,
        kind,
        (long) kv * width,
        at,
        from,
        some,
        heads,
        shared,
        width,
        positions,
        window,
        Float.floatToIntBits(0.25f));
  }

  private byte[] floats(int n) {
    return data.floats(n);
  }

  private static byte[] room(int bytes) {
    return new byte[bytes];
  }

  /// Values as a cache has them: floats that were kept, or any bytes.
  private byte[] cached(int type, int elements) {
    int bytes = type == TextCache.F32 ? 4 : 2;
    byte[] any =
        type == TextCache.Q8_0
            ? data.bytes((long) elements / TextCache.BLOCK * TextCache.BLOCK_BYTES)
            : type == TextCache.F32 ? floats(elements) : data.bytes((long) bytes * elements);
    if (type == TextCache.F16 && random.nextInt(3) > 0) {
      // Few infinities and NaN, which drown all else.
      for (int i = 1; i < any.length; i += 2) {
        any[i] = (byte) (any[i] & 0xbf);
      }
    }
    return any;
  }

  private Case call(List<byte[]> operands, long... scalars) {
    int counter = random.nextInt(2);
    int[] control = new int[Tile.CONTROL];
    control[counter] = first + count;
    control[Tile.POSITION] = position;
    control[Tile.CHOOSING] = choosing;
    List<byte[]> all = new ArrayList<>();
    all.add(data.words(control));
    all.addAll(operands);
    return new Case(
        all,
        LongStream.concat(LongStream.of(counter, first, rows), LongStream.of(scalars)).toArray());
  }
}
