package opml.formats.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/// What a file is that somebody took for a model, told by its first bytes. No ONNX model begins like any of the others;
/// it has no signature itself, so that a file that begins like none of them may be one, which its reader tells.
public enum FileKind {
  ONNX("an ONNX file"),
  GGUF("a GGUF file"),
  SAFETENSORS("a safetensors file"),
  LLAMA2C("a llama2.c checkpoint"),
  TFLITE("a TFLite file"),
  PYTORCH("a PyTorch file; export the model with torch.onnx"),
  PICKLE("a Python pickle, as PyTorch writes them; export the model with torch.onnx"),
  HDF5("an HDF5 file, as Keras writes them"),
  NUMPY("a NumPy array"),
  ZIP("a zip archive"),
  GZIP("a gzip archive"),
  TAR("a tar archive"),
  LFS("a git-LFS pointer, the model itself was not fetched"),
  HTML("an HTML page"),
  TEXT("a text file"),
  EMPTY("an empty file");

  /// How many of a file's first bytes are enough.
  private static final int HEAD = 512;

  private static final int LLAMA2C_NUMBERS = 7;
  private static final int LLAMA2C_TOKENS = 5;
  private static final int LLAMA2C_MOST = 1 << 20;

  private final String label;

  FileKind(String label) {
    this.label = label;
  }

  /// {@return what it is in words: `a GGUF file`}
  public String label() {
    return label;
  }

  /// {@return the kind of a file}
  ///
  /// @throws opml.core.codec.MalformedException if it is no regular file
  /// @throws IOException if it cannot be read
  public static FileKind of(Path file) throws IOException {
    try (FileBytes source = FileBytes.of(file.toString(), file)) {
      byte[] head = new byte[(int) Math.min(HEAD, source.size())];
      source.read(0, MemorySegment.ofArray(head));
      return of(head);
    }
  }

  /// {@return the kind of what begins so}
  ///
  /// @param head the first bytes, 512 or all
  static FileKind of(byte[] head) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (head.length == 0) {
      return EMPTY;
    }
    if (text.startsWith("GGUF")) {
      return GGUF;
    }
    if (text.startsWith("24ka") || isLlama2c(head)) {
      return LLAMA2C;
    }
    if (text.startsWith("TFL3", 4)) {
      return TFLITE;
    }
    if (text.startsWith("PK\3\4")) {
      return text.contains("data.pkl") ? PYTORCH : ZIP;
    }
    if (head[0] == (byte) 0x80 && head.length > 1 && head[1] >= 2 && head[1] <= 5) {
      return PICKLE;
    }
    if (isSafetensors(text)) {
      return SAFETENSORS;
    }
    if (startsWith(head, 0x89, 'H', 'D', 'F', '\r', '\n')) {
      return HDF5;
    }
    if (startsWith(head, 0x93, 'N', 'U', 'M', 'P', 'Y')) {
      return NUMPY;
    }
    if (startsWith(head, 0x1f, 0x8b)) {
      return GZIP;
    }
    if (text.startsWith("ustar", 257)) {
      return TAR;
    }
    return text(head, text);
  }

  private static FileKind text(byte[] head, String text) {
    if (text.startsWith("version https://git-lfs")) {
      return LFS;
    }
    boolean marked = startsWith(head, 0xef, 0xbb, 0xbf);
    String begin = text.substring(marked ? 3 : 0).strip().toLowerCase(Locale.ROOT);
    if (begin.startsWith("<!doctype html") || begin.startsWith("<html")) {
      return HTML;
    }
    return text.chars().allMatch(FileKind::isText) ? TEXT : ONNX;
  }

  private static boolean startsWith(byte[] head, int... signature) {
    for (int i = 0; i < signature.length; i++) {
      if (i == head.length || (head[i] & 0xff) != signature[i]) {
        return false;
      }
    }
    return true;
  }

  /// The legacy format has no signature but seven numbers, of which only that of tokens may be negative. Other formats
  /// begin with tags and lengths, which are greater.
  private static boolean isLlama2c(byte[] head) {
    if (head.length < LLAMA2C_NUMBERS * Integer.BYTES) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < LLAMA2C_NUMBERS; i++) {
      int number = in.getInt();
      int size = i == LLAMA2C_TOKENS ? Math.abs(number) : number;
      if (size < 1 || size > LLAMA2C_MOST) {
        return false;
      }
    }
    return true;
  }

  /// The length of a JSON object, then the object.
  private static boolean isSafetensors(String text) {
    return text.startsWith("\0\0{\"", 6)
        || text.startsWith("\0\0{ ", 6)
        || text.startsWith("\0\0{}", 6);
  }

  private static boolean isText(int c) {
    return c >= ' ' && c != 0x7f || c == '\t' || c == '\n' || c == '\r';
  }
}
