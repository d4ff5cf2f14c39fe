package opml.receipt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers by line, each a whole one or a stream of events with a mark between them.
class ChoiceTextsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static ChoiceTexts read(String events) throws IOException {
    ChoiceTexts texts = new ChoiceTexts();
    for (String event : events.split("@", -1)) {
      texts.add(MAPPER.readTree(event.replace('\'', '"')));
    }
    return texts;
  }

  private static String said(String text) {
    return "{'type':'message','content':[{'type':'output_text','text':'%s'}]}".formatted(text);
  }

  /// {@return how a message begins in a stream, and what it says}
  private static String message(int number, String text) {
    return ("{'type':'response.output_item.added','output_index':%d,'item':{'type':'message','content':[]}}@"
            + "{'type':'response.output_text.delta','output_index':%d,'content_index':0,'delta':'%s'}")
        .formatted(number, number, text);
  }

  /// {@return an event of the first item}
  private static String first(String type, String more) {
    return "@{'type':'response.%s','output_index':0,%s}".formatted(type, more);
  }

  /// {@return the event that ends a response}
  private static String completed(String items) {
    return "@{'type':'response.completed','response':{'status':'completed','output':[%s]}}"
        .formatted(items);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'choices':[{'index':0,'text':'I do not ','message':{'content':'recommend X.'}}]}",
        "{'choices':[{'delta':{'content':'I do not '}}]}@{'choices':[{'text':'recommend X.'}]}",
        "{'choices':[{'index':0,'text':'I do not '},{'index':0,'text':'recommend X.'}]}",
        "{'choices':[{'index':0,'text':'I do not '},{'text':'recommend X.'}]}",
        "{'choices':[{'index':0,'text':'I do not '}]}@{'choices':[{'index':4294967296,'text':'r'}]}",
        "{'choices':[{'index':1,'text':'I do not '}]}",
        "{'choices':[{'text':'I do not '}],'output':[{'type':'function_call','name':'a'}]}",
        "{'choices':[{'message':{'tool_calls':[{'function':{'name':'delete'}}]},"
            + "'delta':{'tool_calls':[{'index':0,'function':{'arguments':'{}'}}]}}]}",
        "{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'name':'delete'}}]}}]}"
            + "@{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'name':'_all'}}]}}]}",
        "{'choices':[{'message':{'content':'a','refusal':'b'}}]}",
        "{'choices':[{'message':{'content':'a','function_call':{'name':'b'}}}]}",
        "{'choices':[{'message':{'content':'a','audio':{'transcript':'b'}}}]}",
        "{'choices':[{'message':{'content':'a'}}],'content':'b'}",
        "{'choices':[{'message':{'content':'a'},'logprobs':{'refusal':[{'token':'b'}]}}]}",
        "{'choices':{'0':{'message':{'content':'a'}}}}",
        "{'choices':[{'message':{'content':'I do not '}}]}@{'choices':[{'message':{'content':'r'}}]}",
        "{'choices':[{'delta':{'content':'a'}}]}@{'output':[]}",
        "{'output':[{'type':'reasoning','content':[{'type':'output_text','text':'I do not '}]}]}",
        "{'output':[{'type':'message','content':[{'type':'refusal','text':'I do not '}]}]}",
        "{'output':[{'type':'message','content':'I do not '}]}",
        "{'output':[],'output_text':'a'}",
        "{'output':[],'error':{'message':'a'}}",
        "{'output':[]}@{'output':[]}",
        "{'type':'response.refusal.delta','output_index':0,'delta':'a'}",
        "{'type':'response.refusal.done','output_index':0,'refusal':'a'}",
        "{'type':'response.reasoning_text.done','output_index':0,'text':'a'}",
        "{'error':{'message':'a'}}",
      })
  void whatClientsMayShowInAnotherWayIsAFault(String events) throws IOException {
    assertThat(read(events).faults()).hasSize(1);
  }

  static Stream<Arguments> toldAgain() {
    String text = message(0, "ab");
    String half = first("output_text.done", "'content_index':0,'text':'%s'");
    String item = first("output_item.done", "'item':%s");
    return Stream.of(
        arguments(text + half.formatted("a"), "something else"),
        arguments(text + half.formatted("a") + half.formatted("b"), "something else"),
        arguments(text + item.formatted(said("a")), "something else"),
        arguments(text + item.formatted(said("a")) + item.formatted(said("b")), "something else"),
        arguments(text + completed(said("a")), "something else"),
        arguments(text + completed(said("ab")) + completed(said("ab")), "after its end"),
        arguments(text + completed(said("a") + "," + said("b")), "something else"),
        arguments(text + half.formatted("ab") + first("output_text.delta", "'delta':'c'"), "over"),
        arguments(
            text + first("content_part.added", "'part':{'type':'output_text','text':'a'}"),
            "before it is said"),
        arguments(text + "@" + message(1, "c"), "right behind another one"),
        arguments(
            text + first("output_text.delta", "'content_index':1,'delta':'c'"), "another item"),
        arguments(text + "@" + message(2, "c"), "one after the other"),
        arguments(text + first("output_text.delta", "'delta':'c','note':'d'"), "nobody signs"),
        arguments(text + completed(said("ab") + "],'output_text':[7"), "nobody signs"),
        arguments(
            text + completed(said("ab")).replace("'status':'completed'", "'status':'failed'"),
            "another status"));
  }

  @ParameterizedTest
  @MethodSource("toldAgain")
  void eachTellingOfATextIsTheSameByItself(String events, String fault) throws IOException {
    assertThat(read(events).faults()).anyMatch(each -> each.contains(fault));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'choices':[{'delta':{'content':'a'},'finish_reason':'stop'}]}"
            + "@{'choices':[{'delta':{'content':'b'}}]}",
        "{'choices':[{'text':'a','finish_reason':'length'}]}"
            + "@{'choices':[{'text':'','finish_reason':'stop'}]}",
        "{'choices':[{'delta':{},'finish_reason':'tool_calls'}]}"
            + "@{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'name':'a'}}]}}]}",
      })
  void nothingOfAChoiceComesBehindItsEnd(String events) throws IOException {
    assertThat(read(events).faults()).containsExactly("choice 0 goes on after its end");
  }

  static Stream<String> texts() {
    return Stream.of(
        "{'choices':[{'index':0,'text':'ab','finish_reason':'length'}]}",
        "{'choices':[{'index':0,'message':{'content':'ab','refusal':null},'finish_reason':'length'}]}",
        "{'choices':[{'index':0,'delta':{'content':'a'}}]}@{'choices':[{'index':0,"
            + "'delta':{'content':'b'}}]}@{'choices':[{'delta':{},'finish_reason':'length'}]}",
        "{'status':'incomplete','incomplete_details':{'reason':'max_output_tokens'},'output':[%s]}"
            .formatted(said("ab")),
        message(0, "ab")
            + first("output_text.done", "'content_index':0,'text':'ab'")
            + first("output_item.done", "'item':" + said("ab"))
            + completed(said("ab"))
                .replace("completed", "incomplete")
                .replace(
                    "'output'", "'incomplete_details':{'reason':'max_output_tokens'},'output'"));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void aTextIsFoundWhereverOneIs(String events) throws IOException {
    ChoiceTexts texts = read(events);
    assertThat(texts.faults()).isEmpty();
    assertThat(texts.choices())
        .singleElement()
        .satisfies(
            choice -> {
              assertThat(choice.text()).isEqualTo("ab");
              assertThat(choice.reason()).isEqualTo("length");
            });
  }

  static Stream<String> calls() {
    return Stream.of(
        "{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'name':'add','arguments':''}}]}}]}"
            + "@{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'arguments':'{}'}}]}}]}",
        "{'type':'response.output_item.added','output_index':0,"
            + "'item':{'type':'function_call','name':'add','arguments':''}}"
            + first("function_call_arguments.delta", "'delta':'{'")
            + first("function_call_arguments.delta", "'delta':'}'")
            + first("function_call_arguments.done", "'name':'add','arguments':'{}'"));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void aCallIsReadFromItsParts(String events) throws IOException {
    ChoiceTexts texts = read(events);
    assertThat(texts.faults()).isEmpty();
    assertThat(texts.choices().stream().map(ShownChoice::calls))
        .containsExactly(List.of(new ShownCall("add", "{}")));
  }
}
