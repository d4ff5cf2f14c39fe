package opml.ethereum.evm;

import java.io.Serial;

/// What a call comes to is not decided by the state alone, or takes more than is computed here.
public final class Unbound extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  Unbound(String what) {
    super(what);
  }
}
