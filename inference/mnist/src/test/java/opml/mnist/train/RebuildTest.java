package opml.mnist.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import opml.core.codec.MalformedException;
import opml.formats.onnx.file.OnnxReader;
import opml.mnist.DemoModel;
import opml.mnist.Mnist;
import opml.mnist.data.MnistData;
import opml.mnist.digit.SampleDigit;
import opml.mnist.export.FloatModel;
import opml.mnist.network.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// The files in the repository are what the program makes.
class RebuildTest {
  @Test
  void theCommittedFloatModelIsTheExportOfItsNetwork() {
    assertThat(Train.floatModel(committed())).isEqualTo(DemoModel.FLOAT.onnx());
  }

  @Test
  void theCommittedInt8ModelIsTheQuantisationOfTheFloatModel() throws IOException {
    MnistData data = Mnist.orSkip();
    assertThat(Train.int8Model(committed(), data.training())).isEqualTo(DemoModel.INT8.onnx());
  }

  @Test
  void theSampleDigitsAreTheTestImagesThatTheyNameAsTheirOrigin() throws IOException {
    MnistData data = Mnist.orSkip();
    for (SampleDigit sample : SampleDigit.ALL) {
      assertThat(data.test().label(sample.testIndex())).isEqualTo(sample.label());
      assertThat(sample.digit()).isEqualTo(data.test().digit(sample.testIndex()));
      assertThat(resource(sample)).isEqualTo(Train.sampleFile(sample, data.test()));
    }
  }

  /// Takes minutes, so it runs only when asked: `-Dopml.retrain=true`. Leaves the files in `target/retrained`.
  @Test
  @EnabledIfSystemProperty(named = "opml.retrain", matches = "true")
  void theCommittedFloatModelIsWhatTrainingGives() throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "retrained"));
    Train.run(Mnist.orSkip(), folder, new PrintStream(System.err, true));
    for (DemoModel model : DemoModel.values()) {
      assertThat(Files.readAllBytes(folder.resolve(model.fileName()))).isEqualTo(model.onnx());
    }
  }

  @Test
  void anotherModelIsNotTakenForTheNetwork() {
    var int8 = OnnxReader.parse("int8", DemoModel.INT8.onnx());
    assertThatThrownBy(() -> FloatModel.network("int8", int8))
        .isInstanceOf(MalformedException.class)
        .hasMessage("int8: expected an initializer weights0 of 72 floats");
  }

  private static byte[] resource(SampleDigit sample) throws IOException {
    try (InputStream in = SampleDigit.class.getResourceAsStream(sample.fileName())) {
      return in.readAllBytes();
    }
  }

  private static Network committed() {
    String name = DemoModel.FLOAT.fileName();
    return FloatModel.network(name, OnnxReader.parse(name, DemoModel.FLOAT.onnx()));
  }
}
