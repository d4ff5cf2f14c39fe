package opml.lab.bench.gas;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import opml.ethereum.abi.Contract;
import opml.ethereum.chain.Call;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.rpc.Answer;
import opml.ethereum.send.Sender;
import opml.hub.contracts.Artifacts;
import opml.lab.bench.gas.WorstWitness.Shape;
import opml.vm.isa.Op;

/// Measures `Step` on a development chain, deployed as it is for real.
///
/// Execution is what the EVM spends between the first and the last instruction of `step`, by its own trace; neither the
/// transaction's 21,000 nor its calldata is in it. A transaction is one that calls `step` directly; its receipt counts.
///
/// Execution is measured at 64 KiB of code and 1 GiB of memory, at every mask of siblings that the bench can think of;
/// what registers hold does not matter.
///
/// What a transaction costs is decided by its bytes that are not 0. It is measured for a kernel's node with the largest
/// memory, 2^30 bytes, of which one half is full: of a proof's 25 siblings only the top one is zero. The code tree has
/// the depth of the largest pinned kernel, and all its siblings are given. Registers hold 93 bytes that are not 0.
/// (Runs of our float32 and int8 kernels have 60 to 89 on average, 122 at most; each more costs 30 gas.)
/// [#denseTransaction] is the same without a byte 0 in any register or sibling.
public final class StepGasBench {
  /// Depth of the code tree at which execution is measured.
  public static final int CODE_DEPTH = 11;

  /// Depth of the deepest pinned kernel's code tree.
  public static final int KERNEL_CODE_DEPTH = 8;

  /// Depth of the memory tree.
  public static final int MEM_DEPTH = 25;

  private static final int RANDOM_MASKS = 12;

  private final DevChain chain;
  private final Contract step;

  /// A bench that deploys its own `Step` to the chain.
  public StepGasBench(DevChain chain) {
    this.chain = chain;
    this.step = new Sender(chain.chain(), chain.account(0)).deploy(Artifacts.STEP.load());
  }

  /// {@return the figures; takes some seconds}
  public GasFigures measure() {
    Predicate<Op> alu = op -> !WorstWitness.touchesMemory(op);
    return new GasFigures(
        execution(alu),
        execution(WorstWitness::isLoad),
        execution(WorstWitness::isStore),
        transaction(Op.REMW),
        transaction(Op.LD),
        transaction(Op.SD));
  }

  /// {@return gas of a transaction that steps over this instruction with no zero in its registers and no zero sibling,
  /// a state that no kernel is in}
  public long denseTransaction(Op op) {
    return transaction(op, Shape.dense(KERNEL_CODE_DEPTH, MEM_DEPTH, true));
  }

  private long transaction(Op op) {
    Shape shape = Shape.dense(KERNEL_CODE_DEPTH, MEM_DEPTH, false);
    return transaction(op, shape.masks(-1, ~(1L << MEM_DEPTH - 1)));
  }

  private long transaction(Op op, Shape shape) {
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
