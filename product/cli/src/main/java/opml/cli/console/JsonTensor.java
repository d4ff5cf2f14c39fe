package opml.cli.console;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import opml.core.codec.MalformedException;
import opml.engine.tensor.HalfFloats;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Tensors as JSON: arrays nested as the shape says, `[[0.5, -1, "NaN"]]`, or one flat array of all values, row by row.
/// JSON has no numbers for the three values that are none, so they are the strings "NaN", "Infinity" and "-Infinity".
///
/// Floats are rounded once, to the nearest, and written with as many digits as it takes to read the same bits again.
/// The text is read as a stream: memory goes to the values alone.
public final class JsonTensor {
  /// What a value may take of the file: its digits, and the indentation of some programs.
  private static final long TEXT_BYTES_A_VALUE = 256;

  private static final long TEXT_BYTES_IN_ANY_CASE = 64 << 10;

  /// Of a number, or of the name of a value that is none.
  private static final int MAX_CHARACTERS = 64;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Shape.MAX_RANK + 1)
                  .maxNumberLength(MAX_CHARACTERS)
                  .maxStringLength(MAX_CHARACTERS)
                  .build())
          .build();

  private final String source;
  private final TensorType type;
  private final JsonParser json;
  private final ByteBuffer values;

  private JsonTensor(String source, TensorType type, JsonParser json) {
    this.source = source;
    this.type = type;
    this.json = json;
    this.values = ByteBuffer.allocate(Math.toIntExact(type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// {@return the values' bytes}
  ///
  /// @param source names the file in errors
  /// @throws IOException if the stream cannot be read
  /// @throws MalformedException if it is not a tensor of this type and shape
  public static byte[] read(String source, InputStream in, TensorType wanted) throws IOException {
    long limit = TEXT_BYTES_IN_ANY_CASE + TEXT_BYTES_A_VALUE * wanted.shape().count();
    Reader text =
        new InputStreamReader(
            new BoundedStream(source, in, limit),
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    try (JsonParser json = FACTORY.createParser(text)) {
      JsonTensor tensor = new JsonTensor(source, wanted, json);
      try {
        return tensor.whole();
      } catch (StreamConstraintsException e) {
        throw tensor.malformed(tensor.tooLong());
      }
    } catch (JacksonException e) {
      throw new MalformedException(source + place(e.getLocation()) + ": " + words(e));
    } catch (CharacterCodingException e) {
      throw new MalformedException(source + ": not UTF-8, which JSON is written in");
    }
  }

  /// The parser tells Java programmers what it would have read; users are told what is wrong with the file.
  private static String words(JacksonException e) {
    if (e instanceof JsonEOFException) {
      return "not JSON: the file ends before its array does";
    }
    return Objects.requireNonNullElse(e.getOriginalMessage(), "").startsWith("Non-standard token")
        ? "not JSON: write \"NaN\", \"Infinity\" and \"-Infinity\" in quotes"
        : "not JSON from here on, expected are numbers in nested arrays, such as [[0.5, -1], [2, 3e4]]";
  }

  /// {@return a tensor as arrays nested like its shape, on one line}
  public static String write(Tensor tensor) {
    StringBuilder text = new StringBuilder();
    write(tensor, 0, 0, text);
    return text.append('\n').toString();
  }

  private static int write(Tensor tensor, int axis, int index, StringBuilder text) {
    if (axis == tensor.shape().rank()) {
      text.append(value(tensor, index));
      return index + 1;
    }
    int next = index;
    text.append('[');
    for (int i = 0; i < tensor.shape().dim(axis); i++) {
      text.append(i == 0 ? "" : ", ");
      next = write(tensor, axis + 1, next, text);
    }
    text.append(']');
    return next;
  }

  private static String value(Tensor tensor, int index) {
    return switch (tensor.type()) {
      case F32, F16, BF16 -> {
        float value = (float) tensor.real(index);
        yield Float.isFinite(value) ? Float.toString(value) : "\"" + value + "\"";
      }
      case F64 -> {
        double value = tensor.real(index);
        yield Double.isFinite(value) ? Double.toString(value) : "\"" + value + "\"";
      }
      case U64 -> Long.toUnsignedString(tensor.integer(index));
      default -> Long.toString(tensor.integer(index));
    };
  }

  private byte[] whole() throws IOException {
    json.nextToken();
    int rank = type.shape().rank();
    if (rank == 0 && json.currentToken() != JsonToken.START_ARRAY) {
      value();
    } else {
      requireArray("", type.shape().count());
      json.nextToken();
      boolean flat = rank != 1 && json.currentToken() != JsonToken.START_ARRAY;
      if (flat) {
        elements(type.shape().count(), this::value);
      } else {
        rows(0);
      }
    }
    if (json.nextToken() != null) {
      throw malformed("expected nothing behind the array");
    }
    return values.array();
  }

  private interface Element {
    void read() throws IOException;
  }

  /// Reads the rest of an array whose first token is the current one.
  private void elements(int count, Element element) throws IOException {
    for (int i = 0; i < count; i++) {
      if (json.currentToken() == JsonToken.END_ARRAY) {
        throw malformed("%s, expected are %,d".formatted(Amounts.count(i, "value"), count));
      }
      element.read();
      json.nextToken();
    }
    if (json.currentToken() != JsonToken.END_ARRAY) {
      throw malformed("more than %s, for %s".formatted(Amounts.count(count, "value"), type));
    }
  }

  private void rows(int axis) throws IOException {
    int count = type.shape().dim(axis);
    if (axis == type.shape().rank() - 1) {
      elements(count, this::value);
    } else {
      elements(
          count,
          () -> {
            requireArray(" in dimension " + (axis + 1), type.shape().dim(axis + 1));
            json.nextToken();
            rows(axis + 1);
          });
    }
  }

  private void requireArray(String where, int count) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw malformed(
          "%s, expected an array of %s%s, for %s"
              .formatted(shown(), Amounts.count(count, "value"), where, type));
    }
  }

  private void value() throws IOException {
    switch (type.element()) {
      case F32 -> values.putFloat((float) floating(Float::parseFloat));
      case U8 -> values.put((byte) integer(0, 255));
      case I8 -> values.put((byte) integer(Byte.MIN_VALUE, Byte.MAX_VALUE));
      case I32 -> values.putInt((int) integer(Integer.MIN_VALUE, Integer.MAX_VALUE));
      case I64 -> values.putLong(integer(Long.MIN_VALUE, Long.MAX_VALUE));
      case BOOL -> values.put(bool());
      case I16 -> values.putShort((short) integer(Short.MIN_VALUE, Short.MAX_VALUE));
      case U16 -> values.putShort((short) integer(0, Character.MAX_VALUE));
      case U32 -> values.putInt((int) integer(0, 0xffff_ffffL));
      case U64 -> values.putLong(unsigned());
      case F64 -> values.putDouble(floating(Double::parseDouble));
      case F16 ->
          values.putShort(
              HalfFloats.binary16(
                  floating(text -> finite(text, Float::float16ToFloat, HalfFloats::binary16))));
      case BF16 ->
          values.putShort(
              HalfFloats.bfloat16(
                  floating(text -> finite(text, HalfFloats::ofBfloat16, HalfFloats::bfloat16))));
      default ->
          throw new IllegalStateException("no model takes or says " + type.element().label());
    }
  }

  private interface HalfOf {
    short of(double value);
  }

  private interface OfHalf {
    float of(short bits);
  }

  /// {@return a number as it was rounded once to 53 bits, infinite if it is beyond what 16 bits hold}
  private static double finite(String text, OfHalf back, HalfOf half) {
    double value = Double.parseDouble(text);
    return Float.isFinite(back.of(half.of(value))) ? value : Double.POSITIVE_INFINITY;
  }

  private long unsigned() throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      BigInteger value = json.getBigIntegerValue();
      if (value.signum() >= 0 && value.bitLength() <= Long.SIZE) {
        return value.longValue();
      }
    }
    throw malformed("%s, expected an integer from 0 to 2^64 - 1, for %s".formatted(shown(), type));
  }

  private double floating(ToDoubleFunction<String> parse) throws IOException {
    switch (json.currentToken()) {
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
        double value = parse.applyAsDouble(json.getText());
        if (!Double.isFinite(value)) {
          throw malformed(
              "%s, which is beyond the floats of %d bits"
                  .formatted(shown(), Byte.SIZE * type.element().bytes()));
        }
        return value;
      }
      case VALUE_STRING -> {
        switch (json.getText()) {
          case "NaN" -> {
            return Double.NaN;
          }
          case "Infinity" -> {
            return Double.POSITIVE_INFINITY;
          }
          case "-Infinity" -> {
            return Double.NEGATIVE_INFINITY;
          }
          default -> throw notFloat();
        }
      }
      case null, default -> throw notFloat();
    }
  }

  private MalformedException notFloat() throws IOException {
    return malformed(
        shown() + ", expected a number, or \"NaN\", \"Infinity\" or \"-Infinity\", for " + type);
  }

  private long integer(long least, long greatest) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT
        && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      long value = json.getLongValue();
      if (value >= least && value <= greatest) {
        return value;
      }
    }
    throw malformed(
        "%s, expected an integer from %d to %d, for %s".formatted(shown(), least, greatest, type));
  }

  private byte bool() throws IOException {
    return switch (json.currentToken()) {
      case VALUE_TRUE -> 1;
      case VALUE_FALSE -> 0;
      case VALUE_NUMBER_INT -> (byte) integer(0, 1);
      case null, default ->
          throw malformed(shown() + ", expected true, false, 0 or 1, for " + type);
    };
  }

  /// {@return the current token as errors show it}
  private String shown() throws IOException {
    return switch (json.currentToken()) {
      case START_ARRAY -> "an array";
      case START_OBJECT -> "an object";
      case END_ARRAY -> "the end of an array";
      case null -> "the end of the file";
      default -> Messages.oneLine(json.getText());
    };
  }

  /// {@return what the parser would not read, which it tells in its own programmers' words and without a place}
  private String tooLong() {
    return json.currentToken() == JsonToken.VALUE_STRING
        ? "a string of more than " + MAX_CHARACTERS + " characters"
        : "a number of more than " + MAX_CHARACTERS + " characters";
  }

  private MalformedException malformed(String problem) {
    return new MalformedException(source + place(json.currentTokenLocation()) + ": " + problem);
  }

  private static String place(@Nullable JsonLocation location) {
    return location == null
        ? ""
        : ", line %d, column %d".formatted(location.getLineNr(), location.getColumnNr());
  }

  /// A stream that is given up where it is longer than any such array.
  private static final class BoundedStream extends FilterInputStream {
    private final String source;
    private final long limit;
    private long read;

    BoundedStream(String source, InputStream in, long limit) {
      super(in);
      this.source = source;
      this.limit = limit;
    }

    @Override
    public int read() throws IOException {
      int next = super.read();
      count(next < 0 ? 0 : 1);
      return next;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      int count = super.read(buffer, from, length);
      count(Math.max(0, count));
      return count;
    }

    private void count(int more) {
      read += more;
      if (read > limit) {
        throw new MalformedException(
            "%s: more than %d bytes, expected is one array of numbers".formatted(source, limit));
      }
    }
  }
}
