package opml.core.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir Path folder;

  @Test
  void aFileIsReplacedAndNothingElseIsLeftBehind() throws IOException {
    Path file = folder.resolve("state");
    WholeFile.write(file, new byte[] {1, 2});
    WholeFile.write(file, new byte[] {3});
    assertThat(file).hasBinaryContent(new byte[] {3});
    assertThat(names()).containsExactly("state");
  }

  @Test
  void contentThatFailsLeavesTheOldFile() throws IOException {
    Path file = Files.writeString(folder.resolve("state"), "old");
    assertThatThrownBy(
            () ->
                WholeFile.write(
                    file,
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("no more");
                    }))
        .hasMessage("no more");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("state");
  }

  @Test
  void aLinkStaysOneAndADeviceIsWrittenTo() throws IOException {
    Path file = Files.writeString(folder.resolve("state"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    WholeFile.write(link, new byte[] {'n'});
    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent("n");
    WholeFile.write(Path.of("/dev/null"), new byte[] {1});
    assertThatThrownBy(() -> WholeFile.write(Path.of("/dev/full"), new byte[] {1}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left");
  }

  @Test
  void theFileBehindADanglingLinkIsMade() throws IOException {
    Path far = Files.createDirectory(folder.resolve("far"));
    Path inner = Files.createSymbolicLink(far.resolve("inner"), Path.of("../state"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), inner);
    WholeFile.write(link, new byte[] {'n'});
    assertThat(link).isSymbolicLink();
    assertThat(inner).isSymbolicLink();
    assertThat(folder.resolve("state")).hasContent("n");
    Path circle = folder.resolve("circle");
    Files.createSymbolicLink(circle, circle);
    assertThatThrownBy(() -> WholeFile.write(circle, new byte[1]))
        .isInstanceOf(FileSystemLoopException.class)
        .hasMessageContaining("circle");
  }

  @Test
  void whetherAFileCanBeWrittenIsKnownBeforeAndNothingIsLeftBehind() throws IOException {
    Path file = folder.resolve("state");
    WholeFile.requireWritable(file);
    assertThat(names()).isEmpty();
    Files.writeString(file, "old");
    WholeFile.requireWritable(file);
    WholeFile.requireWritable(Path.of("/dev/null"));
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("state");
    for (Path none :
        List.of(
            folder,
            folder.resolve("n".repeat(300)),
            file.resolve("inside"),
            Path.of("/proc/opml"))) {
      assertThatThrownBy(() -> WholeFile.requireWritable(none))
          .isInstanceOf(FileSystemException.class)
          .hasMessageStartingWith(none + ": ");
    }
    assertThatThrownBy(() -> WholeFile.write(Path.of("/proc/opml"), new byte[1]))
        .hasMessage("/proc/opml: its folder takes no new file");
    assertThatThrownBy(() -> WholeFile.requireWritable(folder.resolve("none/state")))
        .isInstanceOf(NoSuchFileException.class);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
