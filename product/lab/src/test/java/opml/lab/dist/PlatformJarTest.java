package opml.lab.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformJarTest {
  @TempDir private Path folder;

  private static Path jar(String name) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(Path::of)
        .filter(path -> path.getFileName().toString().startsWith(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void ofSqlitesDriverOneNativeLibraryIsLeftAndAllElse() throws IOException {
    Path driver = jar("sqlite-jdbc-");
    Path copy = folder.resolve("driver.jar");
    PlatformJar.copy(driver, copy);
    try (ZipFile whole = new ZipFile(driver.toFile());
        ZipFile slim = new ZipFile(copy.toFile())) {
      assertThat(slim.stream().map(ZipEntry::getName).filter(PlatformJarTest::isNative))
          .containsExactly(
              "org/sqlite/native/Linux/%s/libsqlitejdbc.so"
                  .formatted(LinuxKind.ofThisMachine().kernelWord()));
      for (ZipEntry entry : whole.stream().filter(e -> !isNative(e.getName())).toList()) {
        ZipEntry same = slim.getEntry(entry.getName());
        if (same == null) {
          assertThat(entry.getName()).startsWith("org/sqlite/native/").endsWith("/");
        } else {
          assertThat(same.getCrc()).as(entry.getName()).isEqualTo(entry.getCrc());
        }
      }
    }
    assertThat(Files.size(copy)).isLessThan(Files.size(driver) / 4);
    Path again = folder.resolve("again.jar");
    PlatformJar.copy(driver, again);
    assertThat(again).hasSameBinaryContentAs(copy);
  }

  private static boolean isNative(String name) {
    return name.startsWith("org/sqlite/native/") && !name.endsWith("/");
  }

  @Test
  void aJarWithoutThemIsTheSameFile() throws IOException {
    Path jar = jar("jackson-core-");
    PlatformJar.copy(jar, folder.resolve("same.jar"));
    assertThat(folder.resolve("same.jar")).hasSameBinaryContentAs(jar);
  }
}
