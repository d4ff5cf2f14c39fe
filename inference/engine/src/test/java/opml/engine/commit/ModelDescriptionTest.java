package opml.engine.commit;

import static org.assertj.core.api.Assertions.assertThat;

import opml.engine.graph.SampleGraph;
import opml.engine.graph.Slot;
import org.junit.jupiter.api.Test;

class ModelDescriptionTest {
  @Test
  void aDenseLayerIsDescribed() {
    Model model = Model.of(SampleGraph.dense(), TestPrograms::of);
    ModelDescription description = ModelDescription.of(model);
    assertThat(description.id()).isEqualTo(model.id());
    assertThat(description.input().parts()).hasToString("[x f32 1x3]");
    assertThat(description.output().parts()).hasToString("[y f32 1x2]");
    assertThat(description.slots()).extracting(Slot::name).containsExactly("x", "w", "b", "h", "y");
    assertThat(description.parameterBytes()).as("w and b").isEqualTo(4 * (6 + 2));
    ModelDescription.Row dense = description.rows().getFirst();
    assertThat(dense.name()).isEqualTo("dense");
    assertThat(dense.operator()).isEqualTo("Gemm");
    assertThat(dense.kernel()).isEqualTo("gemm.f32");
    assertThat(dense.reads()).containsExactly(0, 1, 2);
    assertThat(dense.writes()).containsExactly(3);
    assertThat(dense.hash()).isEqualTo(dense.descriptor().hash());
    assertThat(dense.bound()).isPositive().isLessThan(dense.descriptor().steps());
    long relu = description.rows().getLast().bound();
    assertThat(description.stepBound()).isEqualTo(dense.bound() + relu);
  }
}
