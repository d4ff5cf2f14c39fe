package opml.lab.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import opml.lab.bench.checkout.Shell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images of a program that is nothing but a `java` of this machine's.
class ContainerImageTest {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

  @TempDir private Path folder;

  private Path image(String name) throws IOException {
    Path work = Files.createDirectory(folder.resolve(name));
    Path program = work.resolve("made");
    Path java = program.resolve(ProgramFolder.JAVA);
    Files.createDirectories(Objects.requireNonNull(java.getParent()));
    Files.copy(Path.of(System.getProperty("java.home"), "bin/java"), java);
    Files.copy(
        Path.of(System.getProperty("java.home"), "lib/libjli.so"),
        program.resolve("runtime/libjli.so"));
    Files.writeString(program.resolve(ProgramFolder.JAR), "a program");
    Path image = folder.resolve(name + ".tar");
    Path layers = Files.createDirectory(work.resolve("layers"));
    new ContainerImage(new DistSource(ROOT, folder, "1.2.3"), layers).write(program, image);
    return image;
  }

  private Path layout(Path image) throws IOException {
    Path layout = Files.createTempDirectory(folder, "layout");
    Shell.output(layout, List.of("tar", "--extract", "--file", image.toString()));
    return layout;
  }

  @Test
  void twoOfTheSameProgramAreTheSameBytes() throws IOException {
    assertThat(image("one")).hasSameBinaryContentAs(image("other"));
  }

  @Test
  void everyBlobIsWhatItsDigestSaysAndEverythingThatIsNamedIsThere()
      throws IOException, GeneralSecurityException {
    Path layout = layout(image("one"));
    try (Stream<Path> blobs = Files.list(layout.resolve("blobs/sha256"))) {
      for (Path blob : blobs.toList()) {
        try (InputStream in = Files.newInputStream(blob)) {
          assertThat(blob.getFileName()).hasToString(sha256(in));
        }
      }
    }
    assertThat(layout.resolve("oci-layout")).hasContent("{\"imageLayoutVersion\":\"1.0.0\"}");
    JsonNode index = new ObjectMapper().readTree(layout.resolve("index.json").toFile());
    JsonNode manifest = read(layout, index.at("/manifests/0"));
    JsonNode config = read(layout, manifest.get("config"));
    assertThat(manifest.get("layers")).hasSize(3);
    for (int i = 0; i < 3; i++) {
      Path layer = blob(layout, manifest.at("/layers/" + i));
      try (InputStream in = new GZIPInputStream(Files.newInputStream(layer))) {
        assertThat(config.at("/rootfs/diff_ids/" + i).asText()).isEqualTo("sha256:" + sha256(in));
      }
    }
    JsonNode docker = new ObjectMapper().readTree(layout.resolve("manifest.json").toFile()).get(0);
    assertThat(layout.resolve(docker.get("Config").asText()))
        .isEqualTo(blob(layout, manifest.get("config")));
    assertThat(docker.get("RepoTags").get(0).asText()).isEqualTo("localhost/opml:1.2.3");
    for (int i = 0; i < 3; i++) {
      assertThat(layout.resolve(docker.at("/Layers/" + i).asText()))
          .isEqualTo(blob(layout, manifest.at("/layers/" + i)));
    }
  }

  @Test
  void thereIsJavaAndWhatItAsksForAndNoShell() throws IOException {
    Path layout = layout(image("one"));
    JsonNode index = new ObjectMapper().readTree(layout.resolve("index.json").toFile());
    StringBuilder listed = new StringBuilder();
    for (JsonNode layer : read(layout, index.at("/manifests/0")).get("layers")) {
      listed
          .append(
              Shell.output(
                  layout,
                  List.of(
                      "tar",
                      "--list",
                      "--gzip",
                      "--verbose",
                      "--numeric-owner",
                      "--file",
                      blob(layout, layer).toString())))
          .append('\n');
    }
    assertThat(listed)
        .contains("opt/opml/runtime/bin/java\n", "/libc.so.6\n", "/ld-linux", "etc/passwd\n")
        .containsPattern("drwxr-xr-x 65532/65532 .* var/lib/opml/\n")
        .containsPattern("drwxr-xr-x 65532/65532 .* tmp/\n")
        .doesNotContain("bin/sh", "bin/bash", "busybox");
    assertThat(listed.toString().lines().filter(line -> line.contains("libjli.so"))).hasSize(1);
  }

  /// What the Containerfile does to the image's layers, it does; and it starts what the image starts.
  @Test
  void theContainerfileStartsWhatTheImageStarts() throws IOException {
    String file = Files.readString(ROOT.resolve("Containerfile"));
    assertThat(file)
        .contains("\nENTRYPOINT " + words(ContainerImage.ENTRY_POINT) + "\n")
        .contains("\nCMD " + words(ContainerImage.COMMAND) + "\n")
        .contains("\nUSER %1$d:%1$d\n".formatted(ContainerImage.USER))
        .contains("\nWORKDIR " + ContainerImage.STATE + "\n")
        .contains("\nENV LC_ALL=C.UTF-8\n")
        .contains("\nRUN ./opml dist --make-only --into /dist\n");
    assertThat(file.lines().filter(line -> line.startsWith("FROM ")))
        .allMatch(
            line -> line.equals("FROM scratch") || line.matches("FROM [^ ]+:[0-9.]+-\\S+ AS build"))
        .hasSize(2);

    String script =
        file.lines()
            .dropWhile(line -> !line.startsWith("RUN mkdir"))
            .takeWhile(line -> !line.isBlank())
            .collect(Collectors.joining("\n"))
            .substring("RUN ".length())
            .replaceAll("(?<=[ \"])/(dist|oci|image|state)", folder + "/$1");
    Files.move(
        image("one"), Files.createDirectory(folder.resolve("dist")).resolve("opml-1.oci.tar"));
    Shell.output(folder, List.of("sh", "-c", script));
    assertThat(folder.resolve("image" + ContainerImage.ENTRY_POINT.getFirst())).isExecutable();
    assertThat(folder.resolve("image/etc/passwd")).exists();
    assertThat(folder.resolve("image/var")).doesNotExist();
    assertThat(folder.resolve("state" + ContainerImage.STATE)).isDirectory();
    assertThat(folder.resolve("state/tmp")).isDirectory();
  }

  private static String words(List<String> words) {
    ArrayNode array = new ObjectMapper().createArrayNode();
    words.forEach(array::add);
    return array.toString().replace(",", ", ");
  }

  private static JsonNode read(Path layout, JsonNode described) throws IOException {
    Path blob = blob(layout, described);
    assertThat(Files.size(blob)).isEqualTo(described.get("size").asLong());
    return new ObjectMapper().readTree(blob.toFile());
  }

  private static Path blob(Path layout, JsonNode described) {
    return layout.resolve("blobs").resolve(described.get("digest").asText().replace(':', '/'));
  }

  private static String sha256(InputStream in) throws IOException, GeneralSecurityException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(in.readAllBytes());
    return HexFormat.of().formatHex(digest.digest());
  }
}
