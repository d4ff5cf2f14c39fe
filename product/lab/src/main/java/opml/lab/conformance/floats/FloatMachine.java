package opml.lab.conformance.floats;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import opml.compiler.Compiler;
import opml.compiler.KernelCall;
import opml.compiler.program.CompiledProgram;

/// A function on the machine: its kernel compiled once, called for a batch of cases at a time.
final class FloatMachine {
  private final FloatFunction function;
  private final CompiledProgram program;

  FloatMachine(FloatFunction function) {
    this(function, FloatKernels.class, kernel(function));
  }

  /// Takes a method that claims to be the function's kernel.
  FloatMachine(FloatFunction function, Class<?> owner, String method) {
    this.function = function;
    this.program = Compiler.compile(function.label(), owner, method);
  }

  private static String kernel(FloatFunction function) {
    return switch (function) {
      case F32_ADD -> "add";
      case F32_SUB -> "sub";
      case F32_MUL -> "mul";
      case F32_DIV -> "div";
      case F32_MUL_ADD -> "fma";
      case F32_SQRT -> "sqrt";
      case F32_EQ -> "equal";
      case F32_LT -> "less";
      case F32_LE -> "lessOrEqual";
      case F32_MIN -> "min";
      case F32_MAX -> "max";
      case I32_TO_F32 -> "fromInt";
      case UI32_TO_F32 -> "fromUnsignedInt";
      case I64_TO_F32 -> "fromLong";
      case F32_TO_I32_MIN_MAG -> "toInt";
      case F32_TO_I64_MIN_MAG -> "toLong";
      case F32_TO_I32 -> "toNearestInt";
      case F32_TO_I64 -> "toNearestLong";
      case F32_ROUND -> "rne";
      case F32_FLOOR -> "floor";
      case F32_CEIL -> "ceil";
      case F16_TO_F32 -> "fromHalf";
      case F32_TO_F16 -> "toHalf";
    };
  }

  /// {@return the results of `count` cases}
  ///
  /// @param operands those of a case one after the other
  long[] run(long[] operands, int count) {
    int arity = function.operands().size();
    ByteBuffer in = ByteBuffer.allocate(8 * arity * count).order(ByteOrder.LITTLE_ENDIAN);
    in.asLongBuffer().put(operands, 0, arity * count);
    KernelCall call = KernelCall.run(program, List.of(in.array(), new byte[8 * count]), count);
    ByteBuffer out = ByteBuffer.wrap(call.segments().getLast()).order(ByteOrder.LITTLE_ENDIAN);
    long[] results = new long[count];
    for (int i = 0; i < count; i++) {
      results[i] = function.result().bits(out.getLong(8 * i));
    }
    return results;
  }
}
