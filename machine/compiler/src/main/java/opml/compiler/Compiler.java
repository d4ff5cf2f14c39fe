package opml.compiler;

import opml.compiler.backend.Backend;
import opml.compiler.frontend.CallGraph;
import opml.compiler.frontend.ClassSource;
import opml.compiler.frontend.MethodGraphBuilder;
import opml.compiler.ir.Addresses;
import opml.compiler.ir.Cleanup;
import opml.compiler.ir.MethodGraph;
import opml.compiler.ir.MethodRef;
import opml.compiler.program.CompiledProgram;

/// Kernel Java to RV64IM, whole programs at a time.
///
/// The order of work: [CallGraph] finds what the kernel reaches and refuses recursion; [MethodGraphBuilder] turns
/// bytecode into a graph in single assignment form, small methods inlined; [Cleanup] folds and shares; the [Backend]
/// schedules, selects instructions, colours registers and lays the program out. Every step is deterministic.
public final class Compiler {
  private Compiler() {}

  /// {@return the program of a class's only method of that name, read from the class's own class file}
  ///
  /// @throws RefusedException if the method or what it calls is not kernel Java
  public static CompiledProgram compile(String name, Class<?> owner, String method) {
    ClassSource source = ClassSource.of(owner);
    return compile(name, source, source.find(owner.getName().replace('.', '/'), method));
  }

  /// {@return the program of a method, with class files from anywhere}
  public static CompiledProgram compile(String name, ClassSource source, MethodRef kernel) {
    CallGraph calls = new CallGraph(source, kernel);
    Backend backend = new Backend();
    for (MethodRef ref : calls.compiled()) {
      boolean isKernel = ref.equals(kernel);
      MethodGraph graph =
          isKernel ? MethodGraphBuilder.kernel(calls, ref) : MethodGraphBuilder.method(calls, ref);
      Cleanup.run(graph);
      Addresses.run(graph);
      int parameters = calls.parameters(ref);
      if (isKernel) {
        return backend.kernel(name, ref, parameters, calls.tables(), graph);
      }
      backend.method(ref, parameters, graph);
    }
    throw new IllegalStateException("the kernel is not among its own methods: " + kernel);
  }
}
