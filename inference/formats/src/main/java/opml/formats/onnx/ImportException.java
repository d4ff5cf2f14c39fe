package opml.formats.onnx;

import java.io.Serial;

/// A model that is well encoded but that we cannot run. The message names file, node and expectation.
public final class ImportException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  public ImportException(String message) {
    super(message);
  }
}
