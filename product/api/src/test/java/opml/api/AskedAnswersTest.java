package opml.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.codec.MalformedException;
import opml.ethereum.key.Wallet;
import opml.llm.chat.ChatTemplate;
import opml.llm.model.LanguageModels;
import opml.llm.tokenizer.Tokenizer;
import opml.receipt.ReceiptJson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a server has signed, beside the body that it was sent.
class AskedAnswersTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String TEXT = "/v1/completions";
  private static final String RESPONSES = "/v1/responses";
  private static final int CAPACITY = 16;

  /// A place, and what is asked there, each something else than all others.
  private static final String[][] ASKED = {
    {TEXT, "'prompt':'ab c','max_tokens':9"},
    {TEXT, "'prompt':'ab c','max_tokens':8"},
    {TEXT, "'prompt':'ab','max_tokens':9"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'n':2"},
    {TEXT, "'prompt':['ab c','c'],'max_tokens':9"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'seed':5"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'seed':6"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'seed':5,'n':3"},
    {TEXT, "'prompt':['ab c','c'],'max_tokens':9,'seed':5,'n':2"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'seed':5,'temperature':0.7"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'seed':5,'top_k':7"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'seed':5,'top_p':0.5"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'seed':5,'min_p':0.5"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'seed':5,'typical_p':0.5"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'presence_penalty':0.5"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'presence_penalty':0.5,'repeat_last_n':3"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'dry_multiplier':1"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'dry_multiplier':1,'dry_allowed_length':1"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'dry_multiplier':1,'dry_sequence_breakers':['x']"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'dry_multiplier':1,'dry_sequence_breakers':['y']"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'logit_bias':{'2':-100}"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'logit_bias':{'2':-99}"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'grammar':'root ::= [a-c]*'"},
    {TEXT, "'prompt':'ab c','max_tokens':9,'grammar':'root ::= [a-d]*'"},
    // Several receipts, each of which goes on where the one before ends.
    {TEXT, "'prompt':'ab c','max_tokens':40,'logit_bias':{'2':-100}"},
    {TEXT, "'prompt':'ab c','max_tokens':41,'logit_bias':{'2':-100}"},
    {CHAT, "'messages':[{'role':'user','content':'ab'}],'max_tokens':7"},
    {CHAT, "'messages':[{'role':'system','content':'ab'}],'max_tokens':7"},
    {CHAT, "'messages':[{'role':'user','content':'ab'}],'max_tokens':7,'temperature':1,'n':2"},
    {RESPONSES, "'input':'ab','max_output_tokens':6"},
    {RESPONSES, "'input':'ab','max_output_tokens':6,'seed':3"},
    {RESPONSES, "'input':'ab','max_output_tokens':6,'instructions':'c'"},
  };

  @TempDir private Path folder;

  private final long seed = TinyServer.seed();
  private TinyServer server;
  private AskedModel model;

  @BeforeEach
  void begin() throws IOException {
    server = TinyServer.vouching(folder, seed, Wallet.ofChance(), CAPACITY);
    Tokenizer tokenizer = LanguageModels.open(folder.resolve("one.bin")).tokenizer().orElseThrow();
    model =
        new AskedModel(
            tokenizer,
            Optional.of(ChatTemplate.of(TinyServer.TEMPLATE, tokenizer)),
            TinyServer.CONTEXT);
  }

  @AfterEach
  void end() {
    server.close();
  }

  private ReceiptJson.Found found(String path, String body) {
    HttpResponse<String> response = server.post(path, "{" + body + "}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return ReceiptJson.read(response.body().getBytes(StandardCharsets.UTF_8));
  }

  private AskedAnswers asked(String body) {
    byte[] bytes = ("{" + body + "}").replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return AskedAnswers.of(bytes, model, Instant.EPOCH);
  }

  @Test
  void anAnswerToAnotherRequestIsMissedByWhoeverHasTheBody() {
    List<ReceiptJson.Found> answers = new ArrayList<>();
    for (String[] one : ASKED) {
      answers.add(found(one[0], one[1]));
      assertThat(asked(one[1]).flaws(answers.getLast())).as("seed %d, %s", seed, one[1]).isEmpty();
      assertThat(asked(one[1]).flaws(found(one[0], one[1] + ",'stream':true")))
          .as("seed %d, a stream of %s", seed, one[1])
          .isEmpty();
    }
    for (int i = 0; i < ASKED.length; i++) {
      for (int j = 0; j < ASKED.length; j++) {
        if (i != j) {
          assertThat(asked(ASKED[i][1]).flaws(answers.get(j)))
              .as("seed %d, %s and %s", seed, ASKED[i][1], ASKED[j][1])
              .isNotEmpty();
        }
      }
    }
  }

  @Test
  void whatDiffersIsTold() {
    String plain = "'prompt':'ab c','max_tokens':9,'seed':5";
    ReceiptJson.Found answer = found(TEXT, plain);
    String[][] others = {
      {plain.replace("9", "8"), "at most 9 tokens in place of 8"},
      {plain.replace("ab c", "ab"), "its prompt differs from token "},
      {plain.replace("5", "6"), "seed 5 in place of 6"},
      {plain + ",'top_k':3", "top-k 40 in place of 3"},
      {plain + ",'temperature':0", "temperature 0.8 in place of none"},
      {plain + ",'logit_bias':{'2':1}", "other biases"},
      {plain + ",'grammar':'root ::= [a-c]*'", "another grammar"},
      {plain + ",'n':2", "asks for 2 answers, and there are receipts of 1"},
    };
    for (String[] other : others) {
      assertThat(asked(other[0]).flaws(answer))
          .as("seed %d, %s", seed, other[0])
          .singleElement()
          .asString()
          .contains(other[1]);
    }
  }

  @Test
  void textsToStopAtAreNotCompared() {
    String plain = "'prompt':'ab','max_tokens':14,'logit_bias':{'2':-100}";
    ReceiptJson.Found whole = found(TEXT, plain);
    String text = whole.choices().getFirst().text();
    int middle = text.offsetByCodePoints(0, text.codePointCount(0, text.length()) / 2);
    StringBuilder stop = new StringBuilder();
    text.substring(middle, text.offsetByCodePoints(middle, 1))
        .chars()
        .forEach(unit -> stop.append("\\u%04x".formatted(unit)));
    String stopped = plain + ",'stop':['%s']".formatted(stop);
    ReceiptJson.Found cut = found(TEXT, stopped);
    assertThat(asked(stopped).flaws(cut)).as("seed %d", seed).isEmpty();
    assertThat(asked(stopped).flaws(whole)).as("seed %d", seed).isEmpty();
    assertThat(asked(plain).flaws(cut))
        .as("seed %d", seed)
        .singleElement()
        .asString()
        .contains("tokens in place of 14");
  }

  @Test
  void whatCannotBeAskedIsRefusedWithWhatTheServerWouldSay() {
    for (String body :
        List.of(
            "'prompt':7",
            "'prompt':'a','colour':1",
            "'messages':[]",
            "'input':'ab','previous_response_id':'resp_1'",
            "'max_tokens':3")) {
      assertThatThrownBy(() -> asked(body)).as(body).isInstanceOf(MalformedException.class);
    }
    assertThatThrownBy(() -> asked("'input':'ab','previous_response_id':'resp_1'"))
        .hasMessageContaining("resp_1");
  }
}
