package opml.formats.gguf;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.engine.tensor.Tensor;

/// What a GGUF file has: metadata by key, and its tensors, whose bytes stay where they lie until they are asked for.
///
/// A model that is split into files is one value: the metadata of its first file, the tensors of all.
///
/// Whoever needs a key asks for it with the type that it must have. Whole numbers may be of any width, as writers
/// differ in that; a key of another type is an error that tells both.
///
/// @param name what errors call it
/// @param metadata in the order of the file
/// @param tensors by name, in the order of the file's table
public record GgufFile(
    String name, int version, Map<String, GgufValue> metadata, Map<String, Tensor> tensors) {
  public GgufFile {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /// {@return the string of a key, if it is there}
  public Optional<String> findText(String key) {
    return find(key)
        .map(
            value ->
                switch (value) {
                  case GgufValue.Text text -> text.value();
                  default -> throw mistyped(key, "a string", value);
                });
  }

  /// {@return the string of a key that must be there}
  public String text(String key) {
    return findText(key).orElseThrow(() -> missing(key, "a string"));
  }

  /// {@return the strings of a key, if it is there}
  public Optional<List<String>> findTexts(String key) {
    return find(key)
        .map(
            value ->
                switch (value) {
                  case GgufValue.Texts texts -> texts.values();
                  default -> throw mistyped(key, "an array of strings", value);
                });
  }

  /// {@return the strings of a key that must be there}
  public List<String> texts(String key) {
    return findTexts(key).orElseThrow(() -> missing(key, "an array of strings"));
  }

  /// {@return the flag of a key, if it is there}
  public Optional<Boolean> findFlag(String key) {
    return find(key)
        .map(
            value ->
                switch (value) {
                  case GgufValue.Scalars(GgufType type, boolean isArray, byte[] bytes)
                      when !isArray && type == GgufType.BOOL ->
                      bytes[0] != 0;
                  default -> throw mistyped(key, "a flag", value);
                });
  }

  /// {@return the whole number of a key, if it is there}
  public OptionalLong findWhole(String key) {
    String expected = "a whole number below 2^63";
    Optional<GgufValue> value = find(key);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    if (value.get() instanceof GgufValue.Scalars number
        && !number.isArray()
        && number.type().isWhole()
        && (number.type() != GgufType.U64 || number.whole(0) >= 0)) {
      return OptionalLong.of(number.whole(0));
    }
    throw mistyped(key, expected, value.get());
  }

  /// {@return the whole number of a key that must be there}
  public long whole(String key) {
    return findWhole(key).orElseThrow(() -> missing(key, "a whole number"));
  }

  /// {@return the real number of a key, if it is there}
  public OptionalDouble findReal(String key) {
    Optional<GgufValue> value = find(key);
    if (value.isEmpty()) {
      return OptionalDouble.empty();
    }
    if (value.get() instanceof GgufValue.Scalars number
        && !number.isArray()
        && number.type().isReal()) {
      return OptionalDouble.of(number.real(0));
    }
    throw mistyped(key, "a real number", value.get());
  }

  /// {@return the real number of a key that must be there}
  public double real(String key) {
    return findReal(key).orElseThrow(() -> missing(key, "a real number"));
  }

  /// {@return the whole numbers of a key, each of at most 32 bits, if it is there}
  public Optional<int[]> findInts(String key) {
    return find(key)
        .map(
            value -> {
              if (value instanceof GgufValue.Scalars numbers
                  && numbers.isArray()
                  && numbers.type().isWhole()
                  && numbers.type().bytes() <= Integer.BYTES) {
                return IntStream.range(0, numbers.size())
                    .map(i -> (int) numbers.whole(i))
                    .toArray();
              }
              throw mistyped(key, "an array of whole numbers of at most 32 bits", value);
            });
  }

  /// {@return the real numbers of a key, if it is there; whole ones of at most 32 bits are taken, too}
  public Optional<float[]> findFloats(String key) {
    return find(key)
        .map(
            value -> {
              if (!(value instanceof GgufValue.Scalars numbers)
                  || !numbers.isArray()
                  || !(numbers.type() == GgufType.F32 || numbers.type() == GgufType.I32)) {
                throw mistyped(key, "an array of f32 or i32", value);
              }
              float[] floats = new float[numbers.size()];
              for (int i = 0; i < floats.length; i++) {
                floats[i] =
                    numbers.type() == GgufType.F32 ? (float) numbers.real(i) : numbers.whole(i);
              }
              return floats;
            });
  }

  private Optional<GgufValue> find(String key) {
    return Optional.ofNullable(metadata.get(key));
  }

  private MalformedException missing(String key, String expected) {
    return new MalformedException("%s: no key %s; expected is %s".formatted(name, key, expected));
  }

  private MalformedException mistyped(String key, String expected, GgufValue found) {
    return new MalformedException(
        "%s: key %s: expected %s, found %s"
            .formatted(name, Names.shown(key), expected, found.describe()));
  }
}
