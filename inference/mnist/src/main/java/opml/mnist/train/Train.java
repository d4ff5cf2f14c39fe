package opml.mnist.train;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import opml.formats.image.Pgm;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxWriter;
import opml.mnist.DemoModel;
import opml.mnist.data.LabelledImages;
import opml.mnist.data.MnistData;
import opml.mnist.digit.SampleDigit;
import opml.mnist.export.FloatModel;
import opml.mnist.export.Int8Model;
import opml.mnist.network.Images;
import opml.mnist.network.Network;
import opml.mnist.quantise.Calibration;
import opml.mnist.quantise.Quantiser;

/// Makes everything that this module has as resources: both demo models and the sample digits. Takes the folder with
/// the MNIST files and the folder to write to; the README beside the module's pom has the command.
///
/// Nothing may be chosen on the command line, so that there is one result, and anyone can check it.
public final class Train {
  static final int EPOCHS = 12;
  static final double RATE = 0.003;
  static final long SEED = 1;

  /// Training images that the quantiser looks at.
  static final int CALIBRATION_IMAGES = 1000;

  private Train() {}

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("usage: Train FOLDER_WITH_MNIST FOLDER_TO_WRITE_TO");
      System.exit(2);
    }
    run(MnistData.read(Path.of(arguments[0])), Path.of(arguments[1]), System.out);
  }

  static void run(MnistData data, Path folder, PrintStream log) throws IOException {
    Network network = train(data.training(), log);
    log.printf(
        "network: %.2f %% of the test images%n", 100 * Images.accuracy(network, data.test()));
    write(folder.resolve(DemoModel.FLOAT.fileName()), floatModel(network), log);
    write(folder.resolve(DemoModel.INT8.fileName()), int8Model(network, data.training()), log);
    Path digits = Files.createDirectories(folder.resolve("digit"));
    for (SampleDigit sample : SampleDigit.ALL) {
      write(digits.resolve(sample.fileName()), sampleFile(sample, data.test()), log);
    }
  }

  private static Network train(LabelledImages images, PrintStream log) {
    Trainer trainer = new Trainer(images, SEED);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      double loss = trainer.epoch(epoch, EPOCHS, RATE);
      log.printf("epoch %d of %d: mean loss %.4f%n", epoch + 1, EPOCHS, loss);
    }
    return trainer.network();
  }

  /// {@return the bytes of the float model's file}
  static byte[] floatModel(Network network) {
    return OnnxWriter.write(FloatModel.of(network));
  }

  /// {@return the bytes of the int8 model's file}
  static byte[] int8Model(Network network, LabelledImages training) {
    Calibration calibration = Calibration.of(network, training, CALIBRATION_IMAGES);
    OnnxModel model = Int8Model.of(Quantiser.quantise(network, calibration));
    return OnnxWriter.write(model);
  }

  /// {@return the bytes of a sample digit's file}
  static byte[] sampleFile(SampleDigit sample, LabelledImages test) {
    if (test.label(sample.testIndex()) != sample.label()) {
      throw new IllegalStateException(
          "test image %d shows a %d".formatted(sample.testIndex(), test.label(sample.testIndex())));
    }
    return Pgm.write(test.digit(sample.testIndex()).image(), sample.origin());
  }

  private static void write(Path file, byte[] bytes, PrintStream log) throws IOException {
    Files.write(file, bytes);
    log.printf("%s: %d bytes, sha256 %s%n", file, bytes.length, sha256(bytes));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
