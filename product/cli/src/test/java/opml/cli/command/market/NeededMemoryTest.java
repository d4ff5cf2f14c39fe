package opml.cli.command.market;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import opml.cli.console.Failure;
import opml.engine.trace.RunMemory;
import org.junit.jupiter.api.Test;

class NeededMemoryTest {
  private static final long MEGABYTE = 1_000_000;

  private static RunMemory run(long least, long outside) {
    return new RunMemory(0, 0, 0, least * MEGABYTE, outside * MEGABYTE);
  }

  @Test
  void whatFitsIsLeftAlone() {
    NeededMemory memory = new NeededMemory(10 * MEGABYTE, 100 * MEGABYTE);
    memory.add("a.onnx", run(10, 40), 0);
    memory.add("b.gguf", run(10, 50), 10 * MEGABYTE);
    memory.problems().fail();
  }

  @Test
  void ofTheHeapEachRunIsLookedAtByItselfAndAllThatDoNotFitAreTold() {
    NeededMemory memory = new NeededMemory(10 * MEGABYTE, 100 * MEGABYTE);
    memory.add("a.onnx", run(11, 0), 0);
    memory.add("b.onnx", run(10, 0), 0);
    memory.add("c.onnx", run(12, 0), 0);
    assertThatThrownBy(() -> memory.problems().fail())
        .isInstanceOf(Failure.class)
        .hasMessage(
            "a.onnx: a run takes at least 11 MB, Java has 10 MB; give it more with JAVA_TOOL_OPTIONS=-Xmx"
                + "; also c.onnx: a run takes at least 12 MB, Java has 10 MB; give it more with"
                + " JAVA_TOOL_OPTIONS=-Xmx");
  }

  @Test
  void whatStaysOutsideOfTheHeapIsAddedUpWithTheSessionsThatAnswer() {
    NeededMemory memory = new NeededMemory(10 * MEGABYTE, 100 * MEGABYTE);
    memory.add("a.gguf", run(1, 50), 20 * MEGABYTE);
    memory.add("b.gguf", run(1, 20), 11 * MEGABYTE);
    assertThatThrownBy(() -> memory.problems().fail())
        .isInstanceOf(Failure.class)
        .hasMessage(
            "b.gguf: it takes 31 MB outside of Java's heap, beside 70 MB of others, and there are 100 MB for that,"
                + " three quarters of the machine's");
  }
}
