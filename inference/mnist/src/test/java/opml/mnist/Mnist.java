package opml.mnist;

import java.io.IOException;
import java.nio.file.Path;
import opml.mnist.data.MnistData;
import org.junit.jupiter.api.Assumptions;

/// The MNIST data for tests, which skip themselves where npm has not installed it.
public final class Mnist {
  private static final Path FOLDER = MnistData.INSTALLED;

  private Mnist() {}

  /// {@return the data}
  public static MnistData orSkip() throws IOException {
    if (!MnistData.isIn(FOLDER)) {
      throw skip(
          "no MNIST data in "
              + FOLDER.toAbsolutePath()
              + "; npm ci --ignore-scripts in models/ installs it");
    }
    return MnistData.read(FOLDER);
  }

  /// Ends the test as skipped and says so where a person sees it.
  public static RuntimeException skip(String reason) {
    System.err.println("SKIPPED: " + reason);
    return Assumptions.abort("SKIPPED: " + reason);
  }
}
