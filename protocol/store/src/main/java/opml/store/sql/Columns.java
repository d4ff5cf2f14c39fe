package opml.store.sql;

import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.TxHash;

/// The columns of one row, read from left to right.
final class Columns {
  private final ResultSet row;
  private int at;

  Columns(ResultSet row) {
    this.row = row;
  }

  long number() throws SQLException {
    return row.getLong(++at);
  }

  /// {@return a number, or nothing where the column is null}
  Optional<Long> maybeNumber() throws SQLException {
    long number = row.getLong(++at);
    return row.wasNull() ? Optional.empty() : Optional.of(number);
  }

  boolean truth() throws SQLException {
    return number() != 0;
  }

  /// {@return the constant of this position; an enum that a newer version made longer is in a store that is refused}
  <E> E constant(E[] constants) throws SQLException {
    return constants[Math.toIntExact(number())];
  }

  String text() throws SQLException {
    return row.getString(++at);
  }

  byte[] bytes() throws SQLException {
    return row.getBytes(++at);
  }

  Data data() throws SQLException {
    return Data.of(bytes());
  }

  Bytes32 hash() throws SQLException {
    return Bytes32.of(bytes());
  }

  TxHash transaction() throws SQLException {
    return new TxHash(hash());
  }

  Address address() throws SQLException {
    return Address.of(bytes());
  }

  Wei amount() throws SQLException {
    return new Wei(new BigInteger(1, bytes()));
  }

  /// {@return an id, or nothing where the column is null}
  <T> Optional<T> maybe(Function<Bytes32, T> id) throws SQLException {
    byte[] bytes = row.getBytes(++at);
    return Optional.ofNullable(bytes).map(Bytes32::of).map(id);
  }

  /// {@return the number of a constant as it is kept: its position}
  @SuppressWarnings("EnumOrdinal") // Enums that are kept are only ever made longer.
  static long codeOf(Enum<?> constant) {
    return constant.ordinal();
  }

  /// {@return an amount as it is kept: 32 bytes, big-endian}
  static byte[] bytesOf(Wei amount) {
    byte[] digits = amount.value().toByteArray();
    byte[] bytes = new byte[Bytes32.BYTES];
    // A sign byte comes first where the highest bit is set.
    int length = Math.min(digits.length, bytes.length);
    System.arraycopy(digits, digits.length - length, bytes, bytes.length - length, length);
    return bytes;
  }
}
