package opml.formats.onnx.file;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// Tells by its first bytes what a file is that somebody took for a model. No ONNX model begins like any of these.
final class FileKind {
  /// How many of a file's first bytes are enough.
  static final int HEAD = 512;

  private FileKind() {}

  /// {@return what begins so, as in "this is a GGUF file", if it is known and no ONNX model}
  ///
  /// @param head the first [#HEAD] bytes, or all
  static Optional<String> of(byte[] head) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (head.length == 0) {
      return Optional.of("the file is empty");
    }
    if (text.startsWith("GGUF")) {
      return Optional.of("this is a GGUF file");
    }
    if (text.startsWith("TFL3", 4)) {
      return Optional.of("this is a TFLite file");
    }
    if (text.startsWith("PK\3\4")) {
      return Optional.of(
          text.contains("data.pkl")
              ? "this is a PyTorch file; export the model with torch.onnx"
              : "this is a zip archive");
    }
    if (head[0] == (byte) 0x80 && head.length > 1 && head[1] >= 2 && head[1] <= 5) {
      return Optional.of(
          "this is a Python pickle, as PyTorch writes them; export the model with torch.onnx");
    }
    if (isSafetensors(text)) {
      return Optional.of("this is a safetensors file");
    }
    if (text.startsWith("\u0089HDF\r\n")) {
      return Optional.of("this is an HDF5 file, as Keras writes them");
    }
    if (text.startsWith("\u0093NUMPY")) {
      return Optional.of("this is a NumPy array");
    }
    if (text.startsWith("\u001f\u008b")) {
      return Optional.of("this is a gzip archive");
    }
    if (text.startsWith("ustar", 257)) {
      return Optional.of("this is a tar archive");
    }
    return text(text);
  }

  private static Optional<String> text(String text) {
    if (text.startsWith("version https://git-lfs")) {
      return Optional.of("this is a git-LFS pointer, the model itself was not fetched");
    }
    String begin = text.replaceFirst("^\u00ef\u00bb\u00bf", "").strip().toLowerCase(Locale.ROOT);
    if (begin.startsWith("<!doctype html") || begin.startsWith("<html")) {
      return Optional.of("this is an HTML page");
    }
    return text.chars().allMatch(FileKind::isText)
        ? Optional.of("this is a text file")
        : Optional.empty();
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
