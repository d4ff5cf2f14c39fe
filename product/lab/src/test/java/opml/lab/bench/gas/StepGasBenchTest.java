package opml.lab.bench.gas;

import static org.assertj.core.api.Assertions.assertThat;

import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms;
import opml.vm.isa.Op;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class StepGasBenchTest {
  @Test
  void oneStepCostsNoMoreGasThanItMay() {
    Assumptions.assumeTrue(AnvilBinary.installed().isPresent(), "anvil is not installed");
    try (DevChain chain = DevChain.start()) {
      StepGasBench bench = new StepGasBench(chain);
      GasFigures gas = bench.measure();
      System.out.println(gas);
      assertThat(gas.alu()).isLessThanOrEqualTo(6_500);
      assertThat(gas.load()).isLessThanOrEqualTo(15_500);
      assertThat(gas.store()).isLessThanOrEqualTo(17_500);
      assertThat(gas.txAlu()).isLessThanOrEqualTo(50_000);
      // The deepest program, choose.sampled's, has a sibling more than the next, which takes
      // 75,000.
      assertThat(gas.txLoad()).isLessThanOrEqualTo(76_000);
      assertThat(gas.txStore()).isLessThanOrEqualTo(76_000);
      assertThat(bench.denseTransaction(Op.SD)).isBetween(gas.txStore(), 82_000L);
    }
  }

  @Test
  void noKernelNeedsMoreThanTheShapeHas() {
    for (Kernel kernel : KernelCatalog.all()) {
      assertThat(PinnedPrograms.of(kernel).codeDepth())
          .as(kernel.name())
          .isLessThanOrEqualTo(StepGasBench.KERNEL_CODE_DEPTH);
    }
  }
}
