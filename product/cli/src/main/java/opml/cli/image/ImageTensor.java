package opml.cli.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import opml.cli.console.Failure;
import opml.cli.console.TensorType;
import opml.cli.image.ImageChoice.Fit;

/// Fits a picture into a model's input.
public final class ImageTensor {
  private final String source;
  private final TensorType type;
  private final ImageChoice choice;
  private final int channels;
  private final int height;
  private final int width;
  private final boolean last;

  private ImageTensor(String source, TensorType type, ImageChoice choice) {
    this.source = source;
    this.type = type;
    this.choice = choice;
    List<Integer> dims = type.shape().dims();
    int rank = dims.size();
    int batch = rank == 4 ? dims.getFirst() : 1;
    if (rank < 2 || rank > 4 || batch != 1) {
      throw unfit("expected is a shape such as 1x3x224x224 or 1x224x224x3");
    }
    int first = rank == 2 ? 1 : dims.get(rank - 3);
    int innermost = dims.getLast();
    this.last =
        rank > 2
            && switch (choice.layout()) {
              case NCHW -> false;
              case NHWC -> true;
              case AUTO -> !isChannels(first) && isChannels(innermost);
            };
    this.channels = last ? innermost : first;
    this.height = dims.get(last ? rank - 3 : rank - 2);
    this.width = dims.get(last ? rank - 2 : rank - 1);
    if (!isChannels(channels)) {
      throw unfit(
          "%d channels; an image has 1 or 3, in front or, with --image-layout nhwc, behind"
              .formatted(channels));
    }
  }

  private static boolean isChannels(int count) {
    return count == 1 || count == 3;
  }

  private Failure unfit(String why) {
    return Failure.misuse("%s: an image does not fit into %s: %s".formatted(source, type, why));
  }

  /// {@return the bytes of an input of this type, of which the picture makes the values}
  ///
  /// @param source names the file in errors
  /// @throws Failure if the input is no image's, or the choice is not for it
  public static byte[] bytes(
      String source, RasterImage picture, TensorType type, ImageChoice choice) {
    return new ImageTensor(source, type, choice).bytes(picture);
  }

  private byte[] bytes(RasterImage picture) {
    RasterImage fitted = fitted(picture).withChannels(channels);
    double[] mean = perChannel("--image-mean", choice.mean());
    double[] deviation = perChannel("--image-std", choice.deviation());
    if (!type.element().isFloat() && !choice.isPlain()) {
      throw Failure.misuse(
          "--image-scale, --image-mean, --image-std: these are for floats, and the model takes "
              + type);
    }
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    int plane = height * width;
    for (int i = 0; i < channels * plane; i++) {
      int channel = last ? i % channels : i / plane;
      int pixel = last ? i / channels : i % plane;
      int sample =
          fitted.sample(
              pixel % width, pixel / width, choice.isBgr() ? channels - 1 - channel : channel);
      put(out, sample, (sample * choice.scale() - mean[channel]) / deviation[channel]);
    }
    return out.array();
  }

  private void put(ByteBuffer out, int sample, double value) {
    switch (type.element()) {
      case F32 -> out.putFloat((float) value);
      case F64 -> out.putDouble(value);
      case F16 -> out.putShort(Float.floatToFloat16((float) value));
      case U8 -> out.put((byte) sample);
      case I32 -> out.putInt(sample);
      case I64 -> out.putLong(sample);
      default -> throw unfit("elements are " + type.element().label() + ", not floats or bytes");
    }
  }

  private double[] perChannel(String option, List<Double> given) {
    if (given.size() != 1 && given.size() != channels) {
      throw Failure.misuse(
          "%s: %d numbers; expected are 1 or %d, one for each channel of %s"
              .formatted(option, given.size(), channels, type));
    }
    double[] all = new double[channels];
    for (int i = 0; i < channels; i++) {
      all[i] = given.get(given.size() == 1 ? 0 : i);
    }
    return all;
  }

  private RasterImage fitted(RasterImage picture) {
    if (picture.width() == width && picture.height() == height) {
      return picture;
    }
    if (choice.fit() == Fit.EXACT) {
      throw unfit(
          "it is %d x %d pixels; expected are %d x %d"
              .formatted(picture.width(), picture.height(), width, height));
    }
    RasterImage part = choice.fit() == Fit.CROP ? middle(picture) : picture;
    try {
      return part.resized(width, height);
    } catch (IllegalArgumentException e) {
      throw unfit(String.valueOf(e.getMessage()));
    }
  }

  private RasterImage middle(RasterImage picture) {
    long across = (long) picture.width() * height;
    long along = (long) picture.height() * width;
    int columns = across > along ? (int) Math.max(1, along / height) : picture.width();
    int rows = along > across ? (int) Math.max(1, across / width) : picture.height();
    return picture.part(
        (picture.width() - columns) / 2, (picture.height() - rows) / 2, columns, rows);
  }
}
