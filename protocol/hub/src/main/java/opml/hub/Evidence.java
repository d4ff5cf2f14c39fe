package opml.hub;

import java.util.List;
import opml.core.codec.ByteWriter;
import opml.core.hash.Bytes32;

/// Packs what a call proves: parts one after the other, nothing between or behind them.
public final class Evidence {
  private final ByteWriter out = new ByteWriter();

  /// Appends states, a word each.
  public Evidence states(List<Bytes32> states) {
    states.forEach(out::bytes32);
    return this;
  }

  /// Appends bytes as they are.
  public Evidence bytes(byte[] bytes) {
    out.bytes(bytes);
    return this;
  }

  /// {@return everything appended so far}
  public byte[] pack() {
    return out.toArray();
  }
}
