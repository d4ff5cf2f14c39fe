package opml.ethereum.abi;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Text;

/// Values to ABI bytes, as solc's own encoder lays them out: heads, then tails in the same order.
final class AbiEncoder {
  private AbiEncoder() {}

  /// {@return the encoding of a list of arguments}
  ///
  /// @throws IllegalArgumentException naming the argument that does not fit its type
  static byte[] encode(Object place, List<AbiParameter> parameters, List<?> arguments) {
    if (parameters.size() != arguments.size()) {
      throw new IllegalArgumentException(
          "%s takes %d values %s, got %d"
              .formatted(
                  place, parameters.size(), AbiType.signature(parameters), arguments.size()));
    }
    List<AbiType> types = AbiType.types(parameters);
    List<byte[]> parts = new ArrayList<>(types.size());
    for (int i = 0; i < types.size(); i++) {
      Where where = new Where(place, ", ", parameters.get(i).name(), i, "");
      parts.add(encode(where, types.get(i), arguments.get(i)));
    }
    return sequence(types, parts);
  }

  /// Where a value stands, in words only if something is wrong with it.
  private record Where(Object place, String before, String name, int index, String behind) {
    @Override
    public String toString() {
      return place + before + (name.isEmpty() ? "value " + index : name) + behind;
    }
  }

  /// {@return heads and tails of values whose own encodings are `parts`}
  private static byte[] sequence(List<AbiType> types, List<byte[]> parts) {
    long offset = AbiType.headBytes(types);
    ByteArrayOutputStream heads = new ByteArrayOutputStream();
    ByteArrayOutputStream tails = new ByteArrayOutputStream();
    for (int i = 0; i < parts.size(); i++) {
      if (types.get(i).isDynamic()) {
        heads.writeBytes(Bytes32.ofWord(offset + tails.size()).toArray());
        tails.writeBytes(parts.get(i));
      } else {
        heads.writeBytes(parts.get(i));
      }
    }
    heads.writeBytes(tails.toByteArray());
    return heads.toByteArray();
  }

  private static byte[] encode(Object place, AbiType type, Object value) {
    return switch (type) {
      case AbiType.Uint(int bits) -> word(unsigned(place, type, bits, integer(place, type, value)));
      case AbiType.Int(int bits) -> word(signed(place, type, bits, integer(place, type, value)));
      case AbiType.Account _ -> as(place, type, Address.class, value).word().toArray();
      case AbiType.Bool _ ->
          Bytes32.ofWord(as(place, type, Boolean.class, value) ? 1 : 0).toArray();
      case AbiType.FixedBytes(int size) -> {
        byte[] bytes = bytes(place, type, value);
        if (bytes.length != size) {
          throw mismatch(place, type, bytes.length + " bytes");
        }
        yield Arrays.copyOf(bytes, 32);
      }
      case AbiType.Bytes _ -> blob(bytes(place, type, value));
      case AbiType.Utf8 _ ->
          blob(as(place, type, String.class, value).getBytes(StandardCharsets.UTF_8));
      case AbiType.ListOf(AbiType element) -> {
        List<?> values = as(place, type, List.class, value);
        byte[] elements = elements(place, element, values);
        byte[] all = Arrays.copyOf(Bytes32.ofWord(values.size()).toArray(), 32 + elements.length);
        System.arraycopy(elements, 0, all, 32, elements.length);
        yield all;
      }
      case AbiType.FixedList(AbiType element, int size) -> {
        List<?> values = as(place, type, List.class, value);
        if (values.size() != size) {
          throw mismatch(place, type, values.size() + " elements");
        }
        yield elements(place, element, values);
      }
      case AbiType.Tuple(List<AbiParameter> members) ->
          encode(
              place,
              members,
              value instanceof Values values
                  ? values.values()
                  : as(place, type, List.class, value));
    };
  }

  private static byte[] elements(Object place, AbiType element, List<?> values) {
    List<AbiType> types = new ArrayList<>();
    List<byte[]> parts = new ArrayList<>();
    for (Object value : values) {
      int index = parts.size();
      parts.add(encode(new Where(place, "[", Integer.toString(index), index, "]"), element, value));
      types.add(element);
    }
    return sequence(types, parts);
  }

  /// Length, bytes, zeros up to a whole word.
  private static byte[] blob(byte[] bytes) {
    byte[] all = new byte[32 + (bytes.length + 31) / 32 * 32];
    Bytes32.ofWord(bytes.length).copyTo(all, 0);
    System.arraycopy(bytes, 0, all, 32, bytes.length);
    return all;
  }

  /// {@return the two's complement of 256 bits, big-endian}
  private static byte[] word(BigInteger value) {
    byte[] bytes = value.toByteArray();
    byte[] word = new byte[32];
    Arrays.fill(word, (byte) (value.signum() < 0 ? 0xff : 0));
    int from = Math.max(0, bytes.length - 32);
    System.arraycopy(bytes, from, word, 32 - (bytes.length - from), bytes.length - from);
    return word;
  }

  private static BigInteger unsigned(Object place, AbiType type, int bits, BigInteger value) {
    if (value.signum() < 0 || value.bitLength() > bits) {
      throw mismatch(place, type, value.toString());
    }
    return value;
  }

  private static BigInteger signed(Object place, AbiType type, int bits, BigInteger value) {
    if (value.bitLength() >= bits) {
      throw mismatch(place, type, value.toString());
    }
    return value;
  }

  private static BigInteger integer(Object place, AbiType type, Object value) {
    return switch (value) {
      case BigInteger big -> big;
      case Long number -> BigInteger.valueOf(number);
      case Integer number -> BigInteger.valueOf(number);
      case Wei wei -> wei.value();
      default -> throw mismatch(place, type, value.getClass().getSimpleName());
    };
  }

  private static byte[] bytes(Object place, AbiType type, Object value) {
    return switch (value) {
      case byte[] bytes -> bytes;
      case Data data -> data.toArray();
      case Bytes32 word -> word.toArray();
      default -> throw mismatch(place, type, value.getClass().getSimpleName());
    };
  }

  private static <T> T as(Object place, AbiType type, Class<T> expected, Object value) {
    if (!expected.isInstance(value)) {
      throw mismatch(place, type, value.getClass().getSimpleName());
    }
    return expected.cast(value);
  }

  private static IllegalArgumentException mismatch(Object place, AbiType type, String got) {
    return new IllegalArgumentException(
        place + ": expected " + type.canonical() + ", got " + Text.shortened(got));
  }
}
