package opml.mnist;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// The models in the jar: small convolutional networks for handwritten digits that [opml.mnist.train.Train] made.
///
/// Both take the pixels 0..255 as they are, one image as (1, 1, 28, 28), and give ten logits, f32 (1, 10); the greatest
/// names the digit.
public enum DemoModel {
  /// Pixels as floats, f32 throughout.
  FLOAT("mnist-cnn.onnx"),
  /// Pixels as unsigned bytes, int8 up to the logits.
  INT8("mnist-cnn-int8.onnx");

  private final String fileName;

  DemoModel(String fileName) {
    this.fileName = fileName;
  }

  /// {@return the name of the ONNX file beside this class}
  public String fileName() {
    return fileName;
  }

  /// {@return the bytes of the ONNX file}
  public byte[] onnx() {
    try (InputStream in = DemoModel.class.getResourceAsStream(fileName)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + fileName);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
