package opml.kernels.cases;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import opml.kernels.cases.KernelCases.Case;
import opml.kernels.catalog.Kernel;
import opml.kernels.layout.TextCache;
import opml.kernels.layout.Tile;
import opml.kernels.transformer.Candidates;
import opml.kernels.transformer.DryTable;

/// Random calls of the kernels of language models.
final class TransformerCases {
  private final SplittableRandom random;
  private final RandomBytes data;

  /// How many rows the tile has room for, how many there are, and where it begins.
  private final int rows;

  private final int first;
  private final int count;
  private final int position;
  private final int choosing;

  TransformerCases(SplittableRandom random, RandomBytes data) {
    this.random = random;
    this.data = data;
    this.rows = random.nextInt(5);
    this.first = random.nextInt(3);
    this.count = random.nextInt(rows + 1);
    this.position = random.nextInt(3) * random.nextInt(7);
    this.choosing = random.nextInt(3);
  }

  /// {@return a random call of a kernel, if it is one of a language model}
  Optional<Case> next(Kernel kernel) {
    return Optional.ofNullable(
        switch (kernel.name()) {
          case "norm.rms" -> {
            int at = random.nextInt(3);
            int groups = random.nextInt(1, 4);
            int width = random.nextInt(1, 40);
            long row = (long) groups * width;
            yield tiled(
                List.of(data.floats((at + rows) * row), data.floats(width), bytes(4L * rows * row)),
                at,
                groups,
                width,
                Float.floatToIntBits(1e-5f));
          }
          case "rotate" -> {
            int heads = random.nextInt(1, 4);
            int pairs = random.nextInt(5);
            int width = 2 * pairs + random.nextInt(3);
            boolean halves = random.nextBoolean();
            long bytes = 4L * rows * heads * width;
            yield tiled(
                List.of(
                    data.floats(bytes / 4),
                    data.floats(2L * pairs * (position + first + rows)),
                    bytes(bytes)),
                heads,
                width,
                pairs,
                halves ? 1 : 2,
                halves ? pairs : 1);
          }
          case "gate.silu" -> {
            int width = random.nextInt(1, 20);
            long n = (long) rows * width;
            yield tiled(List.of(data.floats(n), data.floats(n), bytes(4 * n)), width);
          }
          case "add.bias" -> {
            int width = random.nextInt(1, 20);
            long n = (long) rows * width;
            yield tiled(List.of(data.floats(n), data.floats(width), bytes(4 * n)), width);
          }
          case "add.residual" -> {
            int at = random.nextInt(3);
            int width = random.nextInt(1, 20);
            yield tiled(
                List.of(
                    data.floats((long) rows * width),
                    data.floats((long) (at + rows + random.nextInt(2)) * width)),
                at,
                width);
          }
          case "keep" -> {
            int type = random.nextInt(3);
            int width = 32 * random.nextInt(1, 4);
            yield tiled(
                List.of(
                    data.floats((long) rows * width),
                    data.bytes((long) positions() * rowBytes(type, width))),
                type,
                width);
          }
          case "attention" -> attention();
          case "choosing.rows" -> {
            int width = random.nextInt(1, 9);
            yield tiled(
                List.of(
                    data.floats((long) (choosing + first + rows) * width),
                    bytes(4L * rows * width)),
                width);
          }
          case "choose.greedy" -> {
            int vocabulary = random.nextInt(1, 40);
            yield tiled(
                List.of(data.floats((long) rows * vocabulary), bytes(4L * rows)), vocabulary);
          }
          case "choose.sampled" -> sampled();
          case "check.choices" -> choices();
          case "tables.plain" -> new GrammarCases(random, data).plain();
          case "dry.breaks", "grammar.walk", "grammar.allow", "grammar.mask" -> {
            int at = random.nextInt(3);
            int text = position + choosing + first + 1;
            Case call = new GrammarCases(random, data).of(kernel.name(), rows, text, at);
            yield tiled(call.segments(), call.scalars());
          }
          case "tape.plain" -> {
            byte[] request = new SamplingCases(random).request(random.nextInt(12), 7);
            if (random.nextInt(4) == 0) {
              request[random.nextInt(request.length)] ^= (byte) (1 << random.nextInt(8));
            }
            yield new Case(
                List.of(request, bytes(request.length)), new long[] {request.length / 4, 7});
          }
          case "tape.begin" -> new TapeCases(random, data).next();
          case "tape.end" -> new Case(List.of(new byte[16]), new long[0]);
          default -> null;
        });
  }

  private int positions() {
    return position + first + rows + random.nextInt(3);
  }

  private static long rowBytes(int type, int width) {
    return switch (type) {
      case TextCache.F32 -> 4L * width;
      case TextCache.F16 -> 2L * width;
      default -> width / TextCache.BLOCK * (long) TextCache.BLOCK_BYTES;
    };
  }

  private static byte[] bytes(long count) {
    return new byte[(int) count];
  }

  /// A call whose first segment is the control slot; mostly the counter and position are as they should be, and
  /// sometimes the counter is anything.
  private Case tiled(List<byte[]> segments, long... scalars) {
    int counter = random.nextInt(2);
    boolean hostile = random.nextInt(8) == 0;
    int all = hostile && rows == count ? Integer.MAX_VALUE : first + count;
    int[] control = new int[Tile.CONTROL];
    control[counter] = hostile && count == 0 ? Integer.MIN_VALUE : all;
    control[Tile.POSITION] = position;
    control[Tile.CHOOSING] = choosing;
    List<byte[]> with = new ArrayList<>();
    with.add(data.words(control));
    with.addAll(segments);
    return new Case(
        with,
        LongStream.concat(LongStream.of(counter, first, rows), LongStream.of(scalars)).toArray());
  }

  private Case attention() {
    int type = random.nextInt(3);
    int shared = random.nextInt(1, 4);
    int cached = random.nextInt(1, 3);
    int width = 32;
    int all = shared * cached;
    int from = random.nextInt(all);
    int heads = random.nextInt(1, all - from + 1);
    int positions = positions() + 1;
    int window = random.nextBoolean() ? 0 : random.nextInt(1, 9);
    long row = rowBytes(type, cached * width);
    int at = random.nextInt(3);
    long n = (long) (at + rows) * all * width;
    return tiled(
        List.of(
            data.floats(n),
            halves(data.bytes(positions * row), type),
            halves(data.bytes(positions * row), type),
            bytes(4L * positions),
            bytes(4 * n)),
        type,
        (long) cached * width,
        type,
        (long) cached * width,
        at,
        from,
        heads,
        all,
        shared,
        width,
        positions,
        window,
        Float.floatToIntBits(0.25f));
  }

  /// Random bytes, as a cache of floats mostly ordinary ones.
  private byte[] halves(byte[] bytes, int type) {
    return type == TextCache.F32 ? data.floats(bytes.length / 4) : bytes;
  }

  private Case sampled() {
    int vocabulary = random.nextInt(1, 40);
    int at = random.nextInt(3);
    int context = position + choosing + first + rows + 1;
    return tiled(
        List.of(
            data.floats((long) (at + rows) * vocabulary),
            new DryCases(random).in(new SamplingCases(random).request(12, vocabulary)),
            data.ints(context, 0, random.nextBoolean() ? vocabulary : Math.min(vocabulary, 3)),
            breaks(context),
            data.ints(at + rows, 0, vocabulary),
            bytes(Candidates.bytes(vocabulary) + DryTable.bytes(context))),
        at,
        vocabulary,
        context);
  }

  /// {@return what may have been noted of the tokens' texts}: mostly that no breaker is in them
  private byte[] breaks(int context) {
    byte[] breaks = new byte[8 * context];
    for (int i = 0; i < context; i++) {
      breaks[8 * i + 7] = random.nextInt(4) == 0 ? (byte) random.nextInt() : 0;
    }
    return breaks;
  }

  private Case choices() {
    byte[] chosen = data.ints(Math.max(rows, 1), 0, 3);
    byte[] tokens = new byte[4 * (choosing + first + rows + 1)];
    System.arraycopy(chosen, 0, tokens, 4 * (choosing + first + 1), 4 * rows);
    if (random.nextInt(3) == 0 && rows > 0) {
      tokens[4 * (choosing + first + 1 + random.nextInt(rows))] ^= 1;
    }
    return tiled(List.of(chosen, tokens, new byte[4]));
  }
}
