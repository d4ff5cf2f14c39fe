package opml.formats.gguf;

import java.util.Map;
import java.util.Optional;
import opml.engine.tensor.ElementType;

/// The element types of tensors by their codes in a file. Codes that are missing were given to layouts that GGML has
/// removed, or to ones that we do not have.
final class GgmlTypes {
  private static final Map<Integer, ElementType> BY_CODE =
      Map.ofEntries(
          Map.entry(0, ElementType.F32),
          Map.entry(1, ElementType.F16),
          Map.entry(2, ElementType.Q4_0),
          Map.entry(3, ElementType.Q4_1),
          Map.entry(6, ElementType.Q5_0),
          Map.entry(7, ElementType.Q5_1),
          Map.entry(8, ElementType.Q8_0),
          Map.entry(10, ElementType.Q2_K),
          Map.entry(11, ElementType.Q3_K),
          Map.entry(12, ElementType.Q4_K),
          Map.entry(13, ElementType.Q5_K),
          Map.entry(14, ElementType.Q6_K),
          Map.entry(16, ElementType.IQ2_XXS),
          Map.entry(17, ElementType.IQ2_XS),
          Map.entry(18, ElementType.IQ3_XXS),
          Map.entry(19, ElementType.IQ1_S),
          Map.entry(20, ElementType.IQ4_NL),
          Map.entry(21, ElementType.IQ3_S),
          Map.entry(22, ElementType.IQ2_S),
          Map.entry(23, ElementType.IQ4_XS),
          Map.entry(24, ElementType.I8),
          Map.entry(25, ElementType.I16),
          Map.entry(26, ElementType.I32),
          Map.entry(27, ElementType.I64),
          Map.entry(28, ElementType.F64),
          Map.entry(29, ElementType.IQ1_M),
          Map.entry(30, ElementType.BF16));

  /// What we know of the others, for errors.
  private static final Map<Integer, String> OTHERS =
      Map.of(9, "q8_1", 15, "q8_k", 34, "tq1_0", 35, "tq2_0", 39, "mxfp4");

  private GgmlTypes() {}

  /// {@return the type of a code, if we have it}
  static Optional<ElementType> of(int code) {
    return Optional.ofNullable(BY_CODE.get(code));
  }

  /// {@return what errors call a code that we have no type for}
  static String describe(int code) {
    String number = Integer.toUnsignedString(code);
    return OTHERS.containsKey(code) ? "%s (%s)".formatted(number, OTHERS.get(code)) : number;
  }
}
