package opml.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import opml.sim.toy.Automaton;
import opml.store.Store;
import opml.store.StoreIdentity;
import opml.store.devcluster.PostgresCluster;
import opml.store.sql.SqlStore;

/// New databases by the dozen: the tables are made once, and copied. What is closed stays where it is, until its folder
/// or cluster goes.
public final class DatabaseStores {
  private static final String TEMPLATE = "template_of_stores";

  private DatabaseStores() {}

  /// {@return files of SQLite, each in a folder of its own, since a folder has each account once}
  ///
  /// @param folder for them, empty
  public static Stores sqlite(Path folder) {
    return new Stores() {
      private int made;

      @Override
      public synchronized Store open(int account, StoreIdentity identity) {
        try {
          Path template = folder.resolve("template.db");
          if (made == 0) {
            SqlStore.sqlite(template, identity, Automaton.account(account)).close();
          }
          Path own = Files.createDirectory(folder.resolve("store" + ++made));
          Path file = Files.copy(template, own.resolve("store.db"));
          return SqlStore.sqlite(file, identity, Automaton.account(account));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  /// {@return databases of PostgreSQL}
  ///
  /// @param cluster for them, new
  public static Stores postgres(PostgresCluster cluster) {
    return new Stores() {
      private int made;

      @Override
      public synchronized Store open(int account, StoreIdentity identity) {
        try {
          if (made == 0) {
            cluster.command("postgres", "create database " + TEMPLATE);
            SqlStore.postgres(cluster.url(TEMPLATE), identity, Automaton.account(account)).close();
          }
          String url = cluster.copy(TEMPLATE, "store" + ++made);
          return SqlStore.postgres(url, identity, Automaton.account(account));
        } catch (SQLException e) {
          throw new IllegalStateException("PostgreSQL makes no database", e);
        }
      }
    };
  }
}
