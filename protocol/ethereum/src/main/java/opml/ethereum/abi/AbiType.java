package opml.ethereum.abi;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A type of the contract ABI, and beside it the Java type that stands for its values.
///
/// Source: the Solidity documentation, *Contract ABI Specification*.
public sealed interface AbiType {
  /// `uintN`: a `BigInteger`; also an `Integer`, `Long` or `Wei` when encoding.
  record Uint(int bits) implements AbiType {
    public Uint {
      requireBits(bits);
    }
  }

  /// `intN`: a `BigInteger`; also an `Integer` or `Long` when encoding.
  record Int(int bits) implements AbiType {
    public Int {
      requireBits(bits);
    }
  }

  /// `address`: an `Address`.
  record Account() implements AbiType {}

  /// `bool`: a `Boolean`.
  record Bool() implements AbiType {}

  /// `bytesN`: a `Bytes32` if N is 32, otherwise [Data] of that length.
  record FixedBytes(int size) implements AbiType {
    public FixedBytes {
      if (size < 1 || size > 32) {
        throw new IllegalArgumentException("no such type: bytes" + size);
      }
    }
  }

  /// `bytes`: [Data]; also a `byte[]` when encoding.
  record Bytes() implements AbiType {}

  /// `string`: a `String`.
  record Utf8() implements AbiType {}

  /// `T[]`: a `List`.
  record ListOf(AbiType element) implements AbiType {}

  /// `T[N]`: a `List` of that length.
  record FixedList(AbiType element, int size) implements AbiType {
    public FixedList {
      if (size < 1) {
        throw new IllegalArgumentException("no such type: an array of " + size);
      }
    }
  }

  /// A struct: [Values]; also a `List` of the members in order when encoding.
  record Tuple(List<AbiParameter> members) implements AbiType {
    public Tuple {
      members = List.copyOf(members);
      if (members.isEmpty()) {
        throw new IllegalArgumentException("no such type: an empty tuple");
      }
    }
  }

  /// {@return the name that a signature uses, such as `(uint64,bytes)[2]`}
  default String canonical() {
    return switch (this) {
      case Uint(int bits) -> "uint" + bits;
      case Int(int bits) -> "int" + bits;
      case Account() -> "address";
      case Bool() -> "bool";
      case FixedBytes(int size) -> "bytes" + size;
      case Bytes() -> "bytes";
      case Utf8() -> "string";
      case ListOf(AbiType element) -> element.canonical() + "[]";
      case FixedList(AbiType element, int size) -> element.canonical() + "[" + size + "]";
      case Tuple(List<AbiParameter> members) -> AbiType.signature(members);
    };
  }

  /// {@return the types of parameters as a signature has them, in brackets}
  static String signature(List<AbiParameter> parameters) {
    return parameters.stream()
        .map(parameter -> parameter.type().canonical())
        .collect(Collectors.joining(",", "(", ")"));
  }

  /// {@return whether values differ in size, so that the head holds an offset}
  default boolean isDynamic() {
    return switch (this) {
      case Uint _, Int _, Account _, Bool _, FixedBytes _ -> false;
      case Bytes _, Utf8 _, ListOf _ -> true;
      case FixedList(AbiType element, _) -> element.isDynamic();
      case Tuple(List<AbiParameter> members) -> {
        for (AbiParameter member : members) {
          if (member.type().isDynamic()) {
            yield true;
          }
        }
        yield false;
      }
    };
  }

  /// {@return the bytes that a value takes in the head: 32 for an offset or a word}
  default long headBytes() {
    if (isDynamic()) {
      return 32;
    }
    return switch (this) {
      case FixedList(AbiType element, int size) -> Math.multiplyExact(element.headBytes(), size);
      case Tuple(List<AbiParameter> members) -> headBytes(types(members));
      case Uint _, Int _, Account _, Bool _, FixedBytes _, Bytes _, Utf8 _, ListOf _ -> 32;
    };
  }

  /// {@return the bytes that values of these types take in the head}
  static long headBytes(List<AbiType> types) {
    long bytes = 0;
    for (AbiType type : types) {
      bytes += type.headBytes();
    }
    return bytes;
  }

  /// {@return the parameters' types}
  static List<AbiType> types(List<AbiParameter> parameters) {
    List<AbiType> types = new ArrayList<>(parameters.size());
    for (AbiParameter parameter : parameters) {
      types.add(parameter.type());
    }
    return types;
  }

  /// {@return the type of this ABI name}
  ///
  /// @param members of the tuple, if it is one
  /// @throws IllegalArgumentException if there is no such type
  static AbiType parse(String name, List<AbiParameter> members) {
    if (name.endsWith("]")) {
      int open = name.lastIndexOf('[');
      if (open < 1) {
        throw new IllegalArgumentException("no such type: " + name);
      }
      AbiType element = parse(name.substring(0, open), members);
      String size = name.substring(open + 1, name.length() - 1);
      return size.isEmpty() ? new ListOf(element) : new FixedList(element, number(name, size));
    }
    return switch (name) {
      case "address" -> new Account();
      case "bool" -> new Bool();
      case "bytes" -> new Bytes();
      case "string" -> new Utf8();
      case "tuple" -> new Tuple(members);
      default -> {
        if (name.startsWith("uint")) {
          yield new Uint(number(name, name.substring(4)));
        } else if (name.startsWith("int")) {
          yield new Int(number(name, name.substring(3)));
        } else if (name.startsWith("bytes")) {
          yield new FixedBytes(number(name, name.substring(5)));
        }
        throw new IllegalArgumentException("no such type: " + name);
      }
    };
  }

  private static int number(String name, String digits) {
    if (!digits.matches("[1-9][0-9]{0,5}")) {
      throw new IllegalArgumentException("no such type: " + name);
    }
    return Integer.parseInt(digits);
  }

  private static void requireBits(int bits) {
    if (bits < 8 || bits > 256 || bits % 8 != 0) {
      throw new IllegalArgumentException("no integer type has " + bits + " bits");
    }
  }
}
