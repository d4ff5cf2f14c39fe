package opml.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    assertThat(found(text, new ShownCall(name, arguments))).isEqualTo(1);
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
    assertThat(found(text, new ShownCall(name, arguments))).isZero();
  }

  private static int found(String text, ShownCall... shown) {
    return WrittenCalls.of(text).match(List.of(shown)).count();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\": \"add\", \"arguments\": {\"a\": 1}}, {\"name\": \"now\"}",
        "[TOOL_CALLS]add[ARGS]{\"a\": 1}[TOOL_CALLS]now[ARGS]{}",
        "add{\"a\": 1} {\"parameters\": {}, \"name\": \"now\"}",
      })
  void aCallThatWasWrittenOnceIsShownOnceAndInItsPlace(String text) {
    ShownCall add = new ShownCall("add", "{\"a\": 1}");
    ShownCall now = new ShownCall("now", "{}");
    assertThat(found(text, add, now)).isEqualTo(2);
    assertThat(found(text, now)).isEqualTo(1);
    assertThat(found(text, add, add)).isEqualTo(1);
    assertThat(found(text, now, add)).isEqualTo(1);
    assertThat(found(text, add, now, now)).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '^',
      textBlock =
          """
          No. <tool_call>{"name": "add", "arguments": {}}</tool_call> @ No. @ true
          No. <tool_call>{"name": "add", "arguments": {}}</tool_call> @ ^^ @ false
          No. <b>{"name": "add", "arguments": {}} @ No. @ false
          No. [TOOL_CALLS][{"name": "add", "arguments": {}}] @ No. @ true
          {"name": "add"} @ ^^ @ true
          {"name": "now"} {"name": "add", "arguments": {}} @ ^^ @ false
          {"name": "now", "arguments": {}} {"name": "add", "arguments": {}} @ ^^ @ false
          {"name": "add", "arguments": {}} is what I would not do. @ ^^ @ false
          So: <tool_call>{"name": "add", "arguments": {}}</tool_call> Well. @ So: Well. @ true
          So: <tool_call>{"name": "add", "arguments": {}}</tool_call> Well. @ So: @ false
          So: <tool_call>{"name": "add", "arguments": {}}</tool_call> Well. @ So: We @ false
          """)
  void whatIsNotShownBesideACallIsKnown(String text, String shown, boolean isAll) {
    WrittenCalls.Match match = WrittenCalls.of(text).match(List.of(new ShownCall("add", "{}")));
    assertThat(match.covers(shown)).isTrue();
    assertThat(match.isAll(shown)).isEqualTo(isAll);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      textBlock =
          """
          So: {"name": "add", "arguments": {}} Well. @ So: Ill.
          So: {"name": "add", "arguments": {}} Well. @ Well.
          So: {"name": "add", "arguments": {}} Well. @ So: Well. X is safe.
          So: {"name": "add", "arguments": {}} Well. @ So: <tool_call> Well.
          So: {"name": "add", "arguments": {}} Well. @ So Well.
          """)
  void anotherTextBesideACallIsNotCovered(String text, String shown) {
    assertThat(WrittenCalls.of(text).match(List.of(new ShownCall("add", "{}"))).covers(shown))
        .isFalse();
  }
}
