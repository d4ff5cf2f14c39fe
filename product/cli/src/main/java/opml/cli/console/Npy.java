package opml.cli.console;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Arrays as NumPy keeps them in files: a magic, a version, and a header that is a Python dictionary of three entries,
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (1, 10), }`; then the values. Versions 1.0 to 3.0 differ only in
/// the header's length field and in its characters.
///
/// Read are only little-endian arrays in C order of types that a model can have: there is nothing to convert then,
/// and a value that was rounded on the way would be another input.
///
/// Source: NumPy's `numpy.lib.format`, and NEP 1.
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;

  /// Of what NumPy writes itself for arrays of a plain type, the longest header has some 400 bytes.
  private static final int HEADER_MAX = 1 << 16;

  private final String source;
  private final byte[] bytes;
  private int offset;
  private int end;

  private Npy(String source, byte[] bytes) {
    this.source = source;
    this.bytes = bytes;
  }

  /// {@return whether a file that begins like this says that it is one}
  public static boolean isMagic(byte[] beginning) {
    return beginning.length >= MAGIC.length
        && Arrays.equals(beginning, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /// {@return the values' bytes}
  ///
  /// @param source names the file in errors
  /// @throws MalformedException if it is not such an array, or not one of this type and shape
  public static byte[] read(String source, byte[] file, TensorType wanted) {
    Npy npy = new Npy(source, file);
    int descrAt = npy.header();
    if (!npy.descr.equals(descr(wanted.element()))) {
      throw npy.malformed(descrAt, "the type " + npy.descr + ", expected " + typeOf(wanted));
    }
    if (!npy.shape.equals(wanted.shape().dims())) {
      throw npy.malformed(
          npy.shapeAt,
          "the shape %s, expected %s of %s"
              .formatted(text(npy.shape), text(wanted.shape().dims()), wanted));
    }
    return npy.values(wanted.element(), wanted.bytes());
  }

  /// {@return the values' bytes of an array whose type and shape nobody knows but the file}
  ///
  /// @param wanted how many bytes there must be
  /// @throws MalformedException if it is not such an array, or not of so many bytes
  public static byte[] read(String source, byte[] file, long wanted) {
    Npy npy = new Npy(source, file);
    return npy.values(npy.element(npy.header()), wanted);
  }

  /// {@return an array of whatever type and shape}
  ///
  /// @throws MalformedException if it is not such an array
  public static Tensor tensor(String source, byte[] file) {
    Npy npy = new Npy(source, file);
    int descrAt = npy.header();
    ElementType element = npy.element(descrAt);
    try {
      Shape shape = new Shape(npy.shape);
      return Tensor.ofBytes(element, shape, npy.values(element, Tensor.byteSize(element, shape)));
    } catch (IllegalArgumentException e) {
      throw npy.malformed(
          npy.shapeAt, "the shape %s: %s".formatted(text(npy.shape), e.getMessage()));
    }
  }

  private ElementType element(int descrAt) {
    return ElementType.computed().stream()
        .filter(one -> descr(one).equals(descr))
        .findFirst()
        .orElseThrow(
            () ->
                malformed(
                    descrAt,
                    "the type "
                        + descr
                        + ", expected one of "
                        + ElementType.computed().stream()
                            .map(Npy::descr)
                            .collect(Collectors.joining(" "))));
  }

  /// {@return a tensor as a file of version 1.0}
  public static byte[] write(TensorType type, byte[] values) {
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }"
            .formatted(descr(type.element()), text(type.shape().dims()));
    int before = MAGIC.length + 4;
    int length = before + header.length() + 1;
    int padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer out =
        ByteBuffer.allocate(Math.addExact(padded, values.length)).order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (padded - before));
    out.put((header + " ".repeat(padded - length) + "\n").getBytes(StandardCharsets.US_ASCII));
    return out.put(values).array();
  }

  private static String descr(ElementType element) {
    return switch (element) {
      case F32 -> "<f4";
      case U8 -> "|u1";
      case I8 -> "|i1";
      case I32 -> "<i4";
      case I64 -> "<i8";
      case BOOL -> "|b1";
      case F64 -> "<f8";
      case F16 -> "<f2";
      case BF16 -> "<V2"; // NumPy has no such type, and package ml_dtypes writes this for its own
      case I16 -> "<i2";
      case U16 -> "<u2";
      case U32 -> "<u4";
      case U64 -> "<u8";
      default -> throw new IllegalArgumentException("no model takes or says " + element.label());
    };
  }

  private static String typeOf(TensorType wanted) {
    return "%s for %s; in NumPy, a.astype('%s') converts"
        .formatted(descr(wanted.element()), wanted, descr(wanted.element()));
  }

  /// A tuple as Python writes it: `()`, `(10,)`, `(1, 10)`.
  private static String text(List<Integer> dims) {
    String inner = dims.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return "(" + inner + (dims.size() == 1 ? ",)" : ")");
  }

  // What the header says, once it was read.
  private String descr = "";
  private List<Integer> shape = List.of();
  private int shapeAt;

  /// Reads the header and leaves the offset behind it.
  ///
  /// @return where the type stands
  private int header() {
    if (!isMagic(bytes)) {
      throw malformed(0, "expected \\x93NUMPY, with which an .npy file begins");
    }
    require(2, MAGIC.length, "the version");
    int major = bytes[MAGIC.length];
    if (major < 1 || major > 3 || bytes[MAGIC.length + 1] != 0) {
      throw malformed(
          MAGIC.length,
          "version %d.%d, expected 1.0, 2.0 or 3.0"
              .formatted(major & 0xff, bytes[MAGIC.length + 1] & 0xff));
    }
    int lengthAt = MAGIC.length + 2;
    int width = major == 1 ? 2 : 4;
    require(width, lengthAt, "the header's length");
    ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long length =
        width == 2 ? fields.getShort(lengthAt) & 0xffffL : fields.getInt(lengthAt) & 0xffff_ffffL;
    if (length > HEADER_MAX) {
      throw malformed(
          lengthAt, "a header of " + length + " bytes, expected are at most " + HEADER_MAX);
    }
    offset = lengthAt + width;
    require((int) length, offset, "the header");
    end = offset + (int) length;
    int descrAt = dictionary();
    offset = end;
    return descrAt;
  }

  private int dictionary() {
    int descrAt = 0;
    Set<String> missing = new HashSet<>(Set.of("descr", "fortran_order", "shape"));
    expect('{');
    while (!next('}')) {
      int keyAt = at();
      String key = string();
      if (!missing.remove(key)) {
        throw malformed(
            keyAt, "'" + key + "', expected once each are 'descr', 'fortran_order' and 'shape'");
      }
      expect(':');
      switch (key) {
        case "descr" -> {
          descrAt = at();
          descr = type();
        }
        case "fortran_order" -> order();
        default -> {
          shapeAt = at();
          shape = tuple();
        }
      }
      if (!next(',')) {
        expect('}');
        break;
      }
    }
    if (!missing.isEmpty()) {
      throw malformed(offset, "no " + missing.stream().sorted().findFirst().orElseThrow());
    }
    skipSpace();
    if (offset != end) {
      throw malformed(offset, "expected nothing but white space up to the header's end");
    }
    return descrAt;
  }

  private String type() {
    int at = at();
    if (at < end && bytes[at] == '[') {
      throw malformed(at, "an array of records, expected one of plain values, such as '<f4'");
    }
    String type = string();
    if (type.startsWith(">")) {
      throw malformed(
          at,
          "the values are big-endian (%s), expected little-endian; in NumPy, a.astype('<%s') converts"
              .formatted(type, type.substring(1)));
    }
    return type;
  }

  private void order() {
    int at = at();
    if (word("True")) {
      throw malformed(
          at,
          "the values are stored column by column (fortran_order), expected row by row; in NumPy,"
              + " numpy.ascontiguousarray(a) turns them");
    }
    if (!word("False")) {
      throw malformed(at, "expected True or False");
    }
  }

  private List<Integer> tuple() {
    int begin = at();
    List<Integer> dims = new ArrayList<>();
    expect('(');
    while (!next(')')) {
      if (dims.size() == Shape.MAX_RANK) {
        throw malformed(begin, "a shape of more than " + Shape.MAX_RANK + " dimensions");
      }
      dims.add(number());
      if (!next(',')) {
        if (dims.size() == 1) {
          throw malformed(at(), "expected a comma: a tuple of one number ends with one");
        }
        expect(')');
        break;
      }
    }
    return dims;
  }

  private int number() {
    int begin = at();
    long value = 0;
    int digits = 0;
    while (offset < end && bytes[offset] >= '0' && bytes[offset] <= '9' && digits < 11) {
      value = 10 * value + bytes[offset++] - '0';
      digits++;
    }
    if (digits == 0 || value > Integer.MAX_VALUE) {
      throw malformed(begin, "expected a number from 0 to " + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  /// A string without escapes; none of those that are expected needs any.
  private String string() {
    int begin = at();
    int quote = begin < end ? bytes[begin] : 0;
    if (quote != '\'' && quote != '"') {
      throw malformed(begin, "expected a string in quotes");
    }
    int close = begin + 1;
    while (close < end && bytes[close] != quote) {
      if (bytes[close] < ' ' || bytes[close] > '~' || bytes[close] == '\\' || close - begin > 32) {
        throw malformed(close, "expected a short string of plain characters");
      }
      close++;
    }
    if (close == end) {
      throw malformed(begin, "a string without its closing quote");
    }
    offset = close + 1;
    return new String(bytes, begin + 1, close - begin - 1, StandardCharsets.US_ASCII);
  }

  private boolean word(String word) {
    byte[] letters = word.getBytes(StandardCharsets.US_ASCII);
    int at = at();
    if (end - at < letters.length
        || !Arrays.equals(bytes, at, at + letters.length, letters, 0, letters.length)) {
      return false;
    }
    offset = at + letters.length;
    return true;
  }

  private boolean next(char c) {
    int at = at();
    if (at == end || bytes[at] != c) {
      return false;
    }
    offset = at + 1;
    return true;
  }

  private void expect(char c) {
    if (!next(c)) {
      throw malformed(offset, "expected '" + c + "' in the header");
    }
  }

  /// {@return the offset of the next character of the header that is no white space}
  private int at() {
    skipSpace();
    return offset;
  }

  private void skipSpace() {
    while (offset < end && (bytes[offset] == ' ' || bytes[offset] == '\n')) {
      offset++;
    }
  }

  private byte[] values(ElementType element, long wanted) {
    int left = bytes.length - offset;
    if (left != wanted) {
      throw malformed(offset, "%d bytes of values follow, expected are %d".formatted(left, wanted));
    }
    if (!shapeFits(element, wanted)) {
      throw malformed(
          shapeAt, "the shape %s is not that of %d bytes".formatted(text(shape), wanted));
    }
    for (int i = offset; element == ElementType.BOOL && i < bytes.length; i++) {
      if (bytes[i] != 0 && bytes[i] != 1) {
        throw malformed(i, "the byte " + (bytes[i] & 0xff) + ", expected 0 or 1 for a bool");
      }
    }
    return Arrays.copyOfRange(bytes, offset, bytes.length);
  }

  private boolean shapeFits(ElementType element, long wanted) {
    @Nullable Shape whole;
    try {
      whole = new Shape(shape);
    } catch (IllegalArgumentException e) {
      // More elements than any tensor has.
      return false;
    }
    return (long) whole.count() * element.bytes() == wanted;
  }

  private void require(int count, int at, String what) {
    if (bytes.length - at < count) {
      throw malformed(
          bytes.length, "the file ends, expected " + what + ", " + count + " bytes from " + at);
    }
  }

  private MalformedException malformed(int at, String problem) {
    return new MalformedException(source + ", offset " + at + ": " + problem);
  }
}
