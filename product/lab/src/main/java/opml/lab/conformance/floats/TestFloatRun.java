package opml.lab.conformance.floats;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import opml.core.codec.MalformedException;

/// A function against lines as Berkeley TestFloat's `testfloat_gen` prints them: operands, result, exception flags, in
/// hexadecimal without prefix, a case a line (J. Hauser, TestFloat release 3e, "testfloat_gen"). Every line goes
/// through the reference and through the machine, in batches, so that a file of any length is a stream.
///
/// A NaN is expected whenever TestFloat's result is any NaN; ours must then be the canonical one. Flags are not
/// compared, as our floats have none. An invalid conversion to an integer has no result in IEEE 754, and TestFloat's is
/// that of the processor it was built for: such a line is skipped and counted, going by its operand.
public final class TestFloatRun {
  private static final int BATCH = 4096;
  private static final int KEPT = 10;
  private static final int FLAG_DIGITS = 2;

  private final FloatFunction function;
  private final String name;
  private final FloatFunction.Bits reference;
  private final FloatMachine machine;
  private final Misses misses = new Misses(KEPT);
  private final int arity;
  private final long[] operands;
  private final long[] expected = new long[BATCH];
  private final long[] lineNumbers = new long[BATCH];
  private int filled;
  private long ran;
  private long skipped;

  /// @param name of the file, for messages
  public TestFloatRun(FloatFunction function, String name) {
    this(function, function::soft, new FloatMachine(function), name);
  }

  /// The same for others who claim to compute the function.
  TestFloatRun(
      FloatFunction function, FloatFunction.Bits reference, FloatMachine machine, String name) {
    this.function = function;
    this.name = name;
    this.reference = reference;
    this.machine = machine;
    this.arity = function.operands().size();
    this.operands = new long[arity * BATCH];
  }

  /// Compares all lines.
  ///
  /// @param progress hears now and then how many lines are done
  /// @throws IOException if they cannot be read
  /// @throws MalformedException if one is no line for this function, or there is none
  public FloatReport run(BufferedReader lines, LongConsumer progress) throws IOException {
    long begin = System.nanoTime();
    long number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (!line.isBlank()) {
        take(line, number);
      }
      if (filled == BATCH) {
        compare();
        progress.accept(number);
      }
    }
    compare();
    if (ran + skipped == 0) {
      throw new MalformedException("%s: there is no line; expected is %s".formatted(name, form()));
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new FloatReport(function, 0, ran, ran, skipped, misses.count(), misses.first(), seconds);
  }

  private void take(String line, long number) {
    List<String> words = words(line);
    if (words.size() != arity + 2) {
      throw bad(number, words.size() + " words", line);
    }
    for (int i = 0; i < arity; i++) {
      operands[arity * filled + i] =
          hex(words.get(i), function.operands().get(i).digits(), number, line);
    }
    expected[filled] = hex(words.get(arity), function.result().digits(), number, line);
    hex(words.get(arity + 1), FLAG_DIGITS, number, line);
    if (function.isOpen(operands[arity * filled])) {
      skipped++;
      return;
    }
    if (function.result() == FloatOperand.BOOL && expected[filled] > 1) {
      throw bad(number, "'" + words.get(arity) + "' is neither 0 nor 1", line);
    }
    lineNumbers[filled++] = number;
  }

  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= line.length(); i++) {
      if (i == line.length() || line.charAt(i) == ' ' || line.charAt(i) == '\t') {
        if (i > from) {
          words.add(line.substring(from, i));
        }
        from = i + 1;
      }
    }
    return words;
  }

  private long hex(String word, int digits, long number, String line) {
    long value = 0;
    for (int i = 0; i < word.length(); i++) {
      int digit = word.charAt(i) < 128 ? Character.digit(word.charAt(i), 16) : -1;
      if (digit < 0) {
        throw bad(number, "'" + word + "' is not hexadecimal", line);
      }
      value = value << 4 | digit;
    }
    if (word.length() != digits) {
      throw bad(number, "'%s' has %d digits, not %d".formatted(word, word.length(), digits), line);
    }
    return value;
  }

  private MalformedException bad(long number, String what, String line) {
    String shown = line.length() > 80 ? line.substring(0, 80) + "…" : line;
    return new MalformedException(
        "%s, line %d: %s; expected is %s; the line is '%s'"
            .formatted(name, number, what, form(), shown));
  }

  /// {@return what a line looks like}
  private String form() {
    StringBuilder form = new StringBuilder();
    for (int i = 0; i < arity; i++) {
      form.append((char) ('a' + i))
          .append(':')
          .append(function.operands().get(i).digits())
          .append(' ');
    }
    return "'%sresult:%d flags:%d' with so many hexadecimal digits, as testfloat_gen %s prints"
        .formatted(form, function.result().digits(), FLAG_DIGITS, function.label());
  }

  private void compare() {
    if (filled == 0) {
      return;
    }
    long[] results = machine.run(operands, filled);
    for (int i = 0; i < filled; i++) {
      int at = arity * i;
      long a = operands[at];
      long b = arity > 1 ? operands[at + 1] : 0;
      long c = arity > 2 ? operands[at + 2] : 0;
      List<Miss> wrong = new ArrayList<>(0);
      check(i, "reference", reference.of(a, b, c), wrong);
      check(i, "machine", results[i], wrong);
      if (!wrong.isEmpty()) {
        misses.add(wrong);
      }
    }
    ran += filled;
    filled = 0;
  }

  private void check(int index, String by, long got, List<Miss> wrong) {
    FloatOperand kind = function.result();
    long right = kind.isNan(expected[index]) ? kind.canonicalNan() : expected[index];
    if (got == right) {
      return;
    }
    List<Long> values = new ArrayList<>();
    for (int i = 0; i < arity; i++) {
      values.add(operands[arity * index + i]);
    }
    String place = "%s, line %d".formatted(name, lineNumbers[index]);
    wrong.add(new Miss(function, place, by, values, got, right));
  }
}
