package opml.cli.option;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HashingNotesTest {
  private final List<String> notes = new ArrayList<>();
  private long nanos;

  @Test
  void shortHashingSaysNothingAndLongHashingSpeaksOnceASecond() {
    HashingNotes progress = new HashingNotes(Path.of("m.onnx"), notes::add, () -> nanos);
    for (int tenth = 1; tenth <= 9; tenth++) {
      nanos += 100_000_000L;
      progress.hashed(100_000_000L * tenth, 2_000_000_000L);
    }
    assertThat(notes).isEmpty();
    for (int tenth = 10; tenth <= 20; tenth++) {
      nanos += 100_000_000L;
      progress.hashed(100_000_000L * tenth, 2_000_000_000L);
    }
    assertThat(notes)
        .containsExactly(
            "m.onnx: hashing the weights, 50 % of 2000 MB",
            "m.onnx: hashing the weights, 100 % of 2000 MB");
  }

  @Test
  void littleIsNotWorthANote() {
    HashingNotes progress = new HashingNotes(Path.of("m.onnx"), notes::add, () -> nanos);
    nanos += 5_000_000_000L;
    progress.hashed(0, 35_000);
    assertThat(notes).isEmpty();
  }
}
