package opml.lab.dist;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import opml.lab.bench.checkout.Shell;

/// A container image in one file, as the OCI's layout has it (image-spec 1.1: `image-layout`, `manifest`, `config`),
/// with Docker's `manifest.json` besides, by which older ones load it. It is made of nothing but the program and what
/// of this machine's C library its Java asks for: there is no shell in it.
///
/// Written by ourselves, for it is a few lines of JSON around two archives: what libraries of the trade (jib-core) are
/// large for, registries and images to begin with, is not needed here.
final class ContainerImage {
  /// Whom its processes run as, user and group.
  static final int USER = 65_532;

  /// Where the program lies.
  static final String HOME = "/opt/opml";

  /// Where its processes begin, and what they may write.
  static final String STATE = "/var/lib/opml";

  /// Where the node's file is expected, with what it names.
  static final String CONFIGURATION = "/etc/opml";

  /// What is started with the command's words behind it.
  static final List<String> ENTRY_POINT =
      List.of(HOME + "/" + ProgramFolder.JAVA, "-jar", HOME + "/" + ProgramFolder.JAR);

  /// The words, unless others are given.
  static final List<String> COMMAND = List.of("node", "--config", CONFIGURATION + "/node.toml");

  private static final String LOCALE = "/usr/lib/locale/C.utf8";
  private static final String TYPE = "application/vnd.oci.image.";
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final DistSource source;
  private final Path work;
  private final Path layout;
  private final Path blobs;
  private final List<JsonNode> layers = new ArrayList<>();
  private final List<String> contents = new ArrayList<>();

  /// @param work an empty folder to work in
  ContainerImage(DistSource source, Path work) throws IOException {
    this.source = source;
    this.work = work;
    this.layout = work.resolve("image");
    this.blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
  }

  /// Writes an image.
  ///
  /// @param program as it is installed; it is moved away
  void write(Path program, Path image) throws IOException {
    Path system = work.resolve("system");
    copySystem(program, Files.createDirectory(system));
    layer(system, 0);
    Path installed = work.resolve("program");
    Files.createDirectories(installed.resolve("opt"));
    Files.move(program, installed.resolve(HOME.substring(1)));
    layer(installed, 0);
    Path state = work.resolve("state");
    Files.createDirectories(state.resolve(STATE.substring(1)));
    Files.createDirectories(state.resolve("tmp"));
    layer(state, USER);

    JsonNode config = described("config.v1+json", blob(configuration()));
    JsonNode manifest = described("manifest.v1+json", blob(manifest(config)));
    Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    Files.writeString(layout.resolve("index.json"), index(manifest).toString());
    Files.writeString(layout.resolve("manifest.json"), forDocker(config).toString());
    Tarball.pack(layout, 0, image);
  }

  // ------------------------------------------------------------------ what of the system is in it

  /// Lays out what the runtime's libraries ask for, and the few files that C's functions look into.
  private static void copySystem(Path program, Path system) throws IOException {
    for (Path library : systemLibraries(program)) {
      Shell.output(system, List.of("cp", "--parents", "--dereference", library.toString(), "."));
    }
    if (Files.isDirectory(Path.of(LOCALE))) {
      Shell.output(system, List.of("cp", "--parents", "--recursive", LOCALE, "."));
    }
    Path etc = system.resolve("etc");
    Files.createDirectories(etc.resolve("opml"));
    Files.writeString(
        etc.resolve("passwd"),
        """
        root:x:0:0::/:/sbin/nologin
        opml:x:%d:%d::%s:/sbin/nologin
        """
            .formatted(USER, USER, STATE));
    Files.writeString(etc.resolve("group"), "root:x:0:\nopml:x:%d:\n".formatted(USER));
    Files.writeString(etc.resolve("nsswitch.conf"), "hosts: files dns\n");
  }

  /// {@return the libraries of this machine that the runtime's ask for}
  private static List<Path> systemLibraries(Path program) throws IOException {
    Path runtime = program.resolve("runtime");
    List<String> command = new ArrayList<>(List.of("ldd"));
    List<String> own = new ArrayList<>();
    try (Stream<Path> files = Files.walk(runtime)) {
      files
          .filter(file -> file.endsWith("bin/java") || file.toString().endsWith(".so"))
          .sorted()
          .forEach(
              file -> {
                command.add(file.toString());
                own.add(file.getFileName().toString());
              });
    }
    // Lines are `libm.so.6 => /lib/…/libm.so.6 (0x…)`, `/lib64/ld-… (0x…)` and `libjvm.so => not
    // found`.
    return Shell.output(program, command)
        .lines()
        .filter(line -> line.startsWith("\t"))
        .map(line -> line.strip().split(" ", -1))
        .filter(words -> !own.contains(words[0]) && !words[0].startsWith("linux-vdso"))
        .map(words -> words[1].equals("=>") ? words[2] : words[0])
        .distinct()
        .sorted()
        .map(Path::of)
        .toList();
  }

  // ------------------------------------------------------------------ blobs

  private void layer(Path folder, int owner) throws IOException {
    Path tar = work.resolve("layer.tar");
    Path compressed = work.resolve("layer.tar.gz");
    Tarball.pack(folder, owner, tar);
    Tarball.compress(tar, compressed);
    contents.add(digest(tar));
    layers.add(described("layer.v1.tar+gzip", kept(compressed)));
    Files.delete(tar);
  }

  private Path blob(JsonNode json) throws IOException {
    Path file = work.resolve("blob.json");
    Files.writeString(file, json.toString());
    return kept(file);
  }

  /// {@return the file as a blob, by its digest}
  private Path kept(Path file) throws IOException {
    return Files.move(file, blobs.resolve(digest(file)));
  }

  private static ObjectNode described(String type, Path blob) throws IOException {
    return JSON.objectNode()
        .put("mediaType", TYPE + type)
        .put("digest", "sha256:" + blob.getFileName())
        .put("size", Files.size(blob));
  }

  private static String digest(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream in = Files.newInputStream(file);
          OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
        in.transferTo(out);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  // ------------------------------------------------------------------ what describes them

  private ObjectNode configuration() {
    ObjectNode config = platform();
    config.put("created", Tarball.TIME.toString());
    ObjectNode start = config.putObject("config");
    start.put("User", USER + ":" + USER);
    start.putArray("Env").add("LC_ALL=C.UTF-8");
    ENTRY_POINT.forEach(start.putArray("Entrypoint")::add);
    COMMAND.forEach(start.putArray("Cmd")::add);
    start.put("WorkingDir", STATE);
    start.putObject("Volumes").putObject(STATE);
    start.put("StopSignal", "SIGTERM");
    start
        .putObject("Labels")
        .put("org.opencontainers.image.title", "opml")
        .put("org.opencontainers.image.version", source.version());
    ArrayNode ids = config.putObject("rootfs").put("type", "layers").putArray("diff_ids");
    contents.forEach(content -> ids.add("sha256:" + content));
    return config;
  }

  private static ObjectNode platform() {
    return JSON.objectNode()
        .put("architecture", LinuxKind.ofThisMachine().containerWord())
        .put("os", "linux");
  }

  private ObjectNode manifest(JsonNode config) {
    ObjectNode manifest = JSON.objectNode().put("schemaVersion", 2);
    manifest.put("mediaType", TYPE + "manifest.v1+json");
    manifest.set("config", config);
    manifest.putArray("layers").addAll(layers);
    return manifest;
  }

  private ObjectNode index(JsonNode manifest) {
    ObjectNode entry = ((ObjectNode) manifest).deepCopy();
    entry.set("platform", platform());
    entry
        .putObject("annotations")
        .put("io.containerd.image.name", name())
        .put("org.opencontainers.image.ref.name", source.version());
    ObjectNode index = JSON.objectNode().put("schemaVersion", 2);
    index.put("mediaType", TYPE + "index.v1+json");
    index.putArray("manifests").add(entry);
    return index;
  }

  /// {@return what `docker load` reads, which knows blobs by their place}
  private ArrayNode forDocker(JsonNode config) {
    ArrayNode images = JSON.arrayNode();
    ObjectNode image = images.addObject().put("Config", place(config));
    image.putArray("RepoTags").add(name());
    ArrayNode places = image.putArray("Layers");
    layers.forEach(layer -> places.add(place(layer)));
    return images;
  }

  private String name() {
    return "localhost/opml:" + source.version();
  }

  private static String place(JsonNode described) {
    return "blobs/" + described.get("digest").asText().replace(':', '/');
  }
}
