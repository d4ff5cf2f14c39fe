package opml.formats.onnx.file;

import java.io.IOException;
import java.nio.file.Path;
import opml.core.codec.MalformedException;
import opml.engine.graph.Graph;
import opml.formats.onnx.OnnxImporter;
import opml.formats.refusal.ImportException;

/// Imports the model file that is its argument and prints what comes of it. A JVM of its own, so that a test can
/// bound its memory.
final class LoadProbe {
  private LoadProbe() {}

  public static void main(String[] arguments) throws IOException {
    try {
      Graph graph = OnnxImporter.load(Path.of(arguments[0]));
      long kept =
          graph.slots().stream()
              .flatMap(slot -> slot.initial().stream())
              .mapToLong(tensor -> tensor.data().byteSize())
              .sum();
      System.out.println("loaded, " + kept + " bytes of constants");
    } catch (MalformedException | ImportException e) {
      System.out.println(e.getMessage());
    }
  }
}
