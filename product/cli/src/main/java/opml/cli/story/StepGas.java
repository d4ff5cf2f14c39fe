package opml.cli.story;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import opml.core.account.Address;
import opml.ethereum.chain.Call;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.rpc.Answer;
import opml.hub.Deployment;
import opml.hub.contracts.Artifacts;
import opml.proof.MachineRun;
import opml.vm.isa.Instruction;
import opml.vm.state.MachineState;

/// Execution gas of the contract's `step` for instructions of a real run: what the EVM spends, without the
/// transaction's own 21,000 and its calldata.
final class StepGas {
  private static final int SAMPLES = 4;

  private final DevChain chain;
  private final Address step;

  StepGas(DevChain chain, Deployment deployment) {
    this.chain = chain;
    this.step = deployment.hub().read(chain.chain().snapshot(), "step").address(0);
  }

  /// {@return the most gas seen for each kind of step: alu, load, store}
  ///
  /// @param from the first step to look at; the next ones of each kind are taken, some way apart
  Map<String, Long> measure(MachineRun run, long from) {
    Map<String, Long> most = new TreeMap<>();
    Map<String, Integer> seen = new TreeMap<>();
    for (long index = from; !enough(seen); index++) {
      MachineState state = run.stateAt(index);
      String kind = DisputedStep.kind(Instruction.decode(run.program().word(state.pc())).op());
      if (seen.merge(kind, 1, Integer::sum) <= SAMPLES) {
        most.merge(kind, execution(run, index, state), Math::max);
      }
    }
    return most;
  }

  private static boolean enough(Map<String, Integer> seen) {
    return List.of("alu", "load", "store").stream()
        .allMatch(kind -> seen.getOrDefault(kind, 0) >= SAMPLES);
  }

  private long execution(MachineRun run, long index, MachineState state) {
    Call call =
        Artifacts.STEP
            .load()
            .at(step)
            .call(
                "step",
                state.hash(),
                run.program().codeRoot(),
                (long) run.program().codeDepth(),
                (long) run.program().memDepth(),
                run.proofAt(index).encode());
    Answer trace =
        chain.command(
            "debug_traceCall",
            Map.of("to", step.toString(), "data", call.data().toString(), "gas", "0x989680"),
            "latest",
            Map.of("disableStorage", true, "disableMemory", true, "disableStack", true));
    List<Answer> steps = trace.field("structLogs").elements();
    Answer last = steps.getLast();
    return steps.getFirst().field("gas").plainNumber()
        - last.field("gas").plainNumber()
        + last.field("gasCost").plainNumber();
  }
}
