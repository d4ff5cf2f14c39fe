package opml.lab.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import opml.lab.bench.checkout.Shell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarballTest {
  @TempDir private Path folder;

  @Test
  void bytesFollowFromNamesAndContentsAlone() throws IOException {
    Path one = laidOut("one", "rwx------", 0, List.of("b", "a"));
    Path other = laidOut("other", "rwxrwxr-x", 1_000_000, List.of("a", "b"));
    Tarball.pack(one, 65_532, folder.resolve("one.tar"));
    Tarball.pack(other, 65_532, folder.resolve("other.tar"));
    assertThat(folder.resolve("one.tar")).hasSameBinaryContentAs(folder.resolve("other.tar"));
    Tarball.compress(folder.resolve("one.tar"), folder.resolve("one.gz"));
    Tarball.compress(folder.resolve("other.tar"), folder.resolve("other.gz"));
    assertThat(folder.resolve("one.gz")).hasSameBinaryContentAs(folder.resolve("other.gz"));
    String listed =
        Shell.output(
            folder, List.of("tar", "--list", "--verbose", "--numeric-owner", "--file", "one.tar"));
    assertThat(listed.lines().toList())
        .hasSize(4)
        .allMatch(line -> line.contains(" 65532/65532 "))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("drwxr-xr-x").endsWith(" a/"),
            line -> assertThat(line).startsWith("-rwxr-xr-x").endsWith(" a/file"),
            line -> assertThat(line).startsWith("drwxr-xr-x").endsWith(" b/"),
            line -> assertThat(line).startsWith("-rwxr-xr-x").endsWith(" b/file"));
  }

  private Path laidOut(String name, String permissions, long time, List<String> order)
      throws IOException {
    Path top = Files.createDirectory(folder.resolve(name));
    for (String part : order) {
      Path inner = Files.createDirectory(top.resolve(part));
      Path file = Files.writeString(inner.resolve("file"), part);
      for (Path each : List.of(inner, file)) {
        Files.setPosixFilePermissions(each, PosixFilePermissions.fromString(permissions));
        Files.setLastModifiedTime(each, FileTime.fromMillis(time));
      }
    }
    return top;
  }
}
