package opml.formats.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import opml.core.codec.MalformedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models that are split into files.
class GgufPartsTest {
  @TempDir private Path folder;

  @Test
  void anyOfTheFilesOpensAll() throws IOException {
    Path first = write(0, 3, 3, "a");
    write(1, 3, 3, "b");
    Path last = write(2, 3, 3, "c");
    for (Path each : new Path[] {first, last}) {
      GgufFile file = GgufReader.read(each);
      assertThat(file.name()).isEqualTo(first.toString());
      assertThat(file.whole("split.no")).isZero();
      assertThat(file.tensors().keySet()).containsExactly("a", "b", "c");
      assertThat(file.tensors().get("c").floats()).containsExactly(2);
    }
  }

  @Test
  void filesThatAreMissingAreNamed() throws IOException {
    Path first = write(0, 4, 4, "a");
    write(2, 4, 4, "c");
    assertThatThrownBy(() -> GgufReader.read(first))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining(
            "split into 4 files, of which are missing: m-00002-of-00004.gguf, m-00004-of-00004.gguf");
  }

  @Test
  void filesThatDoNotBelongTogetherAreRefused() throws IOException {
    Path first = write(0, 2, 2, "a");
    Path second = write(1, 2, 2, "a");
    refused(first, "m-00002-of-00002.gguf: tensor a is in a file before it, too");
    Files.write(second, part(0, 2, 2, "b"));
    refused(first, "not a part of the same model as", "expected split.no 1, found 0");
    Files.write(second, part(1, 3, 2, "b"));
    refused(first, "expected split.count 2, found 3");
    Files.write(second, part(1, 2, 5, "b"));
    refused(first, "expected split.tensors.count 2, found 5");
    Files.write(first, part(0, 2, 5, "a"));
    refused(first, "split.tensors.count is 5, but its 2 files have 2 tensors");
    Files.write(second, new byte[10]);
    refused(first, "m-00002-of-00002.gguf, offset 0: not a GGUF file");
  }

  @Test
  void aPartNeedsItsNameAndAFolder() throws IOException {
    Path other = Files.write(folder.resolve("other.gguf"), part(0, 2, 2, "a"));
    refused(other, "file 1 of the 2", "expected a name that ends with -00001-of-00002.gguf");
    assertThatThrownBy(() -> GgufReader.read("m.gguf", part(0, 2, 2, "a")))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("one of 2 files that a model is split into");
    Files.write(other, part(0, 60_000, 2, "a"));
    refused(other, "key split.count: expected 0 to 1,000, found 60,000");
    Files.write(other, part(2, 2, 2, "a"));
    refused(other, "key split.no: expected 0 to 1, found 2");
    Files.write(other, part(0, 1, 1, "a"));
    assertThat(GgufReader.read(other).tensors()).hasSize(1);
  }

  private static void refused(Path file, String... words) {
    assertThatThrownBy(() -> GgufReader.read(file))
        .isInstanceOf(MalformedException.class)
        .hasMessageContainingAll(words);
  }

  private Path write(int index, int count, int tensors, String name) throws IOException {
    String file = "m-%05d-of-%05d.gguf".formatted(index + 1, count);
    return Files.write(folder.resolve(file), part(index, count, tensors, name));
  }

  /// A part with one tensor of one float, its number.
  private static byte[] part(int index, int count, int tensors, String name) {
    return RawGguf.of(1, 3)
        .key("split.no", GgufType.U16)
        .bytes((byte) index, (byte) 0)
        .key("split.count", GgufType.U16)
        .bytes((byte) count, (byte) (count >> 8))
        .key("split.tensors.count", GgufType.I32)
        .u32(tensors)
        .text(name)
        .u32(1)
        .u64(1)
        .u32(0)
        .u64(0)
        .data(32, 0)
        .u32(Float.floatToIntBits(index))
        .bytes();
  }
}
