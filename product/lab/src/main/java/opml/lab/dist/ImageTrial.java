package opml.lab.dist;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.core.account.Wei;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.key.Wallet;
import opml.lab.bench.BenchException;
import opml.lab.bench.checkout.Shell;
import opml.mnist.DemoModel;

/// A node out of the image, in a container's place: by `unshare`, in a user namespace of its own, with nothing to see
/// but the image, its devices and processes, and the network of this machine. Root becomes nobody in particular before.
/// The contracts that it works on are deployed by the archive's launcher, called by a link out of another folder.
final class ImageTrial {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /// What SIGTERM makes of a process.
  private static final int TERMINATED = 143;

  private static final Pattern WATCHED = Pattern.compile("watched\\s+at (http://127\\S+:[0-9]+)");
  private static final Pattern USER = Pattern.compile("(?m)^Uid:\\s+([0-9]+)");

  /// Gives the image the devices and processes that a container has, and goes into it. `$0` is its root, `$1` where it
  /// begins.
  private static final String ENTER =
      """
      mount --rbind /dev "$0/dev" && mount --rbind /proc "$0/proc" && folder=$1 && shift &&
      exec unshare --user --map-user=%d --map-group=%d --root="$0" --wd="$folder" -- "$@"
      """
          .formatted(ContainerImage.USER, ContainerImage.USER);

  private final Distribution made;
  private final String name;
  private final Path work;
  private final Consumer<String> notes;
  private final boolean root;

  /// @param name what the archive unpacks to
  /// @param work an empty folder
  /// @param notes hears how the node was started, or why not
  ImageTrial(Distribution made, String name, Path work, Consumer<String> notes) throws IOException {
    this.made = made;
    this.name = name;
    this.work = work;
    this.notes = notes;
    this.root = owner(work) == 0;
  }

  /// {@return whether a node got ready, and ended as it must; nothing if this machine lets nobody do so}
  Optional<Boolean> run(Consumer<String> progress) throws IOException {
    try {
      Shell.output(work, unprivileged("true"));
    } catch (BenchException e) {
      notes.accept("NOT MEASURED: whether a node out of the image gets ready; " + e.getMessage());
      return Optional.empty();
    }
    progress.accept("a private chain, by the archive's launcher");
    try (DevChain chain = DevChain.start()) {
      Path etc = configuration(chain);
      progress.accept("a node out of the image, as nobody in particular");
      return Optional.of(isHealthy(etc));
    }
  }

  // ------------------------------------------------------------------ the archive

  /// {@return a folder with all that a node needs, made by the program of the archive}
  private Path configuration(DevChain chain) throws IOException {
    Path etc = Files.createDirectory(work.resolve("configuration"));
    Shell.output(
        work, List.of("tar", "--extract", "--file", made.archive().toAbsolutePath().toString()));
    Path link =
        Files.createSymbolicLink(work.resolve("link"), Path.of(name, "bin/opml")).toAbsolutePath();
    Wallet wallet = Wallet.create(etc.resolve("node.key"));
    Files.setPosixFilePermissions(
        etc.resolve("node.key"), PosixFilePermissions.fromString("rw-------"));
    chain.setBalance(wallet.address(), Wei.ether(10));
    Files.write(etc.resolve("mnist.onnx"), DemoModel.INT8.onnx());
    String rpc = chain.url().toString();
    Shell.output(etc, List.of(link.toString(), "deploy", "--rpc", rpc, "--key-file", "node.key"));
    Shell.output(
        etc, List.of(link.toString(), "model", "register", "mnist.onnx", "--key-file", "node.key"));
    Files.writeString(
        etc.resolve("node.toml"),
        """
        [chain]
        rpc = ["%s"]
        [account]
        key-file = "node.key"
        [store]
        path = "%s/node.db"
        [[role]]
        kind = "serve"
        models = ["mnist.onnx"]
        [[role]]
        kind = "verify"
        models = ["mnist.onnx"]
        [web]
        port = 0
        """
            .formatted(rpc, ContainerImage.STATE));
    return etc;
  }

  // ------------------------------------------------------------------ the image

  private boolean isHealthy(Path configuration) throws IOException {
    Path layout = Files.createDirectory(work.resolve("layout"));
    Path image = Files.createDirectory(work.resolve("image"));
    Shell.output(
        layout, List.of("tar", "--extract", "--file", made.image().toAbsolutePath().toString()));
    JsonNode index = json(layout.resolve("index.json")).at("/manifests/0");
    JsonNode manifest = json(blob(layout, index));
    for (JsonNode layer : manifest.get("layers")) {
      Shell.output(
          image,
          List.of(
              "tar",
              "--extract",
              "--gzip",
              "--numeric-owner",
              "--preserve-permissions",
              "--file",
              blob(layout, layer).toString()));
    }
    for (String mounted : List.of("dev", "proc")) {
      Files.createDirectory(image.resolve(mounted));
    }
    Path etc = image.resolve(ContainerImage.CONFIGURATION.substring(1));
    for (String file : List.of("node.toml", "node.key", "mnist.onnx", "deployment.json")) {
      Files.move(configuration.resolve(file), etc.resolve(file));
      if (root) {
        Files.setAttribute(etc.resolve(file), "unix:uid", ContainerImage.USER);
      }
    }
    // Whoever is nobody has to get there.
    Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwx--x--x"));
    return isHealthy(image, json(blob(layout, manifest.get("config"))).get("config"));
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  private static Path blob(Path layout, JsonNode described) {
    return layout.resolve("blobs").resolve(described.get("digest").asText().replace(':', '/'));
  }

  /// @param start what the image says of its start
  private boolean isHealthy(Path image, JsonNode start) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of("sh", "-c", ENTER, image.toString(), start.get("WorkingDir").asText()));
    start.get("Entrypoint").forEach(word -> words.add(word.asText()));
    start.get("Cmd").forEach(word -> words.add(word.asText()));
    Path log = work.resolve("node.log");
    ProcessBuilder builder =
        new ProcessBuilder(unprivileged(words.toArray(String[]::new)))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().clear();
    for (JsonNode variable : start.get("Env")) {
      String[] nameAndValue = variable.asText().split("=", 2);
      builder.environment().put(nameAndValue[0], nameAndValue[1]);
    }
    long begin = System.nanoTime();
    Process process = builder.start();
    try {
      boolean ready = isReady(process, log, begin + PATIENCE.toNanos());
      double seconds = (System.nanoTime() - begin) / 1e9;
      int user = ready ? user(process) : 0;
      process.toHandle().destroy();
      boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      boolean terminated = ended && process.exitValue() == TERMINATED;
      notes.accept(
          "the node out of the image, by unshare as uid %d: %s after %.1f s, %s at SIGTERM"
              .formatted(
                  user,
                  ready ? "ready" : "NOT READY",
                  seconds,
                  ended ? "exit code " + process.exitValue() : "NO END"));
      boolean healthy = ready && terminated && user != 0;
      if (!healthy) {
        notes.accept(Files.readString(log));
      }
      return healthy;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted while a node ran", e);
    } finally {
      process.toHandle().destroyForcibly();
    }
  }

  /// @param end when to give up, by [System#nanoTime()]
  private static boolean isReady(Process process, Path log, long end)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      while (process.isAlive() && System.nanoTime() < end) {
        Matcher place = WATCHED.matcher(Files.readString(log));
        if (place.find()) {
          URI ready = URI.create(place.group(1) + "/health/ready");
          int status =
              client
                  .send(
                      HttpRequest.newBuilder(ready).timeout(PATIENCE).build(),
                      HttpResponse.BodyHandlers.discarding())
                  .statusCode();
          if (status == 200) {
            return true;
          }
        }
        Thread.sleep(100);
      }
    }
    return false;
  }

  // ------------------------------------------------------------------ users

  /// {@return a command by somebody who is root in a namespace of his own alone}
  private List<String> unprivileged(String... words) {
    List<String> command = new ArrayList<>();
    if (root) {
      String user = String.valueOf(ContainerImage.USER);
      command.addAll(List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"));
    }
    command.addAll(List.of("unshare", "--user", "--map-root-user", "--mount"));
    command.addAll(List.of(words));
    return command;
  }

  /// {@return the number of a process's user, as this machine sees it}
  private static int user(Process process) throws IOException {
    Matcher user =
        USER.matcher(Files.readString(Path.of("/proc/%d/status".formatted(process.pid()))));
    return user.find() ? Integer.parseInt(user.group(1)) : 0;
  }

  private static int owner(Path file) throws IOException {
    return (int) Files.getAttribute(file, "unix:uid");
  }
}
