package opml.formats.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class GgufFileTest {
  @Test
  void everyTypeOfMetadataIsRead() {
    GgufFile file =
        RawGguf.of(0, 13)
            .key("u8", GgufType.U8)
            .u8(200)
            .key("i8", GgufType.I8)
            .u8(-3)
            .key("u16", GgufType.U16)
            .bytes((byte) 0xff, (byte) 0xff)
            .key("i16", GgufType.I16)
            .bytes((byte) 0xfe, (byte) 0xff)
            .key("u32", GgufType.U32)
            .u32(0xffff_fffeL)
            .key("i32", GgufType.I32)
            .u32(-5)
            .key("u64", GgufType.U64)
            .u64(Long.MAX_VALUE)
            .key("i64", GgufType.I64)
            .u64(Long.MIN_VALUE)
            .key("f32", GgufType.F32)
            .u32(Float.floatToIntBits(1.5f))
            .key("f64", GgufType.F64)
            .u64(Double.doubleToRawLongBits(-0.1))
            .key("yes", GgufType.BOOL)
            .u8(1)
            .key("no", GgufType.BOOL)
            .u8(0)
            .key("text", GgufType.STRING)
            .text("wört")
            .read();
    assertThat(List.of("u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64"))
        .extracting(file::whole)
        .containsExactly(200L, -3L, 65535L, -2L, 0xffff_fffeL, -5L, Long.MAX_VALUE, Long.MIN_VALUE);
    assertThat(file.real("f32")).isEqualTo(1.5);
    assertThat(file.real("f64")).isEqualTo(-0.1);
    assertThat(file.findFlag("yes")).contains(true);
    assertThat(file.findFlag("no")).contains(false);
    assertThat(file.text("text")).isEqualTo("wört");
    assertThat(file.metadata().keySet()).startsWith("u8", "i8", "u16");
  }

  @Test
  void arraysAreRead() {
    GgufFile file =
        RawGguf.of(0, 3)
            .array("ints", GgufType.I32, 2)
            .u32(7)
            .u32(-7)
            .array("floats", GgufType.F32, 1)
            .u32(Float.floatToIntBits(-2f))
            .array("texts", GgufType.STRING, 2)
            .text("")
            .text("x")
            .read();
    assertThat(file.findInts("ints").orElseThrow()).containsExactly(7, -7);
    assertThat(file.findFloats("floats").orElseThrow()).containsExactly(-2f);
    assertThat(file.findFloats("ints").orElseThrow()).containsExactly(7f, -7f);
    assertThat(file.texts("texts")).containsExactly("", "x");
  }

  @Test
  void aKeyOfAnotherTypeOrNoKeyIsToldWithWhatWasExpected() {
    GgufFile file =
        RawGguf.of(0, 2).key("a", GgufType.U64).u64(-1).array("b", GgufType.F32, 0).read();
    assertThatThrownBy(() -> file.text("none"))
        .isInstanceOf(MalformedException.class)
        .hasMessage("a.gguf: no key none; expected is a string");
    assertThatThrownBy(() -> file.text("a"))
        .hasMessage("a.gguf: key a: expected a string, found u64");
    assertThatThrownBy(() -> file.whole("a")).hasMessageContaining("a whole number below 2^63");
    assertThatThrownBy(() -> file.real("b")).hasMessageContaining("found array of 0 f32");
    assertThatThrownBy(() -> file.texts("b")).hasMessageContaining("expected an array of strings");
    assertThatThrownBy(() -> file.findInts("b")).isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> file.findFlag("a")).hasMessageContaining("expected a flag");
    assertThat(file.findText("none")).isEmpty();
  }

  @Test
  void tensorsHaveTheirInnermostDimensionLastAndLieBehindThePadding() {
    byte[] scalar = {0, 0, (byte) 0x80, 0x3f};
    GgufFile file =
        RawGguf.of(2, 1)
            .key("general.alignment", GgufType.U32)
            .u32(64)
            .text("w")
            .u32(2)
            .u64(256)
            .u64(3)
            .u32(12)
            .u64(0)
            .text("scalar")
            .u32(0)
            .u32(0)
            .u64(448)
            .data(64, 448)
            .bytes(scalar)
            .read();
    assertThat(file.tensors().keySet()).containsExactly("w", "scalar");
    Tensor w = file.tensors().get("w");
    assertThat(w.type()).isEqualTo(ElementType.Q4_K);
    assertThat(w.shape()).isEqualTo(Shape.of(3, 256));
    assertThat(w.bytes()).isEqualTo(new byte[432]);
    assertThat(file.tensors().get("scalar").floats()).containsExactly(1);
  }

  @Test
  void tensorsMustBeWhereTheFileHasBytes() {
    refused(tensor("w", 8, 0, 0).data(32, 31), "w at 64: expected 32 bytes", "the file has 95");
    refused(tensor("w", 8, 0, 0), "w at 64: expected 32 bytes from 64 on, but the file has 57");
    refused(tensor("w", 8, 0, 16).data(32, 64), "w: expected an offset in the data that is a mul");
    refused(tensor("w", 8, 0, -32).data(32, 64), "expected 32 bytes from 9223372036854775807 on");
    refused(tensor("w", 1L << 62, 0, 0).data(32, 64), "more than 2^63 - 1 elements or bytes");
    refused(tensor("w", -1, 0, 0).data(32, 64), "negative dimension");
    refused(tensor("w", 33, 2, 0).data(32, 64), "no whole number of blocks of 32, as q4_0");
    refused(tensor("w", 32, 39, 0).data(32, 64), "w: type 39 (mxfp4) is not among those");
    refused(tensor("w", 32, 4, 0).data(32, 64), "w: type 4 is not among those");
    refused(tensor("n".repeat(65), 8, 0, 0).data(32, 64), "name of tensor 0: expected at most 64");
    refused(
        RawGguf.of(1, 0).text("w").u32(5).u64(1).u64(1).u64(1).u64(1).u64(1).u32(0).u64(0),
        "expected at most 4 dimensions, found 5");
  }

  @Test
  void allThatIsWrongWithTensorsIsToldAtOnce() {
    RawGguf file = RawGguf.of(4, 0);
    file.text("a").u32(1).u64(16).u32(0).u64(0);
    file.text("b").u32(1).u64(8).u32(0).u64(32);
    file.text("c").u32(1).u64(8).u32(77).u64(8);
    file.text("d").u32(1).u64(9).u32(8).u64(64);
    refused(
        file.data(32, 128),
        "a.gguf: 4 things are wrong with its tensors:",
        "c: type 77 is not among those that we have",
        "c: expected an offset in the data that is a multiple of 32, found 8",
        "d at 224: a row of 9 elements is no whole number of blocks",
        "b at 192: its 32 bytes overlap the 64 of a at 160");
  }

  @Test
  void nothingStandsTwice() {
    refused(
        RawGguf.of(0, 2).key("a", GgufType.U8).u8(1).key("a", GgufType.U8).u8(1),
        "offset 38: key a stands twice");
    RawGguf twice = RawGguf.of(2, 0);
    for (int i = 0; i < 2; i++) {
      twice.text("w").u32(1).u64(8).u32(0).u64(0);
    }
    refused(twice.data(32, 32), "w at 96: the name is taken by the tensor at 96");
  }

  @Test
  void otherFilesAndEditionsAreNamed() {
    refused(
        new RawGguf().bytes("no model".getBytes(StandardCharsets.UTF_8)),
        "a.gguf, offset 0: not a GGUF file");
    refused(new RawGguf(), "not a GGUF file");
    refused(new RawGguf().u32(0x4655_4747).u32(1), "offset 4: GGUF version 1");
    refused(new RawGguf().u32(0x4655_4747).u32(3 << 24), "a big-endian GGUF file");
    refused(new RawGguf().u32(0x4655_4747).u32(9), "version: expected 2 or 3, found 9");
    GgufFile second = new RawGguf().u32(0x4655_4747).u32(2).u64(0).u64(0).read();
    assertThat(second.version()).isEqualTo(2);
  }

  @Test
  void countsAndLengthsAreComparedWithTheFileBeforeAnythingIsAllocated() {
    refused(RawGguf.of(-1, 0), "number of tensors: expected at most 65,536, found 18446744073709");
    refused(RawGguf.of(0, 1 << 16), "65,536 take at least 851,968 bytes, and the file has 0 left");
    refused(
        RawGguf.of(0, 1).key("k", GgufType.STRING).u64(1L << 40), "bytes of value of k: expect");
    refused(RawGguf.of(0, 1).key("k", GgufType.STRING).u64(9).u32(0), "9 take at least 9 bytes");
    refused(
        RawGguf.of(0, 1).array("k", GgufType.F64, 1 << 20),
        "1,048,576 take at least 8,388,608 bytes");
    refused(
        RawGguf.of(0, 1).array("k", GgufType.STRING, 1 << 22),
        "expected at most 2,097,152, found 4194304");
    refused(RawGguf.of(0, 1).array("k", GgufType.ARRAY, 0), "an array of arrays");
    refused(RawGguf.of(0, 1).key("k", GgufType.U32).u8(1).u8(1), "expected 4 bytes, and the file");
  }

  @Test
  void valuesMustBeOnesOfTheirType() {
    refused(RawGguf.of(0, 1).key("k", GgufType.BOOL).u8(2), "expected 0 or 1, found 2");
    refused(RawGguf.of(0, 1).text("k").u32(13).u32(0), "type of value of k: expected 0 to 12");
    refused(RawGguf.of(0, 1).text("ké").u32(0).u32(0), "key 0: expected ASCII");
    refused(RawGguf.of(0, 1).text("").u32(0).u32(0), "key 0: expected ASCII, found ''");
    refused(
        RawGguf.of(0, 1).key("k", GgufType.STRING).u64(2).bytes((byte) 0xc3, (byte) 'a'),
        "value of k: expected UTF-8");
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"ARRAY", "STRING", "U32"})
  void theAlignmentIsOfOneType(GgufType type) {
    refused(
        RawGguf.of(0, 1).key("general.alignment", type).bytes(new byte[type.bytes()]).u64(0),
        type == GgufType.BOOL ? "found bool" : "found " + type.label());
  }

  @Test
  void theAlignmentIsAMultipleOfEight() {
    for (long wrong : new long[] {0, 4, 12, 1L << 31}) {
      refused(
          RawGguf.of(0, 1).key("general.alignment", GgufType.U32).u32(wrong),
          "general.alignment: expected a u32, a multiple of 8",
          "found " + wrong);
    }
  }

  @Test
  void ofAFileOfGigabytesOnlyTheHeadIsRead(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("large.gguf");
    int elements = Integer.MAX_VALUE - 7;
    byte[] head = tensor("w", elements, 0, 0).bytes();
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(head);
      file.setLength(64 + 4L * elements);
    }
    GgufFile read = GgufReader.read(path);
    assertThat(read.tensors().get("w").shape()).isEqualTo(Shape.of(elements));
    assertThat(read.tensors().get("w").part(0, elements - 2, 2).floats()).containsExactly(0, 0);
  }

  private static RawGguf tensor(String name, long elements, int type, long offset) {
    return RawGguf.of(1, 0).text(name).u32(1).u64(elements).u32(type).u64(offset);
  }

  private static void refused(RawGguf file, String... words) {
    assertThatThrownBy(file::read)
        .isInstanceOf(MalformedException.class)
        .message()
        .matches("(?s)a\\.gguf(, offset \\d+)?: .*")
        .contains(words);
  }
}
