package opml.compiler;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import opml.compiler.program.CompiledProgram;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.PinnedProgram;
import opml.kernels.catalog.PinnedPrograms;

/// The programs of kernels, compiled when first asked for, and what they compiled to before.
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

  /// {@return a program that is pinned for a kernel, in any edition}
  ///
  /// @throws IllegalStateException if neither this compiler gives it, nor it was kept
  public static CompiledProgram of(Kernel kernel, PinnedProgram pinned) {
    CompiledProgram compiled = of(kernel);
    return compiled.codeRoot().equals(pinned.codeRoot())
        ? compiled
        : CompiledProgram.kept(kernel.name(), pinned, PinnedPrograms.code(pinned));
  }
}
