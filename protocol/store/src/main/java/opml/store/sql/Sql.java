package opml.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.TxHash;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;

/// Statements on one connection, which are prepared once. Our values are its values: hashes, addresses and amounts are
/// bytes, enums and truths are numbers, an empty [Optional] is null.
///
/// Not for several threads at once.
final class Sql implements AutoCloseable {
  /// Makes something of a row.
  @FunctionalInterface
  interface Reader<T> {
    T read(Columns row) throws SQLException;
  }

  private final Connection connection;
  private final UnaryOperator<String> text;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  /// @param text what becomes of each statement before it is prepared; tests plant faults by it
  Sql(Connection connection, UnaryOperator<String> text) {
    this.connection = connection;
    this.text = text;
  }

  Connection connection() {
    return connection;
  }

  /// {@return how many rows a statement changed}
  long change(String sql, Object... values) throws SQLException {
    PreparedStatement statement = statement(sql);
    bind(statement, values);
    return statement.executeUpdate();
  }

  /// Runs a statement once for each of many rows.
  void changeAll(String sql, List<Object[]> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    PreparedStatement statement = statement(sql);
    for (Object[] row : rows) {
      bind(statement, row);
      statement.addBatch();
    }
    statement.executeBatch();
  }

  <T> List<T> list(String sql, Reader<T> reader, Object... values) throws SQLException {
    PreparedStatement statement = statement(sql);
    bind(statement, values);
    List<T> list = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        list.add(reader.read(new Columns(rows)));
      }
    }
    return list;
  }

  /// {@return what is made of the first row, if there is one}
  <T> Optional<T> first(String sql, Reader<T> reader, Object... values) throws SQLException {
    return list(sql, reader, values).stream().findFirst();
  }

  private PreparedStatement statement(String sql) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(text.apply(sql));
      prepared.put(sql, statement);
    }
    return statement;
  }

  private static void bind(PreparedStatement statement, Object[] values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      bind(statement, i + 1, values[i]);
    }
  }

  private static void bind(PreparedStatement statement, int at, Object value) throws SQLException {
    switch (value) {
      case Long number -> statement.setLong(at, number);
      case Integer number -> statement.setLong(at, number);
      case Boolean truth -> statement.setLong(at, truth ? 1 : 0);
      case Enum<?> constant -> statement.setLong(at, Columns.codeOf(constant));
      case String words -> statement.setString(at, words);
      case byte[] bytes -> statement.setBytes(at, bytes);
      case Data data -> statement.setBytes(at, data.toArray());
      case Bytes32 hash -> statement.setBytes(at, hash.toArray());
      case TxHash transaction -> statement.setBytes(at, transaction.hash().toArray());
      case RequestId request -> statement.setBytes(at, request.hash().toArray());
      case ClaimId claim -> statement.setBytes(at, claim.hash().toArray());
      case GameId game -> statement.setBytes(at, game.hash().toArray());
      case Address account -> statement.setBytes(at, account.toArray());
      case Wei amount -> statement.setBytes(at, Columns.bytesOf(amount));
      case Optional<?> maybe when maybe.isPresent() -> bind(statement, at, maybe.get());
      case Optional<?> _ -> statement.setNull(at, Types.BINARY);
      default ->
          throw new IllegalArgumentException("no column holds a " + value.getClass().getName());
    }
  }

  /// Lets go of the statements; the connection stays open.
  @Override
  public void close() throws SQLException {
    for (PreparedStatement statement : prepared.values()) {
      statement.close();
    }
    prepared.clear();
  }
}
