package opml.cli.console;

import java.io.PrintWriter;
import java.util.Map;
import java.util.function.Supplier;
import opml.core.codec.Printable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Where a command writes. People get text; a program asks for `--json` and gets one object a line, and nothing else,
/// on the standard output.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class Console {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(names = "--json", description = "Write JSON, one object a line, for programs.")
  private boolean json;

  /// Writes JSON from now on, also if that option was not given.
  public void writeJson() {
    json = true;
  }

  /// {@return whether a program reads}
  public boolean isJson() {
    return json;
  }

  /// Shows a result: the object to programs, the text to people.
  public void show(Map<String, @Nullable Object> object, Supplier<String> text) {
    write(out(), json ? Json.line(object) : Printable.lines(text.get()));
  }

  /// Shows a result to programs only, since people have it already.
  public void object(Map<String, @Nullable Object> object) {
    if (json) {
      write(out(), Json.line(object));
    }
  }

  /// Says something to people only.
  public void say(String text) {
    if (!json) {
      write(out(), Printable.lines(text));
    }
  }

  /// Says a part of a text that goes on, to people only. Letters of any language stand as they are; what could steer a
  /// terminal is a dot.
  ///
  /// @return whether somebody still reads
  public boolean part(String text) {
    if (json) {
      return true;
    }
    PrintWriter writer = out();
    synchronized (writer) {
      text.codePoints()
          .map(c -> Character.isISOControl(c) && c != '\n' && c != '\t' ? '.' : c)
          .forEach(c -> writer.print(Character.toString(c)));
      return !writer.checkError(); // which flushes
    }
  }

  /// Says what is no result, such as progress or a trouble that may pass.
  public void note(String text) {
    write(command.commandLine().getErr(), Printable.lines(text));
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }

  /// Agents write from several threads; lines stay whole.
  private static void write(PrintWriter writer, String text) {
    synchronized (writer) {
      writer.println(text.stripTrailing());
      writer.flush();
    }
  }
}
