package opml.lab.equality;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import opml.core.hash.Bytes32;
import opml.vm.step.Step;
import org.jspecify.annotations.NullMarked;

/// A second module vm in this JVM: its classes come from the same files, but for those that a fault was compiled into.
final class Mutant extends ClassLoader {
  /// Relative to the module, where Maven runs its tests.
  private static final Path SOURCES =
      Path.of("..", "..", "machine", "vm", "src", "main", "java", "opml", "vm");

  private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

  private final Path classes;

  private Mutant(Path classes) {
    super(Mutant.class.getClassLoader());
    this.classes = classes;
  }

  /// {@return a probe into a module vm without a fault}
  static Function<Object[], Bytes32> honest(Path folder) {
    return new Mutant(folder).probe();
  }

  /// {@return a probe into a module vm with this fault}
  ///
  /// @param folder an empty one, for the compiler's output
  static Function<Object[], Bytes32> of(Fault fault, Path folder) throws IOException {
    Path honest = SOURCES.resolve(fault.file());
    Path planted = Files.createDirectories(folder.resolve("source")).resolve(honest.getFileName());
    Files.writeString(planted, fault.plant(Files.readString(honest)));
    try (StandardJavaFileManager files = COMPILER.getStandardFileManager(null, null, null)) {
      boolean compiled =
          COMPILER
              .getTask(
                  null,
                  files,
                  null,
                  List.of("-d", folder.toString(), "-cp", classPath(), "-proc:none", "-nowarn"),
                  null,
                  files.getJavaFileObjects(planted))
              .call();
      if (!compiled) {
        throw new IllegalStateException("does not compile: " + fault);
      }
    }
    return new Mutant(folder).probe();
  }

  private static String classPath() {
    return Stream.of(Step.class, Bytes32.class, NullMarked.class)
        .map(type -> type.getProtectionDomain().getCodeSource())
        .map(CodeSource::getLocation)
        .map(url -> Path.of(URI.create(url.toString())).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  @SuppressWarnings("unchecked")
  private Function<Object[], Bytes32> probe() {
    try {
      return (Function<Object[], Bytes32>)
          loadClass(MachineProbe.class.getName()).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    boolean ours = name.startsWith("opml.vm.") || name.equals(MachineProbe.class.getName());
    if (!ours) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    String path = name.replace('.', '/') + ".class";
    Path mutated = classes.resolve(path);
    try (InputStream in =
        Files.exists(mutated)
            ? Files.newInputStream(mutated)
            : Objects.requireNonNull(getParent()).getResourceAsStream(path)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
