package opml.store.devcluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A PostgreSQL of one's own for tests and trials, in a folder of its own, on the loopback. It is not durable against a
/// loss of power.
public final class PostgresCluster implements AutoCloseable {
  public static final String IS_INSTALLED = "opml.store.devcluster.PostgresCluster#isInstalled";
  public static final String MISSING =
      "SKIPPED: PostgreSQL is not tested, because there are no programs of it in"
          + " /usr/lib/postgresql/*/bin (Debian: apt-get install postgresql)";

  private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
  private static final long STARTING_SECONDS = 60;

  private final Path folder;
  private final int port;
  private Optional<Process> process = Optional.empty();

  private PostgresCluster(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /// {@return whether its programs are on this machine}
  public static boolean isInstalled() {
    return programs().isPresent();
  }

  private static Optional<Path> programs() {
    if (!Files.isDirectory(VERSIONS)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(VERSIONS)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Comparator.naturalOrder());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Makes a cluster in an empty folder and starts it.
  ///
  /// @throws IOException with what a program said if it failed
  public static PostgresCluster start(Path folder) throws IOException, InterruptedException {
    PostgresCluster cluster = new PostgresCluster(folder, freePort());
    if (isRoot()) {
      // It refuses to run as root, and needs a folder of its user's.
      run(List.of("chown", "nobody", folder.toString()));
    }
    cluster.runHere(
        "initdb", "-D", cluster.data(), "-U", "opml", "-A", "trust", "-E", "UTF8", "-N");
    cluster.start();
    return cluster;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private static List<String> command(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("runuser", "-u", "nobody", "--"));
    }
    command.add(programs().orElseThrow().resolve(program).toString());
    command.addAll(List.of(arguments));
    return command;
  }

  private void runHere(String program, String... arguments)
      throws IOException, InterruptedException {
    run(command(program, arguments));
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(new File("/")).redirectErrorStream(true).start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command + " failed: " + told);
    }
  }

  /// Starts it, again.
  public void start() throws IOException, InterruptedException {
    Process started =
        new ProcessBuilder(
                command(
                    "postgres",
                    "-D",
                    data(),
                    "-h",
                    "127.0.0.1",
                    "-p",
                    Integer.toString(port),
                    "-k",
                    folder.toString(),
                    "-c",
                    "fsync=off",
                    "-c",
                    "shared_buffers=16MB"))
            .directory(new File("/"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    process = Optional.of(started);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STARTING_SECONDS);
    while (true) {
      try (Connection _ = connect("postgres")) {
        return;
      } catch (SQLException e) {
        if (System.nanoTime() > end || !started.isAlive()) {
          throw new IOException("PostgreSQL does not start in " + folder, e);
        }
        Thread.sleep(50);
      }
    }
  }

  /// Ends it at once, as a crash would.
  public void stop() throws IOException, InterruptedException {
    Path file = folder.resolve("data/postmaster.pid");
    if (Files.exists(file)) {
      run(List.of("kill", "-QUIT", Files.readAllLines(file).getFirst().strip()));
    }
    if (process.isPresent()) {
      process.get().waitFor();
    }
  }

  /// {@return a connection to a database, which the caller closes}
  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(url(database));
  }

  /// {@return where a database is, as JDBC has it}
  public String url(String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s?user=opml".formatted(port, database);
  }

  /// Makes a database that is as another is.
  public String copy(String template, String database) throws SQLException {
    command("postgres", "create database %s template %s".formatted(database, template));
    return url(database);
  }

  /// Has a database execute a statement.
  public void command(String database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while PostgreSQL ended", e);
    }
  }
}
