package opml.cli.console;

import java.util.List;
import opml.lab.bench.OwnJvm;

/// This program in a process of its own, for commands that try it as its users run it.
public final class OwnProgram {
  /// By its name: what commands are part of begins there.
  private static final String MAIN = "opml.cli.Main";

  private OwnProgram() {}

  /// {@return what stands for `opml` on a command line}
  public static List<String> command() {
    return OwnJvm.command(List.of(), MAIN, List.of());
  }
}
