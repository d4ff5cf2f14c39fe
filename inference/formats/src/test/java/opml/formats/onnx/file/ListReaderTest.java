package opml.formats.onnx.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import opml.core.codec.MalformedException;
import opml.formats.onnx.file.OnnxValueInfo.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of one tensor, sequence or optional, as data sets beside models have them.
class ListReaderTest {
  private static final RawMessage ONE = tensor(1);
  private static final RawMessage TWO = tensor(2, 3);

  @TempDir private Path folder;

  @Test
  void whatAFileHoldsFollowsFromWhatTheModelDeclares() throws IOException {
    RawMessage list = new RawMessage().with(1, "name").with(2, 1).with(3, ONE).with(3, TWO);
    assertThat(read(TWO, Kind.TENSOR)).contains(List.of(List.of(2L, 3L)));
    assertThat(read(TWO, Kind.UNDECLARED)).contains(List.of(List.of(2L, 3L)));
    assertThat(read(list, Kind.SEQUENCE)).contains(List.of(List.of(1L), List.of(2L, 3L)));
    RawMessage some = new RawMessage().with(2, 1).with(3, TWO);
    assertThat(read(some, Kind.OPTIONAL)).contains(List.of(List.of(2L, 3L)));
    RawMessage listed = new RawMessage().with(2, 3).with(5, list);
    assertThat(read(listed, Kind.OPTIONAL_SEQUENCE))
        .contains(List.of(List.of(1L), List.of(2L, 3L)));
  }

  @Test
  void aSequenceMayHaveNothingAndAnOptionalMayBeEmpty() throws IOException {
    RawMessage none = new RawMessage().with(1, "name").with(2, 1);
    assertThat(read(none, Kind.SEQUENCE)).contains(List.of());
    assertThat(read(none, Kind.OPTIONAL)).isEmpty();
    assertThat(read(new RawMessage().with(2, 0), Kind.OPTIONAL_SEQUENCE)).isEmpty();
  }

  @Test
  void sequencesOfMapsAndOthersAreRefused() {
    RawMessage maps = new RawMessage().with(2, 4);
    for (Kind kind : List.of(Kind.SEQUENCE, Kind.OPTIONAL)) {
      assertThatThrownBy(() -> read(maps, kind))
          .isInstanceOf(MalformedException.class)
          .hasMessageContaining("expected elem_type 1 (tensor) or 3 (sequence), found 4");
    }
    RawMessage optionals = new RawMessage().with(2, 5);
    assertThatThrownBy(() -> read(optionals, Kind.OPTIONAL_SEQUENCE))
        .isInstanceOf(MalformedException.class);
  }

  /// {@return the dimensions of the tensors in a file}
  private Optional<List<List<Long>>> read(RawMessage message, Kind kind) throws IOException {
    Path file = Files.write(folder.resolve("data.pb"), message.toBytes());
    return OnnxReader.value(file, kind).map(all -> all.stream().map(OnnxTensor::dims).toList());
  }

  private static RawMessage tensor(long... dims) {
    return new RawMessage().withPacked(1, dims).with(2, OnnxType.FLOAT.code());
  }
}
