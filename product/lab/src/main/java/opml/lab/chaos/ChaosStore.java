package opml.lab.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import opml.lab.chaos.ChaosPlan.StorePlace;
import opml.store.devcluster.PostgresCluster;

/// Where a node's store may be.
public enum ChaosStore {
  SQLITE,
  POSTGRES;

  private static final String DATABASE = "opml";

  /// {@return as it is asked for}
  public String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// {@return whether its programs are on this machine}
  public boolean isInstalled() {
    return this == SQLITE || PostgresCluster.isInstalled();
  }

  /// A store that is there until it is closed.
  public record Opened(StorePlace place, AutoCloseable end) implements AutoCloseable {
    @Override
    public void close() {
      try {
        end.close();
      } catch (Exception e) {
        throw new IllegalStateException("what was started does not end", e);
      }
    }
  }

  /// Makes a place for a store.
  ///
  /// @param node the folder of the node's file
  /// @param own an empty folder for what else it takes
  public Opened open(Path node, Path own) {
    return switch (this) {
      case SQLITE ->
          new Opened(
              new StorePlace(
                  title(), "[store]\npath = \"node.db\"", () -> delete(node), Optional.empty()),
              () -> {});
      case POSTGRES -> postgres(own);
    };
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file :
          all.filter(one -> one.getFileName().toString().startsWith("node.db")).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Opened postgres(Path folder) {
    try {
      PostgresCluster cluster = PostgresCluster.start(folder);
      cluster.command("postgres", "create database " + DATABASE);
      StorePlace place =
          new StorePlace(
              POSTGRES.title(),
              "[store]\nkind = \"postgres\"\nurl = \"%s\"".formatted(cluster.url(DATABASE)),
              () -> recreate(cluster),
              Optional.of(() -> restart(cluster)));
      return new Opened(place, cluster);
    } catch (IOException | SQLException e) {
      throw new IllegalStateException("PostgreSQL does not start", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static void recreate(PostgresCluster cluster) {
    try {
      // The connections of a process that was killed may not have been missed yet.
      cluster.command("postgres", "drop database %s with (force)".formatted(DATABASE));
      cluster.command("postgres", "create database " + DATABASE);
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL does not delete", e);
    }
  }

  private static void restart(PostgresCluster cluster) {
    try {
      cluster.stop();
      cluster.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
