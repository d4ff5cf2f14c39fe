package opml.formats.onnx.file;

import java.io.IOException;
import java.nio.file.Path;
import opml.core.codec.MalformedException;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.formats.onnx.OnnxImporter;
import opml.formats.refusal.ImportException;

/// Imports the model file that is its first argument and prints what comes of it. If the second is `loaded`, the
/// constants are read, too. A JVM of its own, so that a test can bound its memory.
final class LoadProbe {
  private LoadProbe() {}

  public static void main(String[] arguments) throws IOException {
    try {
      Graph graph = OnnxImporter.load(Path.of(arguments[0]));
      String how = arguments[1];
      long kept = 0;
      for (Slot slot : graph.slots()) {
        if (slot.initial().isPresent()) {
          kept += how.equals("loaded") ? slot.initial().get().data().byteSize() : slot.bytes();
        }
      }
      System.out.println(how + ", " + kept + " bytes of constants");
    } catch (MalformedException | ImportException e) {
      System.out.println(e.getMessage());
    }
  }
}
