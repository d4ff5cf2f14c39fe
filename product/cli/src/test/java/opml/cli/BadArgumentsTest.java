package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import opml.core.account.Address;
import opml.core.account.Wei;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// Every command refuses bad arguments with the same exit code, before it does anything.
class BadArgumentsTest {
  /// Any text is a name or a path, as far as a command line can tell.
  private static final Set<Class<?>> NEVER_NONSENSE = Set.of(String.class, Path.class);

  static Stream<String> commands() {
    return all(Cli.commandLine()).map(CommandSpec::qualifiedName);
  }

  private static Stream<CommandSpec> all(CommandLine command) {
    return Stream.concat(
        Stream.of(command.getCommandSpec()),
        command.getSubcommands().values().stream().flatMap(BadArgumentsTest::all));
  }

  private static CommandSpec named(String command) {
    return all(Cli.commandLine())
        .filter(spec -> spec.qualifiedName().equals(command))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void anUnknownOptionIsRefused(String command) {
    List<Object> words = complete(named(command), List.of());
    words.add("--no-such-option");
    CliRun.of(words.toArray()).isMisusedWith("--no-such-option");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void aMissingArgumentIsNamed(String command) {
    CommandSpec spec = named(command);
    for (ArgSpec required : required(spec)) {
      String name =
          required instanceof OptionSpec option ? option.longestName() : required.paramLabel();
      CliRun.of(complete(spec, List.of(required)).toArray()).isMisusedWith(name);
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void anOptionWithoutItsValueIsRefused(String command) {
    CommandSpec spec = named(command);
    for (OptionSpec option : valued(spec)) {
      List<Object> words = complete(spec, List.of(option));
      words.add(option.longestName());
      CliRun.of(words.toArray()).isMisusedWith(option.longestName());
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void aValueOfTheWrongTypeIsRefusedWithItsOption(String command) {
    CommandSpec spec = named(command);
    for (OptionSpec option : valued(spec)) {
      if (!NEVER_NONSENSE.contains(type(option))) {
        List<Object> words = complete(spec, List.of(option));
        Collections.addAll(words, option.longestName(), "non sense");
        CliRun run = CliRun.of(words.toArray());
        // A URL may hold a secret.
        run.isMisusedWith(option.longestName(), type(option) == URI.class ? "a URL" : "non sense");
        assertThat(run.err()).doesNotContain("java.", "a long", "an int", "a double");
      }
    }
  }

  private static List<OptionSpec> valued(CommandSpec spec) {
    return spec.options().stream().filter(option -> option.arity().max() > 0).toList();
  }

  private static List<ArgSpec> required(CommandSpec spec) {
    return spec.args().stream().filter(arg -> arg.required() && arg.group() == null).toList();
  }

  /// {@return the words of a command with everything it must have, but for some}
  private static List<Object> complete(CommandSpec spec, List<? extends ArgSpec> without) {
    List<Object> words = new ArrayList<>(List.of(spec.qualifiedName().split(" ")));
    words.removeFirst();
    for (ArgSpec arg : required(spec)) {
      if (!without.contains(arg)) {
        switch (arg) {
          case OptionSpec option -> Collections.addAll(words, option.longestName(), value(option));
          case PositionalParamSpec positional -> words.add(value(positional));
          default -> throw new IllegalStateException("neither option nor positional: " + arg);
        }
      }
    }
    return words;
  }

  private static String value(ArgSpec arg) {
    Class<?> type = type(arg);
    if (type == Address.class) {
      return "0x" + "1".repeat(40);
    }
    if (type == URI.class) {
      return "http://127.0.0.1:1";
    }
    return type.isPrimitive() || type == Long.class || type == Wei.class ? "1" : "there-is-none";
  }

  /// {@return the type of one value}
  private static Class<?> type(ArgSpec arg) {
    Class<?>[] inner = arg.auxiliaryTypes();
    return inner[inner.length - 1];
  }
}
