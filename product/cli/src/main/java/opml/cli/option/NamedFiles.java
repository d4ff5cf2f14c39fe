package opml.cli.option;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import opml.cli.console.Failure;
import opml.cli.console.TensorType;
import opml.core.codec.Names;
import opml.engine.graph.Port;

/// What `--input` and `--output` name: a file, or `NAME=FILE` for each of a model's inputs or outputs, of whose names
/// the longest counts that the argument begins with. `./a=b` is always a file.
final class NamedFiles {
  private static final int MOST_EXPECTED = 20;

  /// A file, and the part that it is of; where that is none, it is of the whole slot.
  record NamedFile(Optional<Port.Part> part, Path file) {}

  private final String what;
  private final Port port;
  private final List<NamedFile> files = new ArrayList<>();

  /// Each once: what is wrong with two arguments in the same way is one problem.
  private final Set<String> problems = new LinkedHashSet<>();

  private final Set<Port.Part> given = new HashSet<>();

  private NamedFiles(String what, Port port) {
    this.what = what;
    this.port = port;
  }

  /// {@return the file of every input}
  ///
  /// @throws Failure that tells all names that are missing, unknown or given twice, and what is expected
  static List<NamedFile> ofInputs(List<String> arguments, Optional<Port> port) {
    return of("--input", "input", arguments, port, true);
  }

  /// {@return the files of those outputs that are asked for}
  ///
  /// @throws Failure as [#ofInputs], but that none is missing
  static List<NamedFile> ofOutputs(List<String> arguments, Optional<Port> port) {
    return of("--output", "output", arguments, port, false);
  }

  private static List<NamedFile> of(
      String option, String what, List<String> arguments, Optional<Port> port, boolean all) {
    for (String argument : arguments) {
      flaw(argument)
          .ifPresent(
              flaw -> {
                throw new Failure("%s %s: %s".formatted(option, argument, flaw));
              });
    }
    if (port.isEmpty()) {
      if (arguments.size() > 1 || looksNamed(arguments.getFirst())) {
        throw new Failure(
            "%s %s: only the model's file tells the names of its %ss; name it with --model"
                .formatted(option, String.join(" ", arguments), what));
      }
      return List.of(new NamedFile(Optional.empty(), Path.of(arguments.getFirst())));
    }
    NamedFiles named = new NamedFiles(what, port.get());
    boolean crowded = port.get().parts().size() == 1 && arguments.size() > 1;
    arguments.forEach(argument -> named.add(argument, arguments.size()));
    if (crowded && named.problems.isEmpty()) {
      named.problems.add("%d files for one %s".formatted(arguments.size(), what));
    }
    if (all && !crowded && !named.isWhole()) {
      named.requireAll();
    }
    if (!named.problems.isEmpty()) {
      throw new Failure(
          "%s: %s; expected is %s"
              .formatted(option, String.join("; ", named.problems), expected(what, port.get())));
    }
    return List.copyOf(named.files);
  }

  /// {@return what no model could make sense of, if it is that}
  static Optional<String> flaw(String argument) {
    if (argument.startsWith("=") && !Files.exists(Path.of(argument))) {
      return Optional.of("the name before = is missing");
    }
    return argument.isEmpty() || argument.endsWith("=") && existing(argument).isEmpty()
        ? Optional.of("a file is missing")
        : Optional.empty();
  }

  /// {@return the file that is there and that an argument could mean: a name may have equals signs in it}
  static Optional<Path> existing(String argument) {
    int from = 0;
    do {
      String rest = argument.substring(from);
      if (!rest.isEmpty() && Files.exists(Path.of(rest))) {
        return Optional.of(Path.of(rest));
      }
      from = argument.indexOf('=', from) + 1;
    } while (from > 0);
    return Optional.empty();
  }

  private boolean isWhole() {
    return files.size() == 1 && files.getFirst().part().isEmpty();
  }

  private void add(String argument, int count) {
    Optional<Port.Part> part =
        port.parts().stream()
            .filter(one -> argument.startsWith(one.name() + "="))
            .max(Comparator.comparingInt(one -> one.name().length()));
    if (part.isPresent()) {
      if (!given.add(part.get())) {
        problems.add(Names.shown(part.get().name()) + " is given more than once");
      }
      files.add(new NamedFile(part, Path.of(argument.substring(part.get().name().length() + 1))));
    } else if (looksNamed(argument)) {
      problems.add(
          "there is no %s %s"
              .formatted(what, Names.shown(argument.substring(0, argument.indexOf('=')))));
    } else if (count > 1 && port.parts().size() > 1) {
      problems.add(argument + " has no name");
    } else {
      files.add(new NamedFile(Optional.empty(), Path.of(argument)));
    }
  }

  private void requireAll() {
    List<String> missing =
        port.parts().stream().filter(part -> !given.contains(part)).map(Port.Part::name).toList();
    if (!missing.isEmpty()) {
      problems.add(Names.list(missing) + (missing.size() == 1 ? " is" : " are") + " missing");
    }
  }

  private static boolean looksNamed(String argument) {
    int equals = argument.indexOf('=');
    return equals >= 0 && argument.lastIndexOf('/', equals) < 0 && !Files.exists(Path.of(argument));
  }

  /// {@return the failure of a file without a name that holds one array, for a port of several}
  static Failure nameless(String option, Path file, String what, Port port) {
    return new Failure(
        "%s %s: a file for one array, which needs a name; expected is %s, or one of another ending for all %,d bytes"
            .formatted(option, file, expected(what, port), port.bytes()));
  }

  /// {@return where the parts begin in one file of them all}
  static String places(Port port) {
    int more = port.parts().size() - MOST_EXPECTED;
    return "in which each begins at a multiple of %d bytes: %s%s"
        .formatted(
            Port.ALIGNMENT,
            port.parts().stream()
                .limit(MOST_EXPECTED)
                .map(part -> "%s at %,d".formatted(Names.shown(part.name()), part.offset()))
                .collect(Collectors.joining(", ")),
            more > 0 ? " and %,d more".formatted(more) : "");
  }

  /// {@return what is expected of the arguments}
  static String expected(String what, Port port) {
    if (port.parts().size() == 1) {
      return "one FILE, for " + TensorType.of(port.parts().getFirst());
    }
    int more = port.parts().size() - MOST_EXPECTED;
    return "NAME=FILE for %s of %s%s"
        .formatted(
            what.equals("input") ? "each" : "any",
            port.parts().stream()
                .limit(MOST_EXPECTED)
                .map(part -> TensorType.of(part).toString())
                .collect(Collectors.joining(", ")),
            more > 0 ? " and %,d more".formatted(more) : "");
  }
}
