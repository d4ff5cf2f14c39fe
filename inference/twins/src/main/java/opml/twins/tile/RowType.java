package opml.twins.tile;

import opml.twins.call.LinearCall;

/// The floats that a [RowTile] multiplies, all widened exactly to single precision.
public enum RowType {
  F32(LinearCall.Format.F32),

  /// Half precision.
  F16(LinearCall.Format.F16),

  /// The upper halves of single precision.
  BF16(LinearCall.Format.BF16);

  /// How they stand in a file.
  final LinearCall.Format file;

  /// Bytes of a weight.
  final int bytes;

  RowType(LinearCall.Format file) {
    this.file = file;
    this.bytes = file.bytes();
  }
}
