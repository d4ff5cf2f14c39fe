package opml.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WrittenCallsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '^',
      textBlock =
          """
          {"name": "add", "arguments": {"a": 1}} @ add @ {"a":1}
          Well: <tool_call>{"parameters": {"a": {}}, "name": "add"}</tool_call> @ add @ {"a": {}}
          {"name": "now"} @ now @ {}
          {"name": "add", "arguments": "{\\"a\\": 1}"} @ add @ {"a": 1}
          [TOOL_CALLS]add[ARGS]{"a": 1} @ add @ {"a": 1}
          add{"name": "Bob"} @ add @ {"name": "Bob"}
          { {"name": "add", "arguments": {"a": 1}} @ add @ {"a": 1}
          {"name": "add", "arguments": {"a": 1, "b @ add @ {"a": 1, "b
          {"name": "add", "arguments": {a: 1}} @ add @ {a: 1}
          {"name": "add", "arguments": {"a": 1, "b @ add @ {"a": 1,
          {"name": "add", "argu @ add @ ^^
          {"name": "add", "arguments": "{\\"a @ add @ ^^
          [TOOL_CALLS]add[CALL_ID]a1b2c3d4e[ARGS]{"a": "}"} @ add @ {"a": "}"}
          [TOOL_CALLS]add{"a": 1}now{} @ now @ {}
          """)
  void aCallIsFoundInAnyForm(String text, String name, String arguments) {
    assertThat(WrittenCalls.of(text).have(new ShownCall(name, arguments))).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '^',
      textBlock =
          """
          {"name": "add", "arguments": {"a": 1}} @ add @ {"a": 2}
          {"name": "add", "arguments": {"a": 1}} @ pay @ {"a": 1}
          {"name": "add", "arguments": {"a": 1}}{"name": "pay", "arguments": {}} @ pay @ {"a": 1}
          I would pay {"a": 1} if I could @ add @ {"a": 1}
          {"name": "add", "arguments": {"a": 1, "b @ add @ {"a": 1, "c
          no call at all @ add @ {}
          I will not call delete_all @ delete_all @ {}
          I will not call delete_all: {} is no reason @ delete_all @ {}
          delete_all{"dry": true} @ delete_all @ {}
          delete_all{"dry": true} @ delete_all @ {"dry"
          delete_all{"dry": true} @ all @ {"dry": true}
          delete_all{"why": {"a": 1}} @ delete_all @ {"a": 1}
          pay {"name": "add", "arguments": {}} {"a": 1} @ pay @ {"a": 1}
          {"name": "pay", "name": "add", "arguments": {"a": 1}} @ pay @ {"a": 1}
          {"name": "add", "arguments": {"a": 1}} @ add @ {"a": 2, "a": 1}
          {"name": "add", "arguments": {"a": 1}} @ add @ {"a": 1} {"a": 2}
          I would pay @ pay @ ^^
          """)
  void anotherOneIsNot(String text, String name, String arguments) {
    assertThat(WrittenCalls.of(text).have(new ShownCall(name, arguments))).isFalse();
  }
}
