package opml.lab.bench.engine;

import java.util.List;
import java.util.Optional;

/// What the engine's benchmark found. A figure that was not measured is NaN, and told in `notes`.
///
/// @param cases models with the kernels that are chosen by default, each beside ONNX Runtime
/// @param vectorCases the same without the machine tile
/// @param instructions by which the processor's peaks were measured
/// @param allocatedBytes of a run, after warm-up, over all threads
/// @param bounds how far each kernel's step bound lies above what was seen
/// @param dispute nothing where no chain can be started
/// @param notes what was not measured, and why
public record EngineFigures(
    List<Case> cases,
    List<Case> vectorCases,
    String instructions,
    Shares peak,
    long allocatedBytes,
    List<First> first,
    Load load,
    Append append,
    Trace trace,
    List<Share> commitment,
    List<BoundTightness> bounds,
    Optional<Dispute> dispute,
    List<String> notes) {
  public EngineFigures {
    cases = List.copyOf(cases);
    vectorCases = List.copyOf(vectorCases);
    first = List.copyOf(first);
    commitment = List.copyOf(commitment);
    bounds = List.copyOf(bounds);
    notes = List.copyOf(notes);
  }

  /// A model on so many threads.
  ///
  /// @param oursMicros a run of ours
  /// @param peerMicros a run of ONNX Runtime's
  public record Case(String model, int threads, double oursMicros, double peerMicros) {
    /// {@return how many times as long ONNX Runtime takes}
    public double ratio() {
      return peerMicros / oursMicros;
    }
  }

  /// Shares of what one core does at most.
  ///
  /// @param f32 of fused multiply-adds, by a product of 512³
  /// @param int8Tile of multiplications of bytes, by a product of 512³ and the machine tile
  /// @param int8Vector the same by the Vector API
  /// @param matvec of the memory's bandwidth, by a row times a matrix of Q8_0 that no cache holds
  public record Shares(double f32, double int8Tile, double int8Vector, double matvec) {}

  /// A model that a JVM opens and runs once, which is all that it does.
  ///
  /// @param referenceSeconds with the reference kernels
  /// @param share of that with the kernels that are chosen by default
  public record First(String model, double referenceSeconds, double share) {}

  /// A model of 4 GB in 200 tensors.
  ///
  /// @param runSeconds until it could run
  /// @param claimSeconds until its identity is known, the hashes of its weights known from before
  /// @param heapMegabytes that are then used
  public record Load(double runSeconds, double claimSeconds, double heapMegabytes) {
    static final Load NONE = new Load(Double.NaN, Double.NaN, Double.NaN);
  }

  /// A row of 1 KiB into a slot of 64 MiB.
  ///
  /// @param nativeMicros to write it
  /// @param rootMicros to find the slot's new root
  public record Append(double nativeMicros, double rootMicros) {}

  /// A looping model of a million steps.
  ///
  /// @param megabytes that its trace keeps
  /// @param moveSeconds to find the fifteen states of its first move
  public record Trace(double megabytes, double moveSeconds) {}

  /// What a claim adds to a run.
  ///
  /// @param runMicros of the model without
  /// @param share of that
  public record Share(String model, double runMicros, double share) {}

  /// A whole dispute on a chain over one byte of one row that a looping model of a million turns writes in place.
  ///
  /// @param gas of the claim, the game and its settlement, all sides together
  /// @param moves the game's transactions: its challenge, its dissections and refinements, and the execution
  /// @param seconds from the request to the last payment, the runs of both sides included
  public record Dispute(long gas, int moves, double seconds) {}
}
