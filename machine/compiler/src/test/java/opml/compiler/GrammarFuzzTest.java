package opml.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.compiler.program.CompiledProgram;
import opml.kernels.bound.StepBound;
import opml.kernels.cases.KernelCases;
import opml.kernels.cases.KernelCases.Case;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms;
import opml.kernels.layout.Tile;
import opml.kernels.transformer.GrammarTable;
import opml.kernels.transformer.SamplingHeader;
import opml.kernels.transformer.Tape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tables of grammars that anybody may send, tokens and places of any integers: natively, on the machine within the
/// bound, and as `spec/numerics.md` (Grammars) reads. `-Dopml.cases=10000` for more, `-Dopml.seed` for the same.
class GrammarFuzzTest {
  private static final int CASES = Integer.getInteger("opml.cases", 250);

  private final long seed = Long.getLong("opml.seed", System.nanoTime());
  private final Map<End, Integer> ends = new EnumMap<>(End.class);

  /// How looking at entries for a byte ended.
  private enum End {
    NEXT,
    NO_ENTRY_HAS_IT,
    TOO_MANY_ENTRIES,
    BEHIND_THE_TABLE,
    NOTHING_BEHIND_A_CALL,
    TOO_MANY_RETURNS,
    NO_RETURN
  }

  /// Where a text has come to.
  private record Place(int entry, List<Integer> returns) {
    /// {@return the place that bytes stand for}
    static Optional<Place> read(ByteBuffer bytes, int at) {
      int place = bytes.getInt(at);
      if (place < 0) {
        return Optional.empty();
      }
      List<Integer> returns = new ArrayList<>();
      for (int i = 1; i <= (place & 63); i++) {
        returns.add(bytes.getInt(at + 4 * i));
      }
      return Optional.of(new Place(place >> 6, returns));
    }
  }

  private Optional<Place> next(int[] table, Place place, int b) {
    List<Integer> returns = new ArrayList<>(place.returns);
    int entry = place.entry;
    for (int looked = 0; looked < 128; looked++) {
      if (entry < 0 || entry >= table.length) {
        return ended(End.BEHIND_THE_TABLE);
      }
      int word = table[entry];
      int first = word & 0xff;
      int last = word >>> 8 & 0xff;
      int to = word >>> 16 & 0x3fff;
      boolean isCall = (word >>> 30 & 1) == 1;
      boolean isLast = word >>> 31 == 1;
      if (first <= b && b <= last) {
        if (!isCall) {
          ended(End.NEXT);
          return Optional.of(new Place(to, returns));
        }
        if (returns.size() == 32) {
          return ended(End.TOO_MANY_RETURNS);
        }
        if (entry + 1 == table.length) {
          return ended(End.NOTHING_BEHIND_A_CALL);
        }
        returns.add(table[entry + 1]);
        entry = to;
      } else if (!isLast) {
        entry += isCall ? 2 : 1;
      } else if (first <= last) {
        return ended(End.NO_ENTRY_HAS_IT);
      } else if (returns.isEmpty()) {
        ended(End.NO_RETURN);
        return b == 256 ? Optional.of(new Place(0, List.of())) : Optional.empty();
      } else {
        entry = returns.removeLast();
      }
    }
    return ended(End.TOO_MANY_ENTRIES);
  }

  private Optional<Place> ended(End end) {
    ends.merge(end, 1, Integer::sum);
    return Optional.empty();
  }

  private Optional<Place> behind(int[] table, Optional<Place> place, byte... text) {
    Optional<Place> at = text.length == 0 ? Optional.empty() : place;
    for (byte b : text) {
      at = at.flatMap(known -> next(table, known, b & 255));
    }
    return at;
  }

  @ParameterizedTest
  @ValueSource(strings = {"tables.plain", "grammar.walk", "grammar.allow", "grammar.mask"})
  void anyIntegersHaveOneMeaning(String name) {
    Kernel kernel = KernelCatalog.byName(name);
    CompiledProgram program = Programs.of(kernel);
    StepBound bound = PinnedPrograms.of(kernel).bound();
    KernelCases cases = new KernelCases(seed);
    for (int i = 0; i < CASES; i++) {
      Case one = cases.next(kernel);
      String where = "case %d of seed %d, %s".formatted(i, seed, Arrays.toString(one.scalars()));
      MemorySegment[] segments =
          one.segments().stream().map(KernelCall::aligned).toArray(MemorySegment[]::new);
      int exit = kernel.run(segments, one.scalars());
      KernelCall call = KernelCall.run(program, one.segments(), one.scalars());
      assertThat(call.exitCode()).as(where).isEqualTo(exit).isZero();
      assertThat(call.steps()).as(where).isLessThanOrEqualTo(bound.instructions(one.scalars()));
      for (int j = 0; j < segments.length; j++) {
        assertThat(call.segments().get(j)).as(where).isEqualTo(KernelCall.bytes(segments[j]));
      }
      List<ByteBuffer> before = one.segments().stream().map(GrammarFuzzTest::buffer).toList();
      List<ByteBuffer> after = call.segments().stream().map(GrammarFuzzTest::buffer).toList();
      switch (name) {
        case "tables.plain" -> assertPlain(where, before, after);
        case "grammar.walk" -> assertWalked(where, before, after, one.scalars());
        case "grammar.allow" -> assertAllowed(where, before, after, one.scalars());
        default -> assertMasked(where, before, after, one.scalars());
      }
    }
  }

  @Test
  void everyEndOfLookingIsMet() {
    KernelCases cases = new KernelCases(seed);
    Kernel kernel = KernelCatalog.byName("grammar.allow");
    for (int i = 0; i < 2000; i++) {
      Case one = cases.next(kernel);
      List<ByteBuffer> call = one.segments().stream().map(GrammarFuzzTest::buffer).toList();
      allowed(call, one.scalars());
    }
    assertThat(ends).as("seed %d", seed).containsOnlyKeys(End.values());
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] bytes(ByteBuffer buffer, int from, int to) {
    byte[] bytes = new byte[to - from];
    buffer.get(from, bytes);
    return bytes;
  }

  private static int[] table(ByteBuffer request) {
    int at =
        Tape.HEADER
            + 4 * request.getInt(Tape.PROMPT)
            + SamplingHeader.BIAS * request.getInt(SamplingHeader.BIASES);
    int[] table = new int[request.getInt(SamplingHeader.GRAMMAR)];
    for (int i = 0; i < table.length; i++) {
      table[i] = request.getInt(at + 4 * i);
    }
    return table;
  }

  /// {@return how many rows the tile has}
  private static int rows(ByteBuffer control, long... scalars) {
    long left = control.getInt((int) (4 * scalars[0])) - scalars[1];
    return (int) Math.clamp(left, 0, scalars[2]);
  }

  private static byte[] text(ByteBuffer pieces, ByteBuffer ends, int token, int vocabulary) {
    if (token < 0 || token >= vocabulary) {
      return new byte[0];
    }
    int from = token == 0 ? 0 : ends.getInt(4 * (token - 1));
    return bytes(pieces, from, ends.getInt(4 * token));
  }

  private static void assertPlain(String where, List<ByteBuffer> before, List<ByteBuffer> after) {
    ByteBuffer request = before.getFirst();
    long words = 16;
    boolean fits = true;
    for (int field : new int[] {Tape.PROMPT, SamplingHeader.BIASES, SamplingHeader.GRAMMAR}) {
      long count = request.getInt(field);
      fits &= count >= 0;
      words += field == SamplingHeader.BIASES ? 2 * count : count;
    }
    if (fits && 4 * words <= request.capacity()) {
      request.putInt(SamplingHeader.GRAMMAR, 0);
      if (isTableOfBreakers(request, (int) (4 * words))) {
        request.putInt(SamplingHeader.DRY, 0);
      }
    }
    assertThat(after.getLast()).as(where).isEqualTo(request);
  }

  /// {@return whether what begins there is what the header says about repeated sequences} (`spec/graph.md`)
  private static boolean isTableOfBreakers(ByteBuffer request, int at) {
    int words = request.getInt(SamplingHeader.DRY);
    if (words < 4 || words > 64 || at + 4L * words > request.capacity()) {
      return words == 0;
    }
    float multiplier = Float.intBitsToFloat(request.getInt(at));
    float base = Float.intBitsToFloat(request.getInt(at + 4));
    boolean isFormed =
        multiplier > 0 && base >= 1 && Float.isFinite(multiplier) && Float.isFinite(base);
    isFormed &= request.getInt(at + 8) >= 0 && request.getInt(at + 12) > 0;
    int last = -1;
    for (int i = 4; i < words; i++) {
      last = request.getInt(at + 4 * i);
      isFormed &= (last & 0x7fff_ff00) == 0;
    }
    return isFormed && last < 0;
  }

  private void assertWalked(
      String where, List<ByteBuffer> before, List<ByteBuffer> after, long... scalars) {
    ByteBuffer control = before.getFirst();
    int[] table = table(before.get(1));
    ByteBuffer places = after.get(5);
    if (table.length == 0) {
      assertThat(places).as(where).isEqualTo(before.get(5));
      return;
    }
    int first = (int) scalars[1];
    int answer = control.getInt(4 * Tile.POSITION) + control.getInt(4 * Tile.CHOOSING) + first + 1;
    Optional<Place> place =
        first == 0 ? Optional.of(new Place(0, List.of())) : Place.read(before.get(5), 0);
    int rows = rows(control, scalars);
    for (int i = 0; i < rows; i++) {
      assertThat(Place.read(places, GrammarTable.BYTES * (i + 1))).as(where).isEqualTo(place);
      int token = before.get(2).getInt(4 * (answer + i));
      byte[] text = text(before.get(3), before.get(4), token, (int) scalars[3]);
      place = behind(table, place, text);
    }
    assertThat(Place.read(places, 0)).as(where).isEqualTo(place);
  }

  private void assertAllowed(
      String where, List<ByteBuffer> before, List<ByteBuffer> after, long... scalars) {
    assertThat(after.get(6)).as(where).isEqualTo(allowed(before, scalars));
  }

  private ByteBuffer allowed(List<ByteBuffer> before, long... scalars) {
    int[] table = table(before.get(1));
    ByteBuffer bits = buffer(bytes(before.get(6), 0, before.get(6).capacity()));
    int at = (int) scalars[3];
    int vocabulary = (int) scalars[7];
    for (int i = 0; table.length > 0 && i < rows(before.getFirst(), scalars); i++) {
      Optional<Place> place = Place.read(before.get(2), GrammarTable.BYTES * (at + i + 1));
      boolean mayEnd = place.flatMap(known -> next(table, known, 256)).isPresent();
      for (int token = (int) scalars[4]; token < scalars[4] + scalars[5]; token++) {
        boolean may =
            before.get(5).get(token) != 0
                ? mayEnd
                : behind(table, place, text(before.get(3), before.get(4), token, vocabulary))
                    .isPresent();
        int to = (vocabulary + 31) / 32 * 4 * (at + i) + token / 8;
        bits.put(to, (byte) (bits.get(to) | (may ? 1 << token % 8 : 0)));
      }
    }
    return bits;
  }

  private static void assertMasked(
      String where, List<ByteBuffer> before, List<ByteBuffer> after, long... scalars) {
    ByteBuffer logits = before.get(4);
    int vocabulary = (int) scalars[3];
    int row = (vocabulary + 31) / 32 * 4;
    int rows = table(before.get(1)).length == 0 ? 0 : rows(before.getFirst(), scalars);
    for (int i = 0; i < rows; i++) {
      byte[] bits = bytes(before.get(2), row * i, row * (i + 1));
      boolean none = Arrays.equals(bits, new byte[row]);
      for (int token = 0; token < vocabulary; token++) {
        boolean may =
            none ? before.get(3).get(token) != 0 : (bits[token / 8] >> token % 8 & 1) == 1;
        if (!may) {
          logits.putFloat(4 * (vocabulary * i + token), Float.NEGATIVE_INFINITY);
        }
      }
    }
    assertThat(after.get(4)).as(where).isEqualTo(logits);
  }
}
