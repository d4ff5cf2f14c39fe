package opml.formats.gguf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import opml.core.codec.Names;
import opml.engine.tensor.Tensor;
import opml.formats.file.ByteSource;
import opml.formats.file.FileBytes;
import opml.formats.file.TensorTable;

/// Reads the head of a GGUF file: strictly, within bounds, and none of the tensors' bytes.
///
/// Of a model that is split into files it reads all heads, whichever of the files it is given ([GgufParts]).
///
/// The bounds are some ten times what models have. They are there because a count is eight bytes of anybody's, and the
/// memory that it asks for is ours.
public final class GgufReader {
  private static final int MAGIC = 0x4655_4747;
  private static final String ALIGNMENT = "general.alignment";
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int MAX_ALIGNMENT = 1 << 20;

  private static final int MAX_PAIRS = 1 << 16;
  private static final int MAX_TENSORS = 1 << 16;
  private static final int MAX_DIMS = 4;

  /// Bytes of a key and of a tensor's name, as the format has them.
  private static final int MAX_KEY = 65_535;

  private static final int MAX_NAME = 64;

  private static final int MAX_TEXT = 1 << 24;

  /// Strings in all arrays together: an empty one is eight bytes in a file, and an object here.
  private static final int MAX_TEXTS = 1 << 21;

  /// The least bytes of a key with its value, of a tensor's row, and of a string.
  private static final int LEAST_PAIR = 8 + 4 + 1;

  private static final int LEAST_TENSOR = 8 + 4 + 4 + 8;
  private static final int LEAST_TEXT = 8;

  private static final GgufType[] TYPES = GgufType.values();

  private final ByteSource source;
  private final GgufBytes in;
  private int texts;

  private GgufReader(ByteSource source) {
    this.source = source;
    this.in = new GgufBytes(source);
  }

  /// {@return what a file has, with all files that it is split into}
  ///
  /// @throws MalformedException if it is no GGUF file, or one that breaks the format's rules, or a file that it is
  ///     split into is missing or does not belong to it
  /// @throws IOException if it cannot be read
  public static GgufFile read(Path file) throws IOException {
    return GgufParts.all(file, readAlone(file));
  }

  /// {@return what a file has that a model is in as a whole} No other file is looked at.
  ///
  /// @throws MalformedException also if it is a part of a split model
  /// @throws IOException if it cannot be read
  public static GgufFile readWhole(Path file) throws IOException {
    return GgufParts.single(readAlone(file));
  }

  /// {@return what a file in memory has, which is no part of a split model}
  ///
  /// @param name what errors call it
  public static GgufFile read(String name, byte[] bytes) {
    try {
      return GgufParts.single(read(new ByteSource.InMemory(name, bytes)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// {@return what one file has}
  static GgufFile readAlone(Path file) throws IOException {
    try (FileBytes source = FileBytes.of(file.toString(), file)) {
      return read(source);
    }
  }

  private static GgufFile read(ByteSource source) throws IOException {
    return new GgufReader(source).file();
  }

  private GgufFile file() throws IOException {
    if (source.size() < Integer.BYTES || in.u32("magic number") != MAGIC) {
      throw in.malformed(0, "not a GGUF file");
    }
    int version = version();
    int tensorCount = in.count(MAX_TENSORS, LEAST_TENSOR, "number of tensors");
    int pairCount = in.count(MAX_PAIRS, LEAST_PAIR, "number of metadata keys");

    Map<String, GgufValue> metadata = new LinkedHashMap<>();
    long alignmentAt = 0;
    for (int i = 0; i < pairCount; i++) {
      long at = in.position();
      String key = key(i);
      if (metadata.putIfAbsent(key, value(key)) != null) {
        throw in.malformed(at, "key %s stands twice".formatted(Names.shown(key)));
      }
      alignmentAt = key.equals(ALIGNMENT) ? at : alignmentAt;
    }

    List<GgufTensor> rows = new ArrayList<>();
    for (int i = 0; i < tensorCount; i++) {
      rows.add(row(i));
    }
    Map<String, Tensor> tensors = tensors(rows, alignment(metadata, alignmentAt));
    return new GgufFile(source.name(), version, metadata, tensors);
  }

  private Map<String, Tensor> tensors(List<GgufTensor> rows, int alignment) {
    long dataStart = Math.ceilDiv(in.position(), (long) alignment) * alignment;
    List<TensorTable.Entry> entries = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    for (GgufTensor row : rows) {
      row.entry(dataStart).ifPresent(entries::add);
      if (row.type().isEmpty()) {
        faults.add(
            "%s: type %s is not among those that we have"
                .formatted(row.name(), GgmlTypes.describe(row.code())));
      }
      if (Long.remainderUnsigned(row.offset(), alignment) != 0) {
        faults.add(
            "%s: expected an offset in the data that is a multiple of %d, found %s"
                .formatted(row.name(), alignment, Long.toUnsignedString(row.offset())));
      }
    }
    return TensorTable.of(source, entries, faults).tensors();
  }

  private int version() throws IOException {
    long at = in.position();
    int version = in.u32("version");
    if (version == 2 || version == 3) {
      return version;
    }
    if (version == 1) {
      throw in.malformed(at, "GGUF version 1, which nobody writes any more; expected 2 or 3");
    }
    int reversed = Integer.reverseBytes(version);
    if (reversed >= 1 && reversed <= 3) {
      throw in.malformed(at, "a big-endian GGUF file; expected a little-endian one");
    }
    throw in.malformed(at, "version: expected 2 or 3, found " + Integer.toUnsignedString(version));
  }

  private String key(int index) throws IOException {
    long at = in.position();
    String key = in.text(MAX_KEY, "key " + index);
    if (key.isEmpty() || key.chars().anyMatch(c -> c >= 0x7f || c < ' ')) {
      throw in.malformed(
          at, "key %d: expected ASCII, found '%s'".formatted(index, Names.shown(key)));
    }
    return key;
  }

  private GgufValue value(String key) throws IOException {
    String what = "value of " + Names.shown(key);
    GgufType type = type(what);
    return switch (type) {
      case STRING -> new GgufValue.Text(in.text(MAX_TEXT, what));
      case ARRAY -> array(what);
      default -> scalars(type, false, 1, what);
    };
  }

  private GgufValue array(String what) throws IOException {
    long at = in.position();
    GgufType element = type("elements of " + what);
    String number = "number of elements in " + what;
    if (element == GgufType.ARRAY) {
      throw in.malformed(at, what + ": an array of arrays, which no key that is read here has");
    }
    if (element != GgufType.STRING) {
      int most = (int) (GgufBytes.MAX_HEAD / element.bytes());
      return scalars(element, true, in.count(most, element.bytes(), number), what);
    }
    int count = in.count(MAX_TEXTS - texts, LEAST_TEXT, number);
    texts += count;
    List<String> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(in.text(MAX_TEXT, "string %d in %s".formatted(i, what)));
    }
    return new GgufValue.Texts(values);
  }

  private GgufValue scalars(GgufType type, boolean isArray, int count, String what)
      throws IOException {
    long at = in.position();
    byte[] bytes = in.bytes(count * type.bytes(), what);
    if (type == GgufType.BOOL) {
      for (int i = 0; i < count; i++) {
        if ((bytes[i] & 0xff) > 1) {
          throw in.malformed(
              at + i, "%s: expected 0 or 1, found %d".formatted(what, bytes[i] & 0xff));
        }
      }
    }
    return new GgufValue.Scalars(type, isArray, bytes);
  }

  private GgufType type(String what) throws IOException {
    long at = in.position();
    int code = in.u32("type of " + what);
    if (code < 0 || code >= TYPES.length) {
      throw in.malformed(
          at,
          "type of %s: expected 0 to %d, found %s"
              .formatted(what, TYPES.length - 1, Integer.toUnsignedString(code)));
    }
    return TYPES[code];
  }

  private GgufTensor row(int index) throws IOException {
    String name = in.text(MAX_NAME, "name of tensor " + index);
    String what = "tensor %d (%s)".formatted(index, Names.shown(name));
    long countAt = in.position();
    int count = in.u32("number of dimensions of " + what);
    if (count < 0 || count > MAX_DIMS) {
      throw in.malformed(
          countAt,
          "%s: expected at most %d dimensions, found %s"
              .formatted(what, MAX_DIMS, Integer.toUnsignedString(count)));
    }
    List<Long> dims = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      dims.addFirst(in.u64("dimensions of " + what));
    }
    int code = in.u32("type of " + what);
    long offset = in.u64("offset of " + what);
    return new GgufTensor(name, dims, GgmlTypes.of(code), code, offset);
  }

  private int alignment(Map<String, GgufValue> metadata, long at) {
    GgufValue given = metadata.get(ALIGNMENT);
    if (given == null) {
      return DEFAULT_ALIGNMENT;
    }
    String expected =
        "%s: expected a u32, a multiple of 8 up to %,d".formatted(ALIGNMENT, MAX_ALIGNMENT);
    if (!(given instanceof GgufValue.Scalars value)
        || value.isArray()
        || value.type() != GgufType.U32) {
      throw in.malformed(at, "%s, found %s".formatted(expected, given.describe()));
    }
    long alignment = value.whole(0);
    if (alignment == 0 || alignment % 8 != 0 || alignment > MAX_ALIGNMENT) {
      throw in.malformed(at, "%s, found %d".formatted(expected, alignment));
    }
    return (int) alignment;
  }
}
