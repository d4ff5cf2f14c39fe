package opml.lab.bench.llm;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import opml.lab.bench.OwnJvm;
import opml.llm.forward.CacheType;
import org.jspecify.annotations.Nullable;

/// Our engine and llama.cpp with the same model open, each started when it is first needed.
final class Sides implements AutoCloseable {
  private static final int THREADS = 2;
  private static final int CONTEXT = 768;

  private final LlmBench.Places places;
  private final OpenedModel subject;
  private String kernels = "auto";
  private CacheType cache = CacheType.F16;
  private @Nullable TextProcess ours;
  private @Nullable TextProcess peer;

  Sides(LlmBench.Places places, OpenedModel subject) {
    this.places = places;
    this.subject = subject;
  }

  /// {@return tokens of a text, at most}
  int context() {
    return Math.min(CONTEXT, subject.language().hyperparameters().context());
  }

  /// Has our side run with other kernels from now on.
  void use(String otherKernels) throws IOException {
    if (!kernels.equals(otherKernels)) {
      kernels = otherKernels;
      close();
    }
  }

  /// Has our side keep keys and values otherwise from now on.
  void keep(CacheType other) throws IOException {
    if (cache != other) {
      cache = other;
      close();
    }
  }

  TextProcess ours() throws IOException {
    TextProcess known = ours;
    if (known != null) {
      return known;
    }
    List<String> arguments =
        List.of(
            subject.file().toAbsolutePath().toString(), "" + context(), "" + THREADS, cache.name());
    List<String> command = OwnJvm.command(options(kernels), TextProbe.class, arguments);
    TextProcess made =
        new TextProcess("our engine with " + subject.name(), command, places.models());
    ours = made;
    return made;
  }

  /// {@return this JVM's options, with other kernels}
  static List<String> options(String kernels) {
    List<String> options =
        new ArrayList<>(
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-Dopml.kernels="))
                .toList());
    options.add("-Dopml.kernels=" + kernels);
    return options;
  }

  TextProcess peer() throws IOException {
    TextProcess known = peer;
    if (known != null) {
      return known;
    }
    String file = subject.file().toAbsolutePath().toString();
    List<String> command = List.of("node", "llama-cpp.mjs", file, "" + context(), "" + THREADS);
    TextProcess made = new TextProcess("llama.cpp with " + subject.name(), command, places.peer());
    peer = made;
    return made;
  }

  /// Ends both; who is asked for again starts anew.
  @Override
  public void close() throws IOException {
    try (TextProcess _ = ours;
        TextProcess _ = peer) {
      ours = null;
      peer = null;
    }
  }
}
