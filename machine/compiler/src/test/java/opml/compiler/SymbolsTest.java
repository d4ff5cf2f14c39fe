package opml.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.LineNumber;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import opml.compiler.program.Symbol;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a disassembly says about where an instruction comes from.
class SymbolsTest {
  static List<Kernel> kernels() {
    return KernelCatalog.all();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void everyLineIsOneOfTheMethodThatItIsSaidToBeOf(Kernel kernel) throws IOException {
    for (Symbol symbol : Programs.of(kernel).symbols()) {
      assertThat(lines(symbol)).as("%s at pc 0x%x", symbol, symbol.pc()).contains(symbol.line());
    }
  }

  /// Of all methods of this name, and 0 for what the compiler adds.
  private static Set<Integer> lines(Symbol symbol) throws IOException {
    Set<Integer> lines = new HashSet<>(Set.of(0));
    for (MethodModel method : classFile(symbol.className()).methods()) {
      if (method.methodName().equalsString(symbol.method())) {
        method
            .code()
            .ifPresent(
                code ->
                    code.forEach(
                        element -> {
                          if (element instanceof LineNumber number) {
                            lines.add(number.line());
                          }
                        }));
      }
    }
    return lines;
  }

  private static ClassModel classFile(String className) throws IOException {
    try (InputStream in =
        Kernel.class.getClassLoader().getResourceAsStream(className.replace('.', '/') + ".class")) {
      return ClassFile.of().parse(in.readAllBytes());
    }
  }
}
