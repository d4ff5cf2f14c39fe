package opml.llm.tape;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HexFormat;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import opml.kernels.transformer.Candidates;
import opml.kernels.transformer.DrySequences;
import opml.kernels.transformer.DryTable;
import opml.kernels.transformer.GrammarTable;
import opml.kernels.transformer.SamplingHeader;
import opml.kernels.transformer.Tape;
import opml.kernels.transformer.TokenGrammar;
import opml.kernels.transformer.TokenSampling;
import org.junit.jupiter.api.Test;

/// Against `spec/vectors/sampling.json`, which a third implementation wrote that sorts lists and compares texts.
class GoldenSamplingTest {
  private static final Path FILE = Path.of("..", "..", "spec", "vectors", "sampling.json");

  private final JsonNode vectors = new ObjectMapper().readTree(FILE.toFile());

  GoldenSamplingTest() throws IOException {}

  /// The texts of a vocabulary, as kernels read them.
  private record Texts(MemorySegment pieces, MemorySegment ends, int count, int longest) {
    static Texts of(JsonNode pieces) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      int[] ends = new int[pieces.size()];
      int longest = 0;
      for (int i = 0; i < ends.length; i++) {
        byte[] piece = bytes(pieces.path(i));
        all.writeBytes(piece);
        ends[i] = all.size();
        longest = Math.max(longest, piece.length);
      }
      return new Texts(segment(all.toByteArray()), ints(ends), ends.length, longest);
    }
  }

  private static byte[] bytes(JsonNode hex) {
    return HexFormat.of().parseHex(hex.asText().substring(2));
  }

  private static MemorySegment memory(long bytes) {
    return Arena.ofAuto().allocate(bytes, 8);
  }

  private static MemorySegment segment(byte... bytes) {
    MemorySegment segment = memory(bytes.length);
    segment.copyFrom(MemorySegment.ofArray(bytes));
    return segment;
  }

  private static MemorySegment ints(int... values) {
    MemorySegment segment = memory(4L * values.length);
    for (int i = 0; i < values.length; i++) {
      Mem.putI32(segment, 4L * i, values[i]);
    }
    return segment;
  }

  private static int[] integers(JsonNode list) {
    int[] values = new int[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.path(i).intValue();
    }
    return values;
  }

  /// {@return a tile of all rows that there are}
  private static Tile tile(int counter, int count, int choosing) {
    return new Tile(ints(count, count, 0, choosing), counter, 0, count);
  }

  @Test
  void choices() {
    for (JsonNode vector : vectors.path("choices")) {
      Texts texts = Texts.of(vector.path("pieces"));
      MemorySegment request = segment(bytes(vector.path("request")));
      int[] text = integers(vector.path("text"));
      MemorySegment breaks = memory(8L * text.length);
      DrySequences.dryBreaks(
          tile(Tile.TOKENS, text.length, 0),
          request,
          ints(text),
          texts.pieces,
          texts.ends,
          breaks,
          memory(DrySequences.BYTE_SETS),
          texts.count,
          texts.longest);
      for (int i = 0; i < vector.path("breaks").size(); i++) {
        assertThat("0x" + Long.toHexString(Mem.i64(breaks, 8L * i)))
            .as("token %d of %s", i, vector)
            .isEqualTo(vector.path("breaks").path(i).asText());
      }
      MemorySegment chosen = ints(-1);
      TokenSampling.chooseSampled(
          tile(Tile.CHOICES, 1, text.length - 1),
          segment(bytes(vector.path("logits"))),
          request,
          ints(text),
          breaks,
          chosen,
          memory(Candidates.bytes(texts.count) + DryTable.bytes(text.length)),
          0,
          texts.count,
          text.length);
      assertThat(Mem.i32(chosen, 0)).as("%s", vector).isEqualTo(vector.path("token").intValue());
    }
  }

  @Test
  void whatAGrammarAllows() {
    for (JsonNode vector : vectors.path("grammars")) {
      Texts texts = Texts.of(vector.path("pieces"));
      int[] table = integers(vector.path("table"));
      MemorySegment request = memory(Tape.HEADER + 4L * table.length);
      Mem.putI32(request, SamplingHeader.GRAMMAR, table.length);
      request.asSlice(Tape.HEADER).copyFrom(ints(table));
      byte[] stops = new byte[texts.count];
      for (int i = 0; i < stops.length; i++) {
        stops[i] = (byte) vector.path("stops").path(i).intValue();
      }
      // The first is the prompt's.
      int[] answer = integers(vector.path("text"));
      int[] text = new int[answer.length + 1];
      System.arraycopy(answer, 0, text, 1, answer.length);
      int rows = answer.length;
      Tile tile = tile(Tile.CHOICES, rows, 0);
      MemorySegment places = memory((rows + 1L) * GrammarTable.BYTES);
      TokenGrammar.grammarWalk(
          tile, request, ints(text), texts.pieces, texts.ends, places, texts.count, texts.longest);
      int row = (texts.count + 31) / 32;
      MemorySegment allowed = memory(4L * row * rows);
      TokenGrammar.grammarAllow(
          tile,
          request,
          places,
          texts.pieces,
          texts.ends,
          segment(stops),
          allowed,
          memory(GrammarTable.BYTES),
          0,
          0,
          texts.count,
          (int) texts.pieces.byteSize(),
          texts.count);
      MemorySegment logits = memory(4L * texts.count * rows);
      TokenGrammar.grammarMask(tile, request, allowed, segment(stops), logits, texts.count);
      for (int i = 0; i < rows; i++) {
        byte[] expected = bytes(vector.path("allowed").path(i));
        for (int token = 0; token < texts.count; token++) {
          assertThat(Mem.f32(logits, 4L * (texts.count * i + token)) == 0)
              .as("token %d at %d of %s", token, i, vector)
              .isEqualTo((expected[token / 8] >> token % 8 & 1) == 1);
        }
      }
    }
  }

  @Test
  void requestsThatAreOnes() {
    for (JsonNode vector : vectors.path("requests")) {
      byte[] bytes = bytes(vector.path("request"));
      int vocabulary = vector.path("vocabulary").intValue();
      ByteBuffer request = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(Sampling.read(request, vocabulary).isPresent())
          .as("%s", vector)
          .isEqualTo(vector.path("taken").booleanValue());
      MemorySegment free = memory(bytes.length);
      TokenSampling.tablesPlain(segment(bytes), free, bytes.length / 4);
      MemorySegment plain = memory(bytes.length);
      TokenSampling.tapePlain(free, plain, bytes.length / 4, vocabulary);
      boolean zeros = true;
      for (int at = Tape.HEADER_USED; at < Tape.HEADER; at += 4) {
        zeros &= Mem.i32(plain, at) == 0;
      }
      assertThat(zeros).as("%s", vector).isEqualTo(vector.path("taken").booleanValue());
    }
  }
}
