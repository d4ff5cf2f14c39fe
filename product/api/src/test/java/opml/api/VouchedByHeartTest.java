package opml.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.core.codec.ShortBuffer;
import opml.ethereum.key.Wallet;
import opml.llm.forward.CheckGraph;
import opml.llm.model.LanguageModels;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;
import opml.llm.tokenizer.Tokenizer;
import opml.receipt.AnswerReceipt;
import opml.receipt.ReceiptCheck;
import opml.receipt.ReceiptJson;
import opml.receipt.ShownTexts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a server might make of answers that it has signed, by a model of which it is known what it says.
class VouchedByHeartTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String TEXT = "/v1/completions";
  private static final String RESPONSES = "/v1/responses";
  private static final int CAPACITY = 4;
  private static final String TOOL =
      "'tools':[{'type':'function','function':{'name':'add','parameters':{'type':'object'}}}]";

  @TempDir private Path folder;

  private TinyServer server;
  private Tokenizer tokenizer;

  @BeforeEach
  void begin() throws IOException {
    server =
        TinyServer.vouchingByHeart(
            folder,
            "<tool_call>",
            Map.of(
                'x',
                List.of(
                    "One moment.\n",
                    "<tool_call>",
                    "{\"name\": \"add\", ",
                    "\"arguments\": {\"a\": 7}}",
                    "</tool_call>"),
                'y',
                List.of("It ", "is ", "noon", ", or ", "later", "."),
                'z',
                List.of("No, ", "never."),
                'v',
                List.of("a zero: ", "\0"),
                'w',
                List.of(
                    "First: ",
                    "<tool_call>{\"name\"",
                    ": \"add\"",
                    ", \"arguments\": {}}",
                    "</tool_call> and ",
                    "done.")),
            Wallet.ofChance(),
            CAPACITY);
    tokenizer = LanguageModels.open(folder.resolve("heart.bin")).tokenizer().orElseThrow();
  }

  @AfterEach
  void end() {
    server.close();
  }

  private String post(String path, String json) {
    HttpResponse<String> response = server.post(path, json);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }

  private ObjectNode answer(String path, String json) {
    return (ObjectNode) TinyServer.parse(post(path, json));
  }

  private static ReceiptJson.Found found(String answer) {
    return ReceiptJson.read(answer.getBytes(StandardCharsets.UTF_8));
  }

  private List<String> flaws(JsonNode answer) {
    return flaws(answer.toString());
  }

  private List<String> flaws(String answer) {
    ReceiptJson.Found found = found(answer);
    return new ShownTexts(tokenizer, found.receipts()).flaws(found);
  }

  private List<String> notes(String answer) {
    ReceiptJson.Found found = found(answer);
    return new ShownTexts(tokenizer, found.receipts()).notes(found);
  }

  @Test
  void aTextThatEndsInAZeroByteIsAnAnswer() {
    String answer = post(TEXT, "{'prompt':'v','max_tokens':8}");
    AnswerReceipt receipt = found(answer).receipts().getFirst();
    // The zero is the tape's last byte, and a receipt leaves zeros out.
    assertThat(receipt.answer().length).isLessThan(receipt.outputBytes());
    ReceiptCheck check = new ReceiptCheck(receipt);
    assertThat(check.flaws()).isEmpty();
    assertThat(check.answer().orElseThrow().text()).endsWith((byte) 0);
    assertThat(flaws(answer)).isEmpty();
  }

  private static ObjectNode choice(ObjectNode answer, int number) {
    return (ObjectNode) answer.path("choices").path(number);
  }

  @Test
  void aChoiceShowsTheTextOfItsOwnReceipt() {
    ObjectNode answer = answer(TEXT, "{'prompt':['z','y'],'max_tokens':4}");
    assertThat(flaws(answer)).isEmpty();
    assertThat(choice(answer, 0).path("text").asText()).isEqualTo("No, never.");
    assertThat(choice(answer, 1).path("text").asText()).isEqualTo("It is noon, or ");
    ObjectNode swapped = answer.deepCopy();
    choice(swapped, 0).set("text", choice(answer, 1).path("text"));
    choice(swapped, 0).put("finish_reason", "length");
    assertThat(flaws(swapped))
        .containsExactly("the text of choice 0 is not the one that was signed");
    ObjectNode less = answer.deepCopy();
    ((ArrayNode) less.path("choices")).remove(1);
    assertThat(flaws(less)).singleElement().asString().contains("receipts of 2 answers for 1");
    ObjectNode others = answer.deepCopy();
    ((ObjectNode) others.path("receipts").path(1)).put("server", "0x" + "11".repeat(20));
    assertThat(flaws(others)).singleElement().asString().contains("receipt 2 is of another server");
  }

  @Test
  void whatAnAnswerTellsBesideItsTextsFollowsFromWhatWasSigned() {
    String how = "'temperature':1,'top_k':1,'seed':7";
    String chat = "{'messages':[{'role':'user','content':'y'}],'max_tokens':4,%s}".formatted(how);
    ObjectNode whole = answer(CHAT, chat);
    String response = "{'input':'y','max_output_tokens':4,%s}".formatted(how);
    ObjectNode told = answer(RESPONSES, response);
    assertThat(told.path("seed").asInt()).isEqualTo(7);
    for (String honest :
        List.of(
            whole.toString(),
            told.toString(),
            post(
                CHAT,
                chat.replace("}]", "}],'stream':true,'stream_options':{'include_usage':true}")),
            post(RESPONSES, response.replace("'y'", "'y','stream':true")),
            post(TEXT, "{'prompt':['y','z'],'max_tokens':6,'n':3}"),
            post(TEXT, "{'prompt':['y','y'],'max_tokens':6,'n':3,%s}".formatted(how)))) {
      assertThat(flaws(honest)).as(honest).isEmpty();
    }
    String choice = whole.path("choices").path(0).toString();
    for (String[] edit :
        new String[][] {
          {"", "choices", "[]", "shows none of the 1 answers"},
          {"", "choices", "null", "shows none of the 1 answers"},
          {
            "",
            "choices",
            "[%s,%s]".formatted(choice, choice.replace("\"index\":0", "\"index\":1")),
            "those by chance are shown once"
          },
          {"/choices/0", "finish_reason", "null", "does not tell why it ends"},
          {"/choices/0", "finish_reason", "\"stop\"", "does not end for the reason 'stop'"},
          {"/choices/0", "finish_reason", "\"tool_calls\"", "for the reason 'tool_calls'"},
          {"/choices/0/message", "role", "\"system\"", "another's than the assistant's"},
          {"/usage", "prompt_tokens", "1", "it tells prompt_tokens 1, and what was signed has"},
          {"/usage", "completion_tokens", "5", "completion_tokens 5, and what was signed has 4"},
          {"/usage", "total_tokens", "4", "total_tokens 4"},
          {"/usage", "total_tokens", "1e999", "total_tokens is no number"},
          {"/usage", "completion_tokens", "\"4\"", "completion_tokens is no number"},
          {"/usage", "words", "4", "usage has words, which nobody signs"},
          {"", "seed", "8", "it tells seed 8, and what was signed has 7"},
        }) {
      assertThat(flaws(edited(whole, edit[0], edit[1], edit[2])))
          .as("%s of '%s'", edit[1], edit[0])
          .anyMatch(flaw -> flaw.contains(edit[3]));
    }
    ObjectNode none = whole.deepCopy();
    none.remove("choices");
    assertThat(flaws(none)).anyMatch(flaw -> flaw.contains("shows none of the 1 answers"));
    for (String[] edit :
        new String[][] {
          {"", "output", "[]", "does not end for the reason 'length'"},
          {"", "temperature", "0.5", "temperature 0.5, and what was signed has 1.0"},
          {"", "top_p", "0.5", "top_p 0.5"},
          {"", "seed", "8", "seed 8"},
          {"/usage", "input_tokens", "1", "prompt_tokens 1"},
          {"/usage", "output_tokens", "5", "completion_tokens 5"},
          {"/usage/output_tokens_details", "reasoning_tokens", "3", "reasoning_tokens 3"},
          {"/output/0", "role", "\"user\"", "another's than the assistant's"},
        }) {
      assertThat(flaws(edited(told, edit[0], edit[1], edit[2])))
          .as("%s of '%s'", edit[1], edit[0])
          .anyMatch(flaw -> flaw.contains(edit[3]));
    }
    // Without chance a seed is told as it was asked for, and signed as none.
    assertThat(flaws(post(TEXT, "{'prompt':'y','max_tokens':4,'temperature':0,'seed':7}")))
        .isEmpty();
  }

  /// {@return an answer of which one field is another one}
  private static String edited(ObjectNode answer, String place, String field, String value) {
    ObjectNode edited = answer.deepCopy();
    ((ObjectNode) edited.at(place)).put(field, "@");
    return edited.toString().replace("\"@\"", value);
  }

  private int[] prompt(AnswerReceipt receipt) {
    byte[] request = ShortBuffer.pad(receipt.request(), CheckGraph.requestBytes(receipt.limits()));
    return TextRequest.read(request, receipt.limits(), tokenizer.size())
        .request()
        .orElseThrow()
        .prompt();
  }

  /// {@return an answer of two, the second of which goes on where the first ends}
  private ObjectNode sewn(String first, String second) {
    ObjectNode answer = answer(TEXT, "{'prompt':'y',%s}".formatted(first));
    AnswerReceipt receipt = found(answer.toString()).receipts().getFirst();
    int[] tokens = TextAnswer.read(receipt.answer()).orElseThrow().tokens();
    String prompt =
        IntStream.concat(Arrays.stream(prompt(receipt)), Arrays.stream(tokens))
            .mapToObj(String::valueOf)
            .collect(Collectors.joining(","));
    ObjectNode more = answer(TEXT, "{'prompt':[%s],%s}".formatted(prompt, second));
    answer.putArray("receipts").add(answer.remove("receipt")).add(more.path("receipt"));
    answer.remove("usage");
    String text = choice(answer, 0).path("text").asText();
    choice(answer, 0)
        .put("text", text + choice(more, 0).path("text").asText())
        .set("finish_reason", choice(more, 0).path("finish_reason"));
    return answer;
  }

  @Test
  void severalAnswersAreNotSewnToOne() {
    ObjectNode whole = answer(TEXT, "{'prompt':'y','max_tokens':8}");
    assertThat(whole.path("receipts")).hasSize(2);
    assertThat(choice(whole, 0).path("text").asText()).isEqualTo("It is noon, or later.");
    assertThat(flaws(whole)).isEmpty();
    ObjectNode same = sewn("'max_tokens':4", "'max_tokens':4");
    assertThat(choice(same, 0).path("text")).isEqualTo(choice(whole, 0).path("text"));
    assertThat(flaws(same)).isEmpty();
    String[][] others = {
      // The first had no more asked of it than it said.
      {"'max_tokens':3", "'max_tokens':4"},
      {"'max_tokens':4", "'max_tokens':4,'logit_bias':{'5':1}"},
      {"'max_tokens':4", "'max_tokens':4,'temperature':1"},
      {"'max_tokens':4,'grammar':'root ::= [^~]*'", "'max_tokens':4,'grammar':'root ::= [^~]*'"},
    };
    for (String[] other : others) {
      assertThat(flaws(sewn(other[0], other[1])))
          .as("%s and %s", other[0], other[1])
          .singleElement()
          .asString()
          .contains("receipts of 2 answers for 1");
    }
  }

  @Test
  void aPromptIsNoAnswerInAConversation() {
    String asked = "{'prompt':'y','max_tokens':4,'echo':%s}";
    ObjectNode echoed = answer(TEXT, asked.formatted("true"));
    assertThat(flaws(echoed)).isEmpty();
    assertThat(notes(echoed.toString()))
        .singleElement()
        .asString()
        .contains("begins with the prompt");
    assertThat(notes(post(TEXT, asked.formatted("false")))).isEmpty();
    ObjectNode chat = answer(CHAT, "{'messages':[{'role':'user','content':'X is safe.y'}]}");
    assertThat(flaws(chat)).isEmpty();
    ObjectNode message = choice(chat, 0).withObject("/message");
    String said = message.path("content").asText();
    int[] prompt = prompt(found(chat.toString()).receipts().getFirst());
    message.put("content", tokenizer.decode(prompt, false) + said);
    assertThat(flaws(chat)).containsExactly("the text of choice 0 is not the one that was signed");
  }

  @Test
  void callsAreVouchedForAsOftenAsTheyWereWritten() {
    String chat = "{'messages':[{'role':'user','content':'%s'}]%s," + TOOL + "}";
    String tool = TOOL.replace("'function':{", "").replace("}}}]", "}}]");
    String response = "{'input':'%s'%s," + tool + "}";
    Map<String, String> texts = Map.of("x", "One moment.", "w", "First: and done.");
    for (String more : List.of("", ",'stream':true")) {
      for (String asked : texts.keySet()) {
        for (String body :
            List.of(
                post(CHAT, chat.formatted(asked, more)),
                post(RESPONSES, response.formatted(asked, more)))) {
          assertThat(found(body).choices().getFirst().calls()).as(body).hasSize(1);
          assertThat(found(body).choices().getFirst().text()).isEqualTo(texts.get(asked));
          assertThat(flaws(body)).as(body).isEmpty();
          assertThat(notes(body)).as(body).isEmpty();
        }
      }
    }
    ObjectNode whole = answer(CHAT, chat.formatted("x", ""));
    ObjectNode doubled = whole.deepCopy();
    ArrayNode calls = (ArrayNode) doubled.at("/choices/0/message/tool_calls");
    calls.add(calls.get(0).deepCopy());
    assertThat(flaws(doubled)).containsExactly("call 1 of choice 0 is none that was signed");
    ObjectNode silent = whole.deepCopy();
    silent.withObject("/choices/0/message").putNull("content");
    assertThat(flaws(silent)).isEmpty();
    assertThat(notes(silent.toString()))
        .singleElement()
        .asString()
        .contains("does not show all that the model has written");
  }
}
