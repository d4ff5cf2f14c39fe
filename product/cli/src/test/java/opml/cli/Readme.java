package opml.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The commands of the README: what stands in its blocks of `sh`. A comment before a block, which readers do not see,
/// says why it is not run, which program it needs, or that it takes long.
///
/// @param blocks in their order
/// @param inline commands in the middle of a sentence
record Readme(List<Block> blocks, List<String> inline) {
  private static final Pattern SPAN = Pattern.compile("`(\\./opml[^`]*)`");
  private static final Pattern EXEMPTION = Pattern.compile("<!-- not run: (.+) -->");
  private static final Pattern NEED = Pattern.compile("<!-- needs (\\S+) -->");

  /// Commands that are shown together.
  ///
  /// @param line where the block begins, from 1
  /// @param remark the comment before it, or nothing
  record Block(int line, String remark, List<String> commands) {
    /// {@return whether no test runs it}
    boolean isExempt() {
      return EXEMPTION.matcher(remark).matches();
    }

    /// {@return whether it takes longer than a test of every day may}
    boolean isLong() {
      return remark.equals("<!-- lasts minutes -->");
    }

    /// {@return the program that it needs and a reader may lack, or nothing}
    String need() {
      Matcher matcher = NEED.matcher(remark);
      return matcher.matches() ? matcher.group(1) : "";
    }
  }

  static Readme of(Path checkout) throws IOException {
    List<String> lines = Files.readAllLines(checkout.resolve("README.md"));
    List<Block> blocks = new ArrayList<>();
    List<String> inline = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("```")) {
        int end = i + 1 + lines.subList(i + 1, lines.size()).indexOf("```");
        List<String> commands = joined(lines.subList(i + 1, end));
        if (lines.get(i).equals("```sh")) {
          blocks.add(new Block(i + 1, i == 0 ? "" : lines.get(i - 1), commands));
        } else if (commands.stream().anyMatch(line -> line.startsWith("./opml"))) {
          throw new AssertionError("README.md:%d: commands in a block that is not sh".formatted(i));
        }
        i = end;
      } else {
        Matcher span = SPAN.matcher(lines.get(i));
        while (span.find()) {
          inline.add(span.group(1));
        }
      }
    }
    return new Readme(blocks, inline);
  }

  /// Joins lines that end with a backslash with the next.
  private static List<String> joined(List<String> lines) {
    return List.of(String.join("\n", lines).replaceAll("\\\\\n\\s*", "").split("\n"));
  }
}
