package opml.formats.onnx.text;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import opml.core.codec.Names;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.strings.StringTensor;

/// RegexFullMatch: whether a pattern of RE2 fits all of a string. The time is at most in proportion to the product of
/// pattern and string, whatever they are: an engine that tries one way after the other would let a short pattern of a
/// stranger run for ever.
record PatternMatch(Pattern pattern) {
  /// Chars of a pattern: a count in it makes up to a thousand copies of a part.
  private static final int MOST_CHARS = 1 << 12;

  /// Instructions of a pattern's program.
  private static final int MOST_SIZE = 1 << 15;

  /// Chars of a tensor's strings, times the instructions of the program: a minute at most.
  private static final long MOST_WORK = 1L << 30;

  static PatternMatch of(String pattern) {
    if (pattern.length() > MOST_CHARS) {
      throw new RefusedNode("the pattern has more than %,d chars".formatted(MOST_CHARS), "");
    }
    if (PatternSize.of(pattern) > MOST_SIZE) {
      throw tooLarge();
    }
    Pattern compiled;
    try {
      compiled = Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new RefusedNode(
          "the pattern is none of RE2", Names.shown(String.valueOf(e.getMessage())));
    }
    if (compiled.programSize() > 2 * MOST_SIZE) {
      throw tooLarge();
    }
    return new PatternMatch(compiled);
  }

  private static RefusedNode tooLarge() {
    return new RefusedNode("the pattern takes more than %,d instructions".formatted(MOST_SIZE), "");
  }

  Tensor of(StringTensor x) {
    long chars = x.values().stream().mapToLong(value -> value.length() + 1L).sum();
    if (chars > MOST_WORK / pattern.programSize()) {
      throw new IllegalArgumentException(
          "strings of %,d chars are too long for a pattern of %,d instructions"
              .formatted(chars, pattern.programSize()));
    }
    byte[] fits = new byte[x.values().size()];
    for (int i = 0; i < fits.length; i++) {
      fits[i] = (byte) (pattern.matches(x.values().get(i)) ? 1 : 0);
    }
    return Tensor.ofBytes(ElementType.BOOL, x.shape(), fits);
  }
}
