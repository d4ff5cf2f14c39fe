package opml.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'choices':[{'index':0,'text':'I do not ','message':{'content':'recommend X.'}}]}",
        "{'choices':[{'delta':{'content':'I do not '}}]}@{'choices':[{'text':'recommend X.'}]}",
        "{'choices':[{'index':0,'text':'I do not '},{'index':0,'text':'recommend X.'}]}",
        "{'choices':[{'index':0,'text':'I do not '},{'text':'recommend X.'}]}",
        "{'choices':[{'index':0,'text':'I do not '}]}@{'choices':[{'index':4294967296,'text':'r'}]}",
        "{'choices':[{'text':'I do not '}],'output':[{'type':'function_call','name':'a'}]}",
        "{'choices':[{'message':{'tool_calls':[{'function':{'name':'delete'}}]},"
            + "'delta':{'tool_calls':[{'index':0,'function':{'name':'_all'}}]}}]}",
        "{'choices':[{'message':{'content':'a','refusal':'b'}}]}",
        "{'choices':[{'message':{'content':'a','function_call':{'name':'b'}}}]}",
        "{'output':[{'type':'reasoning','content':[{'type':'output_text','text':'I do not '}]}]}",
        "{'output':[{'type':'message','content':[{'type':'refusal','text':'I do not '}]}]}",
        "{'output':[{'type':'message','content':'I do not '}]}",
        "{'type':'response.output_text.delta','delta':'ab'}"
            + "@{'type':'response.output_text.done','text':'a'}",
        "{'type':'response.output_text.delta','delta':'ab'}"
            + "@{'type':'response.completed','response':{'output':[{'type':'message',"
            + "'content':[{'type':'output_text','text':'a'}]}]}}",
        "{'type':'response.content_part.added','part':{'type':'output_text','text':'a'}}",
        "{'type':'response.refusal.delta','delta':'a'}",
        "{'type':'response.output_text.delta','delta':'a'}@{'choices':[{'delta':{'content':'b'}}]}"
      })
  void whatClientsMayShowInAnotherWayIsAFault(String events) throws IOException {
    assertThat(read(events).faults()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'choices':[{'index':0,'text':'ab','finish_reason':'length'}]}",
        "{'choices':[{'index':0,'message':{'content':'ab','refusal':null},'finish_reason':'length'}]}",
        "{'choices':[{'index':0,'delta':{'content':'a'}}]}@{'choices':[{'index':0,"
            + "'delta':{'content':'b'}}]}@{'choices':[{'delta':{},'finish_reason':'length'}]}",
        "{'status':'incomplete','incomplete_details':{'reason':'max_output_tokens'},"
            + "'output':[{'type':'message','content':[{'type':'output_text','text':'ab'}]}]}",
        "{'type':'response.content_part.added','part':{'type':'output_text','text':''}}"
            + "@{'type':'response.output_text.delta','delta':'a'}"
            + "@{'type':'response.output_text.delta','delta':'b'}"
            + "@{'type':'response.output_text.done','text':'ab'}"
            + "@{'type':'response.incomplete','response':{'status':'incomplete',"
            + "'incomplete_details':{'reason':'max_output_tokens'}}}"
      })
  void aTextIsFoundWhereverOneIs(String events) throws IOException {
    ChoiceTexts texts = read(events);
    assertThat(texts.faults()).isEmpty();
    assertThat(texts.all()).containsExactly("ab");
    assertThat(texts.reasons()).containsExactly("length");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'name':'add','arguments':''}}]}}]}"
            + "@{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'arguments':'{}'}}]}}]}",
        "{'type':'response.output_item.added','output_index':0,"
            + "'item':{'type':'function_call','name':'add','arguments':''}}"
            + "@{'type':'response.function_call_arguments.delta','output_index':0,'delta':'{'}"
            + "@{'type':'response.function_call_arguments.delta','output_index':0,'delta':'}'}"
      })
  void aCallIsReadFromItsParts(String events) throws IOException {
    ChoiceTexts texts = read(events);
    assertThat(texts.faults()).isEmpty();
    assertThat(texts.calls()).containsExactly(new ShownCall("add", "{}"));
  }
}
