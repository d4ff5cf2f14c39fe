package opml.twins.vector;

import opml.twins.call.ConvolutionCall;
import opml.twins.call.Windows;
import opml.twins.tile.DepthwiseTile;

/// A plane with the padding around it, of which windows of three by three elements, one or two apart, see every
/// element.
///
/// @param columns of the padded plane
/// @param rows of the padded plane
/// @param width of what is copied of a row of the plane
/// @param height rows that are copied
record PaddedPlane(Windows window, int columns, int rows, int width, int height) {
  /// Of a padded plane, whose bytes an int counts.
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE / 8;

  /// {@return the plane of a call that a depthwise tile can do}
  static PaddedPlane of(Windows window) {
    int columns = DepthwiseTile.length(window.outWidth(), window.strideWidth());
    int rows = DepthwiseTile.length(window.outHeight(), window.strideWidth());
    int width = Math.min(window.inWidth(), columns - window.padLeft());
    int height = Math.min(window.inHeight(), rows - window.padTop());
    return new PaddedPlane(window, columns, rows, width, height);
  }

  /// {@return whether a depthwise tile can do a call}
  static boolean fits(ConvolutionCall call) {
    Windows window = call.window();
    int stride = window.strideWidth();
    return call.isDepthwise()
        && window.kernelHeight() == DepthwiseTile.SIDE
        && window.kernelWidth() == DepthwiseTile.SIDE
        && (stride == 1 || stride == 2)
        && window.strideHeight() == stride
        && window.dilationHeight() == 1
        && window.dilationWidth() == 1
        && isInside(window.padTop(), window.outHeight(), stride)
        && isInside(window.padLeft(), window.outWidth(), stride)
        && (long) DepthwiseTile.length(window.outWidth(), stride)
                * DepthwiseTile.length(window.outHeight(), stride)
            < MOST_ELEMENTS;
  }

  /// {@return whether the plane begins within the padded one}
  private static boolean isInside(int padding, int outputs, int stride) {
    return padding >= 0 && padding < DepthwiseTile.length(outputs, stride);
  }

  /// {@return elements of the padded plane before the first that is copied}
  int lead() {
    return window.padTop() * columns + window.padLeft();
  }

  /// {@return elements of the padded plane}
  int size() {
    return columns * rows;
  }

  /// {@return how its rows are copied, with the padding}
  PaddedRows floats() {
    int behind = size() - lead() - (height - 1) * columns - width;
    return new PaddedRows(width, height, lead(), columns - width, behind);
  }
}
