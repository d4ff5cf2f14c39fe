package opml.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CallFinderTest {
  private static final ToolUse MARKED = new ToolUse(true, Set.of("add", "now"), false, true, false);
  private static final ToolUse BARE = new ToolUse(true, Set.of("add", "now"), true, true, false);
  private static final ToolUse ONE = new ToolUse(true, Set.of("add", "now"), true, false, false);

  private final long seed = TinyServer.seed();

  /// {@return what is found: text, and calls as `[name arguments]`}; pieces of any size tell the same
  private String found(ToolUse tools, String answer) {
    String whole = read(tools, List.of(answer));
    Random random = new Random(seed);
    for (int round = 0; round < 30; round++) {
      List<String> pieces = new ArrayList<>();
      for (int from = 0; from < answer.length(); ) {
        int to = Math.min(answer.length(), from + 1 + random.nextInt(1 + round / 3));
        pieces.add(answer.substring(from, to));
        from = to;
      }
      assertThat(read(tools, pieces)).as("seed %d, %s", seed, pieces).isEqualTo(whole);
    }
    return whole;
  }

  private static String read(ToolUse tools, List<String> pieces) {
    CallFinder finder = new CallFinder(tools);
    List<Part> parts = new ArrayList<>();
    pieces.forEach(piece -> parts.addAll(finder.next(piece)));
    parts.addAll(finder.end());
    StringBuilder said = new StringBuilder();
    int calls = 0;
    for (Part part : parts) {
      switch (part) {
        case Part.Text(String text) -> said.append(text);
        case Part.Call(int index, String name) -> {
          assertThat(index).isEqualTo(calls++);
          said.append('[').append(name).append("] ");
        }
        case Part.Arguments(int index, String json) -> {
          assertThat(index).isEqualTo(calls - 1);
          said.append(json);
        }
      }
    }
    assertThat(finder.count()).isEqualTo(calls);
    return said.toString();
  }

  @Test
  void hermesAndQwenMarkEachCall() {
    assertThat(
            found(
                MARKED,
                """
                Let me see.
                <tool_call>
                {"name": "add", "arguments": {"a": "}\\"{", "b": [1, {}]} }
                </tool_call>
                <tool_call>
                {"arguments": {}, "name": "now"}
                </tool_call>"""))
        .isEqualTo("Let me see.[add] {\"a\": \"}\\\"{\", \"b\": [1, {}]}[now] {}");
    assertThat(found(MARKED, "<tool_call>{\"name\":\"now\"}</tool_call> Done."))
        .isEqualTo("[now] {} Done.");
    assertThat(found(MARKED, "<tool_call>{\"name\":\"add\",\"arguments\":\"{\\\"a\\\":1}\"}"))
        .isEqualTo("[add] {\"a\":1}");
    assertThat(found(MARKED, "<tool_call>{\"name\":\"add\",\"arguments\":{\"a\":12"))
        .isEqualTo("[add] {\"a\":12");
  }

  @Test
  void mistralWritesAListOrNames() {
    assertThat(
            found(
                MARKED,
                "[TOOL_CALLS] [{\"name\": \"add\", \"arguments\": {\"a\": 1}}, {\"name\": \"now\","
                    + " \"arguments\": {}}]"))
        .isEqualTo("[add] {\"a\": 1}[now] {}");
    assertThat(
            found(
                MARKED,
                "[TOOL_CALLS]add[ARGS]{\"a\": {\"b\": 2}}[TOOL_CALLS]now[CALL_ID]123[ARGS]{}"))
        .isEqualTo("[add] {\"a\": {\"b\": 2}}[now] {}");
  }

  @Test
  void llamaWritesAnObjectWithOrWithoutAMark() {
    assertThat(
            found(
                BARE,
                "<|python_tag|>{\"type\": \"function\", \"name\": \"add\", \"parameters\": {\"a\":"
                    + " 1}}"))
        .isEqualTo("[add] {\"a\": 1}");
    assertThat(
            found(
                BARE,
                "\n"
                    + "{\"name\": \"add\", \"parameters\": {\"a\": 1}}; {\"name\": \"now\","
                    + " \"parameters\": {}}"))
        .isEqualTo("[add] {\"a\": 1}[now] {}");
    assertThat(
            found(
                ONE,
                "{\"name\": \"add\", \"parameters\": {\"a\": 1}}; {\"name\": \"add\","
                    + " \"parameters\": {}}"))
        .isEqualTo("[add] {\"a\": 1}");
  }

  @Test
  void whatIsNoCallIsText() {
    for (String text :
        List.of(
            "",
            " a < b [x] ",
            "<tool_call",
            "<tool_call>\nadd(1, 2)",
            "{\"colour\": \"blue\"}",
            "{\"name\": \"Ada\", \"born\": 1815}",
            "{\"arguments\": {\"a\": 1}, \"name\": \"Ada\"} said {",
            "<|python_tag|>print(1)",
            "<tool_call>{\"arguments\": {}}</tool_call>",
            "{ \"name\"",
            "[TOOL_CALLS] 7",
            "It is {\"name\": \"add\"}.")) {
      assertThat(found(BARE, text)).isEqualTo(text);
      assertThat(new CallFinder(ToolUse.NONE).next(text)).hasSize(text.isEmpty() ? 0 : 1);
    }
    assertThat(found(MARKED, "{\"name\": \"add\", \"arguments\": {}}"))
        .isEqualTo("{\"name\": \"add\", \"arguments\": {}}");
  }
}
