import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.IntStream;
import opml.engine.plan.GraphRunner;
import opml.engine.run.NodeRunner;
import opml.formats.ModelLoader;
import opml.formats.image.Pgm;
import opml.twins.Twins;

/// Runs a model from a program of one's own: which digit is on an image?
///
/// @param arguments the model of the demo, and an image of 28 x 28 pixels
void main(String[] arguments) throws IOException {
  var graph = ModelLoader.graph(Path.of(arguments[0]));
  // A node whose native kernel throws has its result from the machine; this program has none.
  var runner = GraphRunner.natively(graph, Twins.provider(), NodeRunner.unavailable());
  byte[] pixels = Pgm.read(Path.of(arguments[1])).pixels();
  try (var arena = Arena.ofConfined()) {
    // Outside of the heap, which is faster, and used again and again: then a run allocates nothing.
    MemorySegment input = arena.allocate(graph.input().bytes());
    MemorySegment logits = arena.allocate(graph.output().bytes());
    for (int i = 0; i < pixels.length; i++) {
      input.setAtIndex(ValueLayout.JAVA_FLOAT, i, Byte.toUnsignedInt(pixels[i]));
    }
    if (runner.run(input, logits) instanceof GraphRunner.Ending.Failed(int node)) {
      throw new IllegalStateException("node %d failed".formatted(node));
    }
    IO.println(
        IntStream.range(0, (int) logits.byteSize() / Float.BYTES)
            .boxed()
            .max(Comparator.comparing(i -> logits.getAtIndex(ValueLayout.JAVA_FLOAT, i)))
            .orElseThrow());
  }
}
