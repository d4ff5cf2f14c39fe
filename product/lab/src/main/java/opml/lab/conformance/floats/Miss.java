package opml.lab.conformance.floats;

import java.util.List;

/// A result that is not what it must be.
///
/// @param place where the case comes from, such as a file's line
/// @param by who computed it: the reference, natively, or the machine
public record Miss(
    FloatFunction function, String place, String by, List<Long> operands, long got, long expected) {
  public Miss {
    operands = List.copyOf(operands);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(place).append(": ").append(function.label());
    for (int i = 0; i < operands.size(); i++) {
      text.append(' ').append(hex(operands.get(i), function.operands().get(i)));
    }
    return text.append(": the ")
        .append(by)
        .append(" gives ")
        .append(hex(got, function.result()))
        .append(", expected is ")
        .append(hex(expected, function.result()))
        .toString();
  }

  private static String hex(long value, FloatOperand kind) {
    String digits = Long.toHexString(value);
    return "0".repeat(Math.max(0, kind.digits() - digits.length())) + digits;
  }
}
