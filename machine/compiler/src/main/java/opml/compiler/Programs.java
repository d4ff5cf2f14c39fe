package opml.compiler;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import opml.compiler.program.CompiledProgram;
import opml.kernels.catalog.Kernel;

/// The programs of kernels, compiled when first asked for.
public final class Programs {
  private static final ConcurrentMap<String, CompiledProgram> COMPILED = new ConcurrentHashMap<>();

  private Programs() {}

  /// {@return a kernel's program}
  ///
  /// @throws RefusedException if the kernel is not kernel Java
  public static CompiledProgram of(Kernel kernel) {
    String key = kernel.owner().getName() + "." + kernel.method() + " " + kernel.name();
    return COMPILED.computeIfAbsent(
        key, _ -> Compiler.compile(kernel.name(), kernel.owner(), kernel.method()));
  }
}
