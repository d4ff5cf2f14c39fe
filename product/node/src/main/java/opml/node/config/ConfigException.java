package opml.node.config;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/// A node's file is wrong: everything that is, in the order of the file, a line each.
public final class ConfigException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final transient List<ConfigProblem> problems;

  ConfigException(List<ConfigProblem> problems) {
    super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  public List<ConfigProblem> problems() {
    return problems;
  }
}
