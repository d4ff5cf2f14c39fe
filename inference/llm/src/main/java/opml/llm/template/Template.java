package opml.llm.template;

import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;

/// A Jinja template, read and ready.
///
/// ```java
/// Template hello = Template.of("Hello {{ name | upper }}!");
/// String text = hello.text(Map.of("name", Datum.of("world")), ZonedDateTime.now());
/// ```
///
/// Reading and rendering end in bounded time and memory, whatever the template is. For many threads.
public final class Template {
  private static final long STEPS = 4_000_000;
  private static final long CHARACTERS = 1 << 25;

  private final List<Stmt> body;

  private Template(List<Stmt> body) {
    this.body = body;
  }

  /// {@return the template of a source}
  ///
  /// @throws TemplateException if it is none
  public static Template of(String source) {
    return new Template(TemplateParser.parse(source));
  }

  /// {@return what the template says}
  ///
  /// @param variables what it is told
  /// @param now the moment that it is told
  /// @throws TemplateException if it refuses what it is told, or cannot be rendered with it
  public String text(Map<String, Datum> variables, ZonedDateTime now) {
    return new Rendering(variables, new Spending(STEPS, CHARACTERS), now).text(body);
  }
}
