package opml.cli.option;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.OutputFile;
import opml.cli.console.TensorType;
import opml.engine.graph.Port;
import opml.engine.tensor.Tensor;

/// The files that a model's outputs go to, each of which can be written.
public final class OutputFiles {
  /// @param part that the file is of; where that is none, it is of the whole slot
  private record Target(Optional<Port.Part> part, OutputFile file) {}

  private final List<Target> targets;

  private OutputFiles(List<Target> targets) {
    this.targets = List.copyOf(targets);
  }

  /// @throws Failure if a name is wrong, a file cannot be written, or needs a type and has none
  static OutputFiles of(List<String> arguments, Optional<Port> port) {
    List<Target> targets = new ArrayList<>();
    Set<Object> places = new HashSet<>();
    for (NamedFiles.NamedFile named : NamedFiles.ofOutputs(arguments, port)) {
      if (!places.add(named.file().toAbsolutePath().normalize())) {
        throw new Failure("--output: " + named.file() + " is there for two outputs");
      }
      Optional<TensorType> type = named.part().or(() -> only(port)).map(TensorType::of);
      if (type.isEmpty() && port.isPresent() && OutputFile.needsType(named.file())) {
        throw NamedFiles.nameless("--output", named.file(), "output", port.get());
      }
      Optional<Port.Part> part =
          named.part().or(() -> only(port).filter(one -> !isWhole(one, port)));
      targets.add(new Target(part, OutputFile.of(named.file(), type)));
    }
    return new OutputFiles(targets);
  }

  private static Optional<Port.Part> only(Optional<Port> port) {
    return port.filter(one -> one.results().size() == 1).map(one -> one.results().getFirst());
  }

  /// {@return whether a part's bytes are those of the slot}
  private static boolean isWhole(Port.Part part, Optional<Port> port) {
    return part.cut().isEmpty() && port.filter(Port::isPacked).isEmpty();
  }

  /// Writes the output, or what is asked of it, and says so.
  ///
  /// @param port the model's output, if its file told it
  /// @param bytes of its slot
  /// @throws Failure if these are not the model's, or a file cannot be written
  public void write(Console console, Optional<Port> port, byte[] bytes) {
    for (Target target : targets) {
      if (target.part().isPresent()) {
        Port.Part part = target.part().get();
        Tensor tensor = of(part, port, bytes);
        TensorType type = new TensorType(part.name(), tensor.type(), tensor.shape());
        target.file().write(Optional.of(type), tensor.bytes());
      } else {
        target.file().write(only(port).map(TensorType::of), bytes);
      }
      console.say("written to " + target.file());
    }
  }

  private static Tensor of(Port.Part part, Optional<Port> port, byte[] bytes) {
    if (port.orElseThrow().bytes() != bytes.length) {
      throw new Failure("an output of " + bytes.length + " bytes is not the model's");
    }
    return port.get().tensor(part, MemorySegment.ofArray(bytes));
  }

  @Override
  public String toString() {
    return targets.stream()
        .map(target -> target.file().toString())
        .collect(Collectors.joining(", "));
  }
}
