package opml.lab.play;

import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;

/// Tests that share one development chain, class by class. Without anvil they are skipped, and say so: a class repeats
/// the condition, which is not inherited.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
public abstract class OnDevChain {
  protected static DevChain dev;

  @BeforeAll
  static void startChain() {
    dev = DevChain.start(DevChain.Options.DEFAULT);
  }

  @AfterAll
  static void stopChain() {
    if (dev != null) {
      dev.close();
    }
  }
}
