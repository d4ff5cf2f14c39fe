package opml.lab.conformance.bits;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.engine.commit.Model;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.Bindings;
import opml.formats.onnx.OnnxImporter;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.bench.peer.WrittenEncoder;
import opml.proof.Frames;
import opml.proof.GraphWorkshop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is asked in all JVMs, and of the machine: on an encoder of sentences.
class ChanceInputsTest {
  private static final int TOKENS = 4;
  private static final long MOST = 1L << 40;

  private final long seed = System.nanoTime();
  private final Model model =
      Model.of(
          OnnxImporter.of("encoder", WrittenEncoder.model(seed), WrittenEncoder.bindings(TOKENS)),
          PinnedPrograms::of);

  @TempDir private Path folder;

  @Test
  void wholeNumbersAreManyWhereWhatComesOfThemIsNumbers() {
    SortedMap<String, Integer> below =
        ChanceInputs.ranges(model, GraphWorkshop.runner(model), seed);
    assertThat(below)
        .as("seed %d", seed)
        .containsOnlyKeys("attention_mask", "input_ids", "token_type_ids")
        .containsEntry("attention_mask", 2)
        .containsEntry("input_ids", 1000);
  }

  @Test
  void theMachineRunsOneNodeOfEachKernelAndAgrees() {
    byte[] input =
        ChanceInputs.input(model, new SplittableRandom(seed), Map.of())
            .toArray(ValueLayout.JAVA_BYTE);
    Frames frames = GraphWorkshop.frames(model, GraphWorkshop.runner(model), input);
    MachineSample sample = MachineSample.take(model, frames, seed, 1L << 26);
    assertThat(sample.difference()).as("seed %d", seed).isEmpty();
    assertThat(sample.nodes()).isBetween(20, sample.of());
    assertThat(sample.instructions()).isPositive();
  }

  @Test
  void asManyNodesAreChosenAsTheirInstructionsAllow() {
    int all = model.nodes().size();
    assertThat(MachineSample.choice(model, seed, MOST)).as("seed %d", seed).hasSize(all);
    assertThat(MachineSample.choice(model, seed, 0)).isEmpty();
    Collection<Integer> some = MachineSample.choice(model, seed, 1L << 26);
    long steps =
        some.stream().mapToLong(node -> model.nodes().get(node).descriptor().steps()).sum();
    assertThat(steps).isLessThanOrEqualTo(1L << 26);
    assertThat(kernels(some)).as("seed %d", seed).isEqualTo(kernels(numbers(all)));
  }

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private Set<Kernel> kernels(Collection<Integer> nodes) {
    return nodes.stream()
        .map(node -> model.nodes().get(node).node().kernel())
        .collect(Collectors.toSet());
  }

  @Test
  void aQuestionIsTheSameBehindItsWords() throws IOException {
    Tensor constant = Tensor.ofLongs(Shape.of(2, 1), Long.MIN_VALUE, 7);
    Bindings bindings =
        new Bindings(
            Map.of("batch size", 3),
            Map.of("x", Shape.of(1, 224), "s", Shape.SCALAR),
            Map.of("c", constant));
    BitsQuestion asked =
        new BitsQuestion(
            -5, List.of(1, 8), List.of(2), bindings, new TreeMap<>(Map.of("below", 9)));
    BitsQuestion heard = BitsQuestion.of(asked.words(folder));
    assertThat(heard.seed()).isEqualTo(-5);
    assertThat(heard.threads()).containsExactly(1, 8);
    assertThat(heard.batches()).containsExactly(2);
    assertThat(heard.below()).isEqualTo(asked.below());
    assertThat(heard.bindings().dims()).isEqualTo(bindings.dims());
    assertThat(heard.bindings().shapes()).isEqualTo(bindings.shapes());
    Tensor again = heard.bindings().inputs().get("c");
    assertThat(again.type()).isEqualTo(ElementType.I64);
    assertThat(again.shape()).isEqualTo(constant.shape());
    assertThat(again.bytes()).isEqualTo(constant.bytes());
  }
}
