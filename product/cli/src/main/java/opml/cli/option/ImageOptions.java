package opml.cli.option;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import opml.cli.console.Failure;
import opml.cli.image.ImageChoice;
import picocli.CommandLine.Option;

/// How PNG and JPEG images become the numbers that a model takes.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ImageOptions {
  private static final int MOST_CHANNELS = 3;

  @Option(
      names = "--image-scale",
      paramLabel = "X",
      defaultValue = "1",
      description =
          "Of a PNG or JPEG image for an input of floats: each is (sample · X − mean) / std, with"
              + " samples from 0 to 255 (default: ${DEFAULT-VALUE}). Many models want"
              + " 0.00392156862745098, 1/255.")
  private double scale;

  @Option(
      names = "--image-mean",
      paramLabel = "X[,X,X]",
      defaultValue = "0",
      description = "The mean of all channels, or of each (default: ${DEFAULT-VALUE}).")
  private String mean;

  @Option(
      names = "--image-std",
      paramLabel = "X[,X,X]",
      defaultValue = "1",
      description =
          "The standard deviation of all channels, or of each (default: ${DEFAULT-VALUE}).")
  private String deviation;

  @Option(
      names = "--image-fit",
      paramLabel = "HOW",
      defaultValue = "crop",
      description =
          "What becomes of an image of another size: crop (the largest part in the middle with the"
              + " right proportions, resized), stretch (all of it, resized), exact (it is refused)"
              + " (default: ${DEFAULT-VALUE}).")
  private String fit;

  @Option(
      names = "--image-order",
      paramLabel = "ORDER",
      defaultValue = "rgb",
      description = "The order of the colours: rgb or bgr (default: ${DEFAULT-VALUE}).")
  private String order;

  @Option(
      names = "--image-layout",
      paramLabel = "LAYOUT",
      defaultValue = "auto",
      description =
          "Where the input has its 1 or 3 channels: nchw, nhwc, or auto, as its shape tells"
              + " (default: ${DEFAULT-VALUE}).")
  private String layout;

  /// {@return what is chosen}
  ///
  /// @throws Failure if one of it makes no sense
  ImageChoice choice() {
    if (!Double.isFinite(scale)) {
      throw new Failure("--image-scale %s: expected is a number".formatted(scale));
    }
    return new ImageChoice(
        scale,
        numbers("--image-mean", mean, false),
        numbers("--image-std", deviation, true),
        one("--image-fit", fit, ImageChoice.Fit.values()),
        isBgr(),
        one("--image-layout", layout, ImageChoice.Layout.values()));
  }

  private boolean isBgr() {
    return switch (order.toLowerCase(Locale.ROOT)) {
      case "rgb" -> false;
      case "bgr" -> true;
      default -> throw new Failure("--image-order %s: expected is rgb or bgr".formatted(order));
    };
  }

  private static <T extends Enum<T>> T one(String option, String word, T[] all) {
    List<String> names = new ArrayList<>();
    for (T each : all) {
      String name = each.name().toLowerCase(Locale.ROOT);
      if (name.equals(word.toLowerCase(Locale.ROOT))) {
        return each;
      }
      names.add(name);
    }
    throw new Failure(
        "%s %s: expected is one of %s".formatted(option, word, String.join(", ", names)));
  }

  private static List<Double> numbers(String option, String text, boolean isDivisor) {
    List<Double> numbers = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      double number;
      try {
        number = Double.parseDouble(word.strip());
      } catch (NumberFormatException e) {
        number = Double.NaN;
      }
      if (!Double.isFinite(number) || isDivisor && number == 0 || numbers.size() == MOST_CHANNELS) {
        throw new Failure(
            "%s %s: expected are one to three numbers, with commas between them%s"
                .formatted(option, text, isDivisor ? ", none of them 0" : ""));
      }
      numbers.add(number);
    }
    return numbers;
  }
}
