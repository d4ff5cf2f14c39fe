package opml.compiler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import opml.compiler.program.CompiledProgram;
import opml.kernels.abi.FixedSegment;
import opml.kernels.abi.Geometry;
import opml.vm.jit.Machines;
import opml.vm.machine.Machine;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;

/// One run of a program on the virtual machine: the memory of a node, laid out as the ABI says, and what became of it.
///
/// @param segments the contents of the segment arguments afterwards
/// @param steps instructions executed, the exit included
public record KernelCall(int exitCode, List<byte[]> segments, long steps) {
  private static final long MOST_STEPS = 1L << 36;

  public KernelCall {
    segments = List.copyOf(segments);
  }

  /// Runs a program until it exits.
  ///
  /// @param segments the contents of the segment arguments before, which stay as they are
  /// @param scalars in the ABI's 64-bit form
  /// @throws IllegalStateException if the program ends otherwise, or not within 2^36 steps
  public static KernelCall run(CompiledProgram program, List<byte[]> segments, long... scalars) {
    Geometry geometry = geometry(program, segments, scalars);
    MemoryImage image = image(program, geometry, segments, scalars);
    Machine machine = Machines.of(Program.of(program.code(), image.depth()), image);
    machine.runTo(MOST_STEPS);
    if (!machine.state().hasExited()) {
      throw new IllegalStateException(
          program.name() + " ended in " + machine.state() + " at " + place(program, machine));
    }
    List<byte[]> after = new ArrayList<>();
    long[] addresses = geometry.addresses();
    for (int i = 0; i < segments.size(); i++) {
      after.add(machine.memory().read(addresses[i], segments.get(i).length));
    }
    return new KernelCall(machine.state().exitCode(), after, machine.steps());
  }

  /// {@return the memory of a node that runs the program: the fixed segment, and the segment arguments, which are
  /// borrowed, at their places}
  ///
  /// @param scalars in the ABI's 64-bit form
  public static MemoryImage image(CompiledProgram program, List<byte[]> segments, long... scalars) {
    return image(program, geometry(program, segments, scalars), segments, scalars);
  }

  private static MemoryImage image(
      CompiledProgram program, Geometry geometry, List<byte[]> segments, long[] scalars) {
    byte[] fixed = layout(segments, scalars).bytes(geometry, scalars, program.constants());
    List<MemoryImage.Piece> pieces = new ArrayList<>();
    pieces.add(MemoryImage.Piece.of(0, fixed));
    long[] addresses = geometry.addresses();
    for (int i = 0; i < segments.size(); i++) {
      pieces.add(MemoryImage.Piece.of(addresses[i], segments.get(i)));
    }
    return new MemoryImage(geometry.memDepth(), pieces);
  }

  private static Geometry geometry(CompiledProgram program, List<byte[]> segments, long[] scalars) {
    int fixedBytes = layout(segments, scalars).size(program.constants().length);
    long[] operands = segments.stream().mapToLong(segment -> segment.length).toArray();
    return Geometry.of(operands, fixedBytes, program.stackBytes());
  }

  private static FixedSegment layout(List<byte[]> segments, long[] scalars) {
    return new FixedSegment(segments.size(), scalars.length);
  }

  private static String place(CompiledProgram program, Machine machine) {
    long pc = machine.state().pc();
    return pc < 0 || pc >= 4L * program.instructionCount() ? "nowhere" : program.at(pc).toString();
  }

  /// {@return a copy aligned as kernels want it}
  public static MemorySegment aligned(byte[] bytes) {
    MemorySegment segment = MemorySegment.ofArray(new long[(bytes.length + 7) / 8]);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return segment.asSlice(0, bytes.length);
  }

  /// {@return the segment's bytes}
  public static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }
}
