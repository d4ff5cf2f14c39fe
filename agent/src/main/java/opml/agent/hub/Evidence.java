package opml.agent.hub;

import java.util.List;
import opml.core.codec.ByteWriter;
import opml.core.hash.Bytes32;

/// Packs what a call proves: parts one after the other, nothing between or behind them.
final class Evidence {
  private final ByteWriter out = new ByteWriter();

  Evidence states(List<Bytes32> states) {
    states.forEach(out::bytes32);
    return this;
  }

  Evidence bytes(byte[] bytes) {
    out.bytes(bytes);
    return this;
  }

  byte[] pack() {
    return out.toArray();
  }
}
