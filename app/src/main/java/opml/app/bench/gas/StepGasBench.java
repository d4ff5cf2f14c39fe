package opml.app.bench.gas;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import opml.agent.chain.Answer;
import opml.agent.chain.Call;
import opml.agent.chain.Contract;
import opml.agent.chain.ContractAbi;
import opml.agent.chain.Sender;
import opml.agent.devchain.DevChain;
import opml.app.bench.gas.WorstWitness.Shape;
import opml.vm.isa.Op;

/// Measures `Step` on a development chain, deployed as it is for real.
///
/// Execution is what the EVM spends between the first and the last instruction of `step`, by its own trace; neither the
/// transaction's 21,000 nor its calldata is in it. A transaction is one that calls `step` directly; its receipt counts.
///
/// The shape is that of a kernel's node of the largest memory, 16 regions of 2^26 bytes: memDepth 25. The code tree has
/// depth 11, 64 KiB, for execution; for transactions depth 7, that of the largest pinned kernel. No memory of that
/// shape has a sibling at every level of every proof; the bench takes one that has, all the same. Registers of a
/// transaction have three bytes that are not 0 each.
public final class StepGasBench {
  /// Depth of the code tree at which execution is measured.
  public static final int CODE_DEPTH = 11;

  /// Depth of the deepest pinned kernel's code tree.
  public static final int KERNEL_CODE_DEPTH = 7;

  /// Depth of the memory tree.
  public static final int MEM_DEPTH = 25;

  private static final int RANDOM_MASKS = 12;

  private final DevChain chain;
  private final Contract step;

  /// A bench that deploys its own `Step` to the chain.
  public StepGasBench(DevChain chain) {
    this.chain = chain;
    this.step = new Sender(chain.chain(), chain.account(0)).deploy(ContractAbi.load("Step"));
  }

  /// {@return the figures; takes some seconds}
  public GasFigures measure() {
    Predicate<Op> alu = op -> !WorstWitness.touchesMemory(op);
    return new GasFigures(
        execution(alu),
        execution(WorstWitness::isLoad),
        execution(WorstWitness::isStore),
        transaction(Op.REMW, false),
        transaction(Op.LD, false),
        transaction(Op.SD, false));
  }

  /// {@return gas of a transaction that calls `step` for this instruction, no sibling zero}
  ///
  /// @param fullRegisters whether registers have no byte 0, which no kernel's have
  public long transaction(Op op, boolean fullRegisters) {
    Shape shape = Shape.dense(KERNEL_CODE_DEPTH, MEM_DEPTH, fullRegisters);
    Call call = call(WorstWitness.of(WorstWitness.word(op), shape));
    return new Sender(chain.chain(), chain.account(0)).send(call).gasUsed();
  }

  /// The most expensive instruction of a kind, at the most expensive masks.
  private long execution(Predicate<Op> kind) {
    Shape dense = Shape.dense(CODE_DEPTH, MEM_DEPTH, true);
    Op worst = Op.ILLEGAL;
    long most = 0;
    for (Op op : Stream.of(Op.values()).filter(kind).toList()) {
      long gas = execution(op, dense);
      if (gas > most) {
        most = gas;
        worst = op;
      }
    }
    for (long mask : masks()) {
      most = Math.max(most, execution(worst, dense.masks(mask, mask)));
      most = Math.max(most, execution(worst, dense.masks(-1, mask)));
    }
    return most;
  }

  /// Runs of given and zero siblings of every length up to eight, alone, and mixed by chance.
  private static List<Long> masks() {
    Random random = new Random(1);
    return Stream.concat(
            Stream.of(
                0L,
                0x5555_5555L,
                0xaaaa_aaaaL,
                0x3333_3333L,
                0x9999_9999L,
                0x2492_4924L,
                0x6db6_db6dL,
                0x0f0f_0f0fL,
                0x7777_7777L,
                0x8888_8888L,
                0x00ff_00ffL),
            Stream.generate(random::nextLong).limit(RANDOM_MASKS))
        .toList();
  }

  /// {@return execution gas of one instruction on a machine of this shape}
  private long execution(Op op, Shape shape) {
    Call call = call(WorstWitness.of(WorstWitness.word(op), shape));
    Answer trace =
        chain.command(
            "debug_traceCall",
            Map.of(
                "to", step.address().toString(), "data", call.data().toString(), "gas", "0x989680"),
            "latest",
            Map.of("disableStorage", true, "disableMemory", true, "disableStack", true));
    if (trace.field("failed").bool()) {
      throw new IllegalStateException("the contract refuses a witness for " + op);
    }
    List<Answer> steps = trace.field("structLogs").elements();
    Answer last = steps.getLast();
    return steps.getFirst().field("gas").plainNumber()
        - last.field("gas").plainNumber()
        + last.field("gasCost").plainNumber();
  }

  private Call call(WorstWitness witness) {
    return step.call(
        "step",
        witness.proof().prestate().hash(),
        witness.program().codeRoot(),
        (long) witness.program().codeDepth(),
        (long) witness.program().memDepth(),
        witness.proof().encode());
  }
}
