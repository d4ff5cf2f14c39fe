package opml.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import opml.mnist.DemoModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/// The library as somebody else's project has it: a pom of its own that depends on `opml:session`, built by Maven
/// without a network from a repository that has our modules as they were just compiled, with the program of
/// `docs/library.md` word for word.
///
/// The repository is a folder in which everything but `opml` is a link into the one that this build reads.
class LibraryProjectTest {
  private static final String VERSION = "0.1.0-SNAPSHOT";
  private static final int MINUTES = 5;
  private static final Pattern ARTIFACT = Pattern.compile("<artifactId>([^<]+)</artifactId>");
  private static final Pattern PARENT = Pattern.compile("(?s)<parent>.*?</parent>");
  private static final Pattern DEPENDENCY = Pattern.compile("(?s)<dependency>(.*?)</dependency>");

  @TempDir private Path folder;
  private final Path root = root();

  @Test
  void theTutorialIsTheProgramOfTheExample() throws IOException {
    String tutorial = Files.readString(root.resolve("docs/library.md"));
    String program =
        Files.readString(root.resolve("docs/examples/library/src/main/java/Logits.java"));
    assertThat(tutorial).contains("```java\n" + program + "```\n");
  }

  @Test
  void theTutorialRunsAsAProjectOfItsOwn() throws Exception {
    Path maven = maven().orElseThrow(() -> skipped("there is no mvn on the PATH"));
    Path repository = repository();
    Path project = folder.resolve("project");
    copy(root.resolve("docs/examples/library"), project);
    List<String> build =
        List.of(
            maven.toString(),
            "-o",
            "-q",
            "-B",
            "-Dmaven.repo.local=" + repository,
            "-f",
            project.resolve("pom.xml").toString(),
            "package");
    Ended built = run(project, build);
    if (built.code != 0 && built.text.contains("offline")) {
      throw skipped(
          "Maven has not what the example's build takes: " + built.text.lines().findFirst());
    }
    assertThat(built.code).as(built.text).isZero();
    Files.write(project.resolve("model.onnx"), DemoModel.FLOAT.onnx());
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Ended ran = run(project, List.of(java.toString(), "-jar", "target/logits.jar"));
    assertThat(ran.code).as(ran.text).isZero();
    assertThat(ran.text).matches("image f32 1x1x28x28\n-?[0-9.E-]+\n0x[0-9a-f]{64}\n");
  }

  /// {@return what has a test skipped, loudly}
  private static TestAbortedException skipped(String why) {
    System.err.println("NOT TESTED: docs/library.md, " + why);
    return new TestAbortedException("NOT TESTED: " + why);
  }

  private static Path root() {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("docs/library.md"))) {
      root = root.getParent();
    }
    return root;
  }

  private static Optional<Path> maven() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(entry -> Path.of(entry, "mvn"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  // ------------------------------------------------------------------ the repository

  private Path repository() throws Exception {
    Path known =
        Path.of(
            System.getProperty(
                "localRepository", System.getProperty("user.home") + "/.m2/repository"));
    if (!Files.isDirectory(known)) {
      throw skipped("there is no repository " + known);
    }
    Path repository = Files.createDirectory(folder.resolve("repository"));
    try (Stream<Path> entries = Files.list(known)) {
      for (Path entry : entries.filter(Files::isDirectory).toList()) {
        if (!entry.endsWith("opml")) {
          Files.createSymbolicLink(repository.resolve(entry.getFileName()), entry);
        }
      }
    }
    stage(repository.resolve("opml"));
    return repository;
  }

  /// Puts `session`, all modules that it needs, and their parents there.
  private void stage(Path group) throws Exception {
    Map<String, Path> poms = poms();
    Path output =
        root.resolve("product/session")
            .relativize(
                Path.of(
                    OnnxSession.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
    Set<String> done = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of("session"));
    while (!open.isEmpty()) {
      String artifact = open.remove();
      if (!done.add(artifact)) {
        continue;
      }
      Path pom = poms.get(artifact);
      String text = Files.readString(pom);
      Path place = Files.createDirectories(group.resolve(artifact).resolve(VERSION));
      Files.copy(pom, place.resolve("%s-%s.pom".formatted(artifact, VERSION)));
      Path classes = pom.resolveSibling(output);
      if (!text.contains("<packaging>pom</packaging>")) {
        if (!Files.isDirectory(classes)) {
          throw skipped(artifact + " is not compiled in this tree");
        }
        jar(classes, place.resolve("%s-%s.jar".formatted(artifact, VERSION)));
      }
      Matcher parent = PARENT.matcher(text);
      if (parent.find()) {
        open.add(artifact(parent.group()));
      }
      DEPENDENCY
          .matcher(text)
          .results()
          .map(match -> match.group(1))
          .filter(one -> one.contains("<groupId>opml</groupId>"))
          .filter(one -> !one.contains("<scope>test</scope>"))
          .forEach(one -> open.add(artifact(one)));
    }
    assertThat(done).contains("core", "formats", "twins", "proof", "opml");
  }

  private Map<String, Path> poms() throws IOException {
    Map<String, Path> poms = new HashMap<>();
    try (Stream<Path> files = Files.find(root, 3, (path, _) -> path.endsWith("pom.xml"))) {
      for (Path pom : files.toList()) {
        String own = PARENT.matcher(Files.readString(pom)).replaceFirst("");
        poms.put(artifact(own), pom);
      }
    }
    return poms;
  }

  private static String artifact(String text) {
    Matcher name = ARTIFACT.matcher(text);
    assertThat(name.find()).as(text).isTrue();
    return name.group(1);
  }

  private static void jar(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> entries = Files.walk(classes)) {
      for (Path entry : entries.filter(Files::isRegularFile).sorted().toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(entry).toString()));
        Files.copy(entry, out);
        out.closeEntry();
      }
    }
  }

  // ------------------------------------------------------------------ the project

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (!file.startsWith(from.resolve("target"))) {
          Files.copy(file, target, LinkOption.NOFOLLOW_LINKS);
        }
      }
    }
  }

  /// What a program left.
  private record Ended(int code, String text) {}

  private Ended run(Path where, List<String> command) throws Exception {
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder(new ArrayList<>(command))
            .directory(where.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // What the surrounding build tells its Maven is not for this one.
    builder
        .environment()
        .keySet()
        .removeAll(Set.of("MAVEN_OPTS", "MAVEN_ARGS", "MAVEN_CMD_LINE_ARGS"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as("%s ends", command).isTrue();
      return new Ended(process.exitValue(), Files.readString(output));
    } finally {
      process.destroyForcibly();
    }
  }
}
