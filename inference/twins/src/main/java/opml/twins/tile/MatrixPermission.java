package opml.twins.tile;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Linux saves the matrix registers, 8 KiB a thread, of those processes alone that have asked for it
/// (Documentation/arch/x86/xstate.rst of the kernel); an instruction on matrices ends all others.
final class MatrixPermission {
  private static final long ARCH_PRCTL = 158; // of x86-64
  private static final long ARCH_REQ_XCOMP_PERM = 0x1023;
  private static final long XTILEDATA = 18;

  private MatrixPermission() {}

  /// {@return whether this process may use matrices; it asks each time, which changes nothing}
  @SuppressWarnings("restricted")
  static boolean isGranted() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return false;
    }
    Linker linker = Linker.nativeLinker();
    ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
    return linker
        .defaultLookup()
        .find("syscall")
        .map(at -> linker.downcallHandle(at, FunctionDescriptor.of(word, word, word, word)))
        .map(MatrixPermission::ask)
        .orElse(false);
  }

  private static boolean ask(MethodHandle systemCall) {
    try {
      return (long) systemCall.invokeExact(ARCH_PRCTL, ARCH_REQ_XCOMP_PERM, XTILEDATA) == 0;
    } catch (Throwable e) {
      throw new IllegalStateException("arch_prctl", e);
    }
  }
}
