package opml.cli.option;

import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import opml.ethereum.devchain.NodeKind;
import picocli.CommandLine.TypeConversionException;

/// What arguments of common types are, and in words that people know what they should be.
public final class ArgumentValues {
  private ArgumentValues() {}

  public static int integer(String text) {
    return number(text, Integer::parseInt, "a whole number from -2^31 to 2^31 - 1");
  }

  public static long longInteger(String text) {
    return number(text, Long::parseLong, "a whole number from -2^63 to 2^63 - 1");
  }

  public static double decimal(String text) {
    return number(text, Double::parseDouble, "a number");
  }

  public static float real(String text) {
    return number(text, Float::parseFloat, "a number");
  }

  /// {@return a URL. What is none is not repeated: providers put secrets into them}
  public static URI url(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("not a URL, such as " + NodeOption.LOCAL);
    }
  }

  public static NodeKind node(String text) {
    return Arrays.stream(NodeKind.values())
        .filter(kind -> kind.toString().equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () -> new TypeConversionException("'" + text + "' is neither anvil nor hardhat"));
  }

  private static <T> T number(String text, Function<String, T> parse, String what) {
    try {
      return parse.apply(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is not " + what);
    }
  }
}
