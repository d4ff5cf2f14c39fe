package opml.agent.devchain;

import org.junit.jupiter.api.Assumptions;

/// Starts a development chain for a test, or skips the test, loudly, where anvil is not installed.
public final class TestChain {
  private TestChain() {}

  public static DevChain start() {
    return start(DevChain.Options.DEFAULT);
  }

  public static DevChain start(DevChain.Options options) {
    if (AnvilBinary.installed().isEmpty()) {
      System.err.println(
          "SKIPPED: anvil is not installed; run npm ci --ignore-scripts in contracts/");
      Assumptions.abort("anvil is not installed; run npm ci --ignore-scripts in contracts/");
    }
    return DevChain.start(options);
  }
}
