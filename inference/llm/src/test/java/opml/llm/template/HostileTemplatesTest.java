package opml.llm.template;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileTemplatesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 'x' * 1000000000 }}",
        "{{ 'x' * 9000000000000000000 }}",
        "{{ [1] * 9000000000000000000 }}",
        "{{ [1, 2, 3, 4] * 1000000000 }}",
        "{% set ns = namespace(t='xx') %}{% for i in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
        "{% set ns = namespace(t='xx') %}{% for i in range(99) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}",
        "{% set ns = namespace(t='xx') %}{% for i in range(99) %}{% set ns.t = ns.t.replace('x', 'xx') %}{% endfor %}",
        "{% set ns = namespace(t=['xx']) %}{% for i in range(99) %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.t }}",
        "{% set ns = namespace(t=[1]) %}{% for i in range(90) %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}"
            + "{{ ns.t | tojson }}",
        "{% set ns = namespace(t=[1], u=[1]) %}{% for i in range(90) %}{% set ns.t = [ns.t, ns.t] %}"
            + "{% set ns.u = [ns.u, ns.u] %}{% endfor %}{{ ns.t == ns.u }}",
        "{% set ns = namespace(t=[1]) %}{% for i in range(90000) %}{% set ns.t = [ns.t] %}{% endfor %}{{ ns.t }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ m() ~ m() }}{% endmacro %}{{ m() }}",
        "{{ range(10 ** 18) }}",
        "{{ 10 ** 19 }}",
        "{{ 1 ** 9000000000000000000 + 9223372036854775807 }}",
        "{{ ' ' | indent(2000000000) }}",
        "{{ [1] | tojson(indent=2000000000) }}",
        "{{ ('a' * 1000000).count('a' * 500000 ~ 'b') }}",
        "{{ ('ab' * 1000000).replace('a' * 900000 ~ 'c', '') }}",
        "{% set l = ['x' * 1000000] * 1000 %}{{ l | sort | length }}{{ l | join | length }}",
        "{% set s = 'x' * 1000000 %}{% for i in range(99999) %}{% if s.upper() == s %}{% endif %}{% endfor %}",
        "{% set s = 'x' * 10000000 %}{% for i in range(99999) %}{% set t = s | length %}{% endfor %}",
      })
  void whatWouldTakeForeverEnds(String template) {
    assertThatThrownBy(() -> Template.of(template).text(Map.of(), RecordedTemplates.NOW))
        .isInstanceOf(TemplateException.class);
  }

  @Test
  void whatNestsWithoutEndIsRefused() {
    for (String part : List.of("(", "[", "{'a':", "-", "not ", "x[", "x(", "1 if ")) {
      String deep = "{{ " + part.repeat(100_000) + "1";
      assertThatThrownBy(() -> Template.of(deep)).as(part).isInstanceOf(TemplateException.class);
    }
    String blocks = "{% if 1 %}".repeat(50_000);
    assertThatThrownBy(() -> Template.of(blocks)).isInstanceOf(TemplateException.class);
    String sums = "{{ 1" + " + 1".repeat(100_000) + " }}";
    assertThatThrownBy(() -> Template.of(sums).text(Map.of(), RecordedTemplates.NOW))
        .isInstanceOf(TemplateException.class);
    assertThatThrownBy(() -> Template.of(" ".repeat(2_000_000)))
        .isInstanceOf(TemplateException.class);
  }

  @Test
  void whateverIsWrittenIsRenderedOrRefused() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    String[] pieces = {
      "{{",
      "}}",
      "{%",
      "%}",
      "{#",
      "#}",
      "-",
      "+",
      " ",
      "\n",
      "'",
      "\"",
      "\\",
      "if",
      "endif",
      "for",
      "in",
      "endfor",
      "set",
      "=",
      "macro",
      "endmacro",
      "m",
      "(",
      ")",
      "[",
      "]",
      ":",
      ",",
      ".",
      "|",
      "is",
      "not",
      "else",
      "x",
      "1",
      "2.5",
      "~",
      "*",
      "items",
      "loop",
      "defined",
      "tojson",
      "join",
      "range",
      "raw",
      "endraw",
      "\ud83d",
      "é",
      "{",
      "}",
      "namespace",
      "call"
    };
    Map<String, Datum> variables = new HashMap<>();
    variables.put("x", Datum.of("text"));
    variables.put("items", Datum.list(List.of(Datum.of(1), Datum.of("a"))));
    for (int i = 0; i < 20_000; i++) {
      StringBuilder template = new StringBuilder();
      for (int j = random.nextInt(20); j >= 0; j--) {
        template.append(pieces[random.nextInt(pieces.length)]);
        template.append(random.nextBoolean() ? " " : "");
      }
      try {
        Template.of(template.toString()).text(variables, RecordedTemplates.NOW);
      } catch (TemplateException _) {
        // It is refused in words of its own.
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed %d: %s".formatted(seed, template), e);
      }
    }
  }
}
