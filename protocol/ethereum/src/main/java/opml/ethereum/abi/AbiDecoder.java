package opml.ethereum.abi;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;

/// ABI bytes to values, strictly: only what solc's own encoder writes is taken.
///
/// A tail must start exactly where the one before it ended. This is what makes the encoding of a
/// value unique, and it also bounds the work: every byte is read once, so a few kilobytes of offsets
/// that point to each other cannot unfold into gigabytes.
final class AbiDecoder {
  private final String place;
  private final byte[] bytes;

  private AbiDecoder(String place, byte[] bytes) {
    this.place = place;
    this.bytes = bytes;
  }

  /// {@return the values of all of `data`}
  ///
  /// @throws ChainException.Malformed naming the offset of what is wrong
  static Values decode(String place, List<AbiParameter> parameters, Data data) {
    byte[] bytes = data.toArray();
    AbiDecoder decoder = new AbiDecoder(place, bytes);
    List<AbiType> types = AbiType.types(parameters);
    List<Object> values = new ArrayList<>();
    int end = decoder.sequence(types, 0, values);
    if (end != bytes.length) {
      throw decoder.malformed(end, (bytes.length - end) + " bytes left over");
    }
    return new Values(parameters, values);
  }

  /// Reads heads and tails from `base` and returns where the last tail ends.
  private int sequence(List<AbiType> types, int base, List<Object> into) {
    long heads = AbiType.headBytes(types);
    require(base, heads);
    int head = base;
    int tail = base + (int) heads;
    for (AbiType type : types) {
      if (type.isDynamic()) {
        int offset = length(head, "an offset");
        if (offset != tail - base) {
          throw malformed(head, "offset " + offset + " where the next tail is at " + (tail - base));
        }
        tail = read(type, tail, into);
        head += 32;
      } else {
        head = read(type, head, into);
      }
    }
    return tail;
  }

  /// Reads one value at `at` and returns where it ends.
  private int read(AbiType type, int at, List<Object> into) {
    switch (type) {
      case AbiType.Uint(int bits) -> {
        BigInteger value = new BigInteger(1, word(at));
        if (value.bitLength() > bits) {
          throw malformed(at, "beyond " + type.canonical());
        }
        into.add(value);
      }
      case AbiType.Int(int bits) -> {
        BigInteger value = new BigInteger(word(at));
        if (value.bitLength() >= bits) {
          throw malformed(at, "beyond " + type.canonical());
        }
        into.add(value);
      }
      case AbiType.Account _ -> {
        requireZeros(at, at + 12);
        into.add(Address.of(Arrays.copyOfRange(word(at), 12, 32)));
      }
      case AbiType.Bool _ -> {
        requireZeros(at, at + 31);
        if (bytes[at + 31] >>> 1 != 0) {
          throw malformed(at, "neither true nor false");
        }
        into.add(bytes[at + 31] == 1);
      }
      case AbiType.FixedBytes(int size) -> {
        requireZeros(at + size, at + 32);
        into.add(
            size == 32 ? Bytes32.at(bytes, at) : Data.of(Arrays.copyOfRange(bytes, at, at + size)));
      }
      case AbiType.Bytes _ -> {
        byte[] blob = blob(at);
        into.add(Data.of(blob));
        return blobEnd(at, blob.length);
      }
      case AbiType.Utf8 _ -> {
        byte[] blob = blob(at);
        into.add(utf8(at, blob));
        return blobEnd(at, blob.length);
      }
      case AbiType.ListOf(AbiType element) -> {
        int size = length(at, "a length");
        require(at + 32, element.headBytes() * size);
        return list(element, size, at + 32, into);
      }
      case AbiType.FixedList(AbiType element, int size) -> {
        return list(element, size, at, into);
      }
      case AbiType.Tuple(List<AbiParameter> members) -> {
        List<Object> values = new ArrayList<>();
        int end = sequence(AbiType.types(members), at, values);
        into.add(new Values(members, values));
        return end;
      }
    }
    return at + 32;
  }

  private int list(AbiType element, int size, int at, List<Object> into) {
    List<Object> values = new ArrayList<>();
    int end = sequence(Collections.nCopies(size, element), at, values);
    into.add(List.copyOf(values));
    return end;
  }

  private byte[] blob(int at) {
    int length = length(at, "a length");
    require(at + 32, length);
    return Arrays.copyOfRange(bytes, at + 32, at + 32 + length);
  }

  private int blobEnd(int at, int length) {
    int padded = (int) Math.min(Integer.MAX_VALUE - 64L, (length + 31L) / 32 * 32);
    require(at + 32, padded);
    requireZeros(at + 32 + length, at + 32 + padded);
    return at + 32 + padded;
  }

  private String utf8(int at, byte[] blob) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(blob)).toString();
    } catch (CharacterCodingException e) {
      throw malformed(at, "a string that is not UTF-8");
    }
  }

  private byte[] word(int at) {
    require(at, 32);
    return Arrays.copyOfRange(bytes, at, at + 32);
  }

  /// {@return the word at `at`, which cannot exceed what is there}
  private int length(int at, String what) {
    BigInteger value = new BigInteger(1, word(at));
    if (value.bitLength() > 31 || value.intValue() > bytes.length) {
      throw malformed(at, what + " beyond the data");
    }
    return value.intValue();
  }

  private void require(int at, long count) {
    if (count > bytes.length - (long) at) {
      throw malformed(at, "expected " + count + " bytes more, got " + (bytes.length - at));
    }
  }

  private void requireZeros(int from, int to) {
    require(from, to - (long) from);
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        throw malformed(i, "padding is not zero");
      }
    }
  }

  private ChainException.Malformed malformed(int at, String problem) {
    return new ChainException.Malformed(place + ", offset " + at + ": " + problem);
  }
}
