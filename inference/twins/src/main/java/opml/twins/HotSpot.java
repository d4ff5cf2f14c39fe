package opml.twins;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What of HotSpot vector code depends on.
final class HotSpot {
  private HotSpot() {}

  /// {@return why vector code would be a hundred times slower than scalar code here, if it would}
  static Optional<String> hindersVectors() {
    if (onlyInterprets()) {
      return Optional.of("this JVM only interprets");
    }
    if (option("UseJVMCICompiler").equals("true")) {
      return Optional.of("another compiler than C2 is used");
    }
    String level = option("TieredStopAtLevel");
    boolean tiered = option("TieredCompilation").equals("true");
    if (level.isEmpty() || tiered && !level.equals("4")) {
      return Optional.of("this JVM has no compiler C2, or does not use it");
    }
    return Optional.empty();
  }

  /// {@return whether nothing is compiled}
  static boolean onlyInterprets() {
    return System.getProperty("java.vm.info", "").contains("interpreted mode");
  }

  /// {@return whether an fma is one instruction}
  static boolean hasFma() {
    return option("UseFMA").equals("true");
  }

  /// {@return the value of an option, empty on a JVM that has none of that name}
  private static String option(String name) {
    try {
      @Nullable HotSpotDiagnosticMXBean hotSpot =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return hotSpot == null ? "" : hotSpot.getVMOption(name).getValue();
    } catch (IllegalArgumentException noSuchOption) {
      return "";
    }
  }
}
