package opml.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import opml.core.codec.ShortBuffer;
import opml.engine.plan.Team;
import opml.engine.run.KernelProvider;
import opml.ethereum.key.Wallet;
import opml.llm.forward.CacheType;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.session.Session;
import opml.llm.session.TextEngine;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;
import opml.llm.tokenizer.Tokenizer;
import opml.receipt.AnswerReceipt;
import opml.receipt.ReceiptCheck;
import opml.receipt.ReceiptJson;
import opml.receipt.ReceiptedModel;
import opml.receipt.ShownChoice;
import opml.receipt.ShownTexts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// However an answer ends, its receipts are true.
class VouchedAnswersTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String TEXT = "/v1/completions";
  private static final int CAPACITY = 16;

  @TempDir private Path folder;

  private final long seed = TinyServer.seed();
  private final Wallet wallet = Wallet.ofChance();
  private TinyServer server;
  private LanguageModel language;
  private Tokenizer tokenizer;
  private ReceiptedModel model;
  private Session session;

  @BeforeEach
  void begin() throws IOException {
    server = TinyServer.vouching(folder, seed, wallet, CAPACITY);
    language = LanguageModels.open(folder.resolve("one.bin"));
    tokenizer = language.tokenizer().orElseThrow();
    model = TinyServer.receipted(language, TinyServer.CONTEXT, CAPACITY);
    session =
        TextEngine.of(
                language,
                TinyServer.CONTEXT,
                CacheType.F16,
                16,
                KernelProvider.reference(),
                new Team(1),
                _ -> {})
            .open();
  }

  @AfterEach
  void end() {
    session.close();
    server.close();
  }

  /// {@return the receipts of an answer, after each was checked, and the texts with them}
  private List<AnswerReceipt> receipts(String path, String json) {
    HttpResponse<String> response = server.post(path, json);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    ReceiptJson.Found found = ReceiptJson.read(response.body().getBytes(StandardCharsets.UTF_8));
    for (AnswerReceipt receipt : found.receipts()) {
      ReceiptCheck check = new ReceiptCheck(receipt);
      assertThat(check.flaws()).as("seed %d", seed).isEmpty();
      assertThat(check.flaws(model)).as("seed %d", seed).isEmpty();
      assertThat(check.wrongAnswer(model, session)).as("seed %d, %s", seed, json).isEmpty();
      assertThat(receipt.server()).isEqualTo(wallet.address());
      assertThat(receipt.vouched().deadline()).isEqualTo(1_772_715_600L);
      assertThat(
              ReceiptJson.read(ReceiptJson.of(receipt).toString().getBytes(StandardCharsets.UTF_8)))
          .isEqualTo(
              new ReceiptJson.Found(List.of(receipt), List.of(), List.of(), Optional.empty()));
    }
    assertThat(found.choices()).isNotEmpty();
    assertThat(new ShownTexts(tokenizer, found.receipts()).flaws(found))
        .as("seed %d", seed)
        .isEmpty();
    List<ShownChoice> others = new ArrayList<>(found.choices());
    ShownChoice first = others.getFirst();
    others.set(
        0, new ShownChoice(first.place(), first.text() + "\ufffc", first.reason(), first.calls()));
    assertThat(
            new ShownTexts(tokenizer, found.receipts())
                .flaws(new ReceiptJson.Found(found.receipts(), others, List.of(), found.numbers())))
        .hasSize(1);
    return found.receipts();
  }

  private TextRequest request(AnswerReceipt receipt) {
    byte[] whole = ShortBuffer.pad(receipt.request(), model.inputBytes());
    return TextRequest.read(whole, model.limits(), tokenizer.size()).request().orElseThrow();
  }

  private static TextAnswer answer(AnswerReceipt receipt) {
    return TextAnswer.read(receipt.answer()).orElseThrow();
  }

  @Test
  void anAnswerHasOneReceiptWholeAndAsAStream() {
    AnswerReceipt whole =
        receipts(TEXT, "{'prompt':'ab c','max_tokens':9,'temperature':0.7,'seed':5}").getFirst();
    assertThat(request(whole).limit()).isEqualTo(9);
    assertThat(whole.vouched().seed()).isEqualTo(5);
    assertThat(
            receipts(
                TEXT, "{'prompt':'ab c','max_tokens':9,'temperature':0.7,'seed':5,'stream':true}"))
        .containsExactly(whole);
    String chat = "'messages':[{'role':'user','content':'ab'}],'max_tokens':7";
    List<AnswerReceipt> talked = receipts(CHAT, "{" + chat + "}");
    assertThat(talked).hasSize(1);
    assertThat(
            receipts(CHAT, "{" + chat + ",'stream':true,'stream_options':{'include_usage':true}}"))
        .isEqualTo(talked);
    assertThat(receipts("/v1/responses", "{'input':'ab','max_output_tokens':7}")).hasSize(1);
  }

  @Test
  void theStreamOfAResponseIsVouchedForWithTheTextAtItsEnd() {
    String asked = "{'input':'ab','max_output_tokens':7,'temperature':1%s}";
    List<AnswerReceipt> whole = receipts("/v1/responses", asked.formatted(""));
    assertThat(receipts("/v1/responses", asked.formatted(",'stream':true"))).isEqualTo(whole);
    String stream = server.post("/v1/responses", asked.formatted(",'stream':true")).body();
    List<String> lines = stream.lines().toList();
    int changed = 0;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith("data: ")
          && line.contains("\"text\":\"")
          && !line.contains("\"text\":\"\"")) {
        // One text is another one, in this place alone.
        List<String> others = new ArrayList<>(lines);
        others.set(i, line.replaceAll("\"text\":\"", "\"text\":\"\ufffc"));
        byte[] bytes = (String.join("\n", others) + "\n").getBytes(StandardCharsets.UTF_8);
        ReceiptJson.Found found = ReceiptJson.read(bytes);
        changed++;
        assertThat(new ShownTexts(tokenizer, found.receipts()).flaws(found))
            .as("seed %d, %s", seed, line)
            .hasSize(1);
      }
    }
    // Done are the text, the part, the item, and the response; a model of chance may say nothing at
    // all.
    boolean isSilent = found(stream).choices().getFirst().text().isEmpty();
    assertThat(changed).as("seed %d: %s", seed, stream).isEqualTo(isSilent ? 0 : 4);
  }

  @Test
  void anAnswerThatIsCutByATextIsTheAnswerToAShorterRequest() {
    String asked = "{'prompt':'ab','max_tokens':14,'logit_bias':{'2':-100}}";
    JsonNode free = TinyServer.json(server.post(TEXT, asked));
    String text = free.path("choices").path(0).path("text").asText();
    int middle = text.offsetByCodePoints(0, text.codePointCount(0, text.length()) / 2);
    String stop = text.substring(middle, text.offsetByCodePoints(middle, 1));
    StringBuilder escaped = new StringBuilder();
    stop.chars().forEach(unit -> escaped.append("\\u%04x".formatted(unit)));
    String json = asked.replace("}}", "},'stop':['%s']}".formatted(escaped));
    AnswerReceipt cut = receipts(TEXT, json).getFirst();
    int made = answer(cut).tokens().length;
    assertThat(made).isLessThan(14);
    assertThat(request(cut).limit()).as("seed %d, cut at %s", seed, stop).isEqualTo(made);
  }

  private static ReceiptJson.Found found(String json) {
    return ReceiptJson.read(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void anotherEndThanTheSignedOneIsMissed() {
    String json =
        server.post(TEXT, "{'prompt':'ab','max_tokens':14,'logit_bias':{'2':-100}}").body();
    ReceiptJson.Found cut = found(json);
    ShownTexts texts = new ShownTexts(tokenizer, cut.receipts());
    assertThat(cut.choices().getFirst().reason()).isEqualTo("length");
    assertThat(texts.flaws(cut)).as("seed %d", seed).isEmpty();
    assertThat(texts.notes(cut)).as("seed %d", seed).isEmpty();
    String other = json.replace("\"length\"", "\"stop\"");
    assertThat(texts.flaws(found(other))).singleElement().asString().contains("'stop'");
    // Less than what was signed is right where somebody wanted it to stop, which nobody signs.
    ObjectNode less = (ObjectNode) TinyServer.parse(json);
    String all = less.path("choices").path(0).path("text").asText();
    String begin = all.substring(0, all.offsetByCodePoints(0, 1));
    ((ObjectNode) less.path("choices").path(0)).put("text", begin);
    assertThat(texts.flaws(found(less.toString()))).as("seed %d, %s", seed, all).hasSize(1);
    ((ObjectNode) less.path("choices").path(0)).put("finish_reason", "stop");
    assertThat(texts.flaws(found(less.toString()))).as("seed %d, %s", seed, all).isEmpty();
    assertThat(texts.notes(found(less.toString()))).singleElement().asString().contains("begin");
  }

  @Test
  void aTextInTwoFieldsOfWhichAClientReadsOneIsMissed() {
    String chat =
        "{'messages':[{'role':'user','content':'ab'}],'max_tokens':7,'logit_bias':{'2':-100}}";
    ObjectNode answer = (ObjectNode) TinyServer.json(server.post(CHAT, chat));
    ObjectNode choice = (ObjectNode) answer.path("choices").path(0);
    String all = choice.path("message").path("content").asText();
    int first = all.offsetByCodePoints(0, 1);
    choice.put("text", all.substring(0, first));
    choice.withObject("/message").put("content", all.substring(first));
    ReceiptJson.Found found = found(answer.toString());
    assertThat(found.choices().getFirst().text()).isEqualTo(all);
    assertThat(new ShownTexts(tokenizer, found.receipts()).flaws(found))
        .as("seed %d", seed)
        .singleElement()
        .asString()
        .contains("[text, message]");
  }

  @Test
  void aCallThatTheModelHasNotWrittenIsMissed() {
    String json =
        server.post(CHAT, "{'messages':[{'role':'user','content':'ab'}],'max_tokens':7}").body();
    ObjectNode called = (ObjectNode) TinyServer.parse(json);
    ObjectNode call = called.withObject("/choices/0/message").putArray("tool_calls").addObject();
    call.putObject("function").put("name", "pay").put("arguments", "{\"to\": \"me\"}");
    ReceiptJson.Found whole = found(called.toString());
    assertThat(whole.choices().getFirst().calls()).hasSize(1);
    assertThat(new ShownTexts(tokenizer, whole.receipts()).flaws(whole))
        .as("seed %d", seed)
        .containsExactly("call 0 of choice 0 is none that was signed");
  }

  @Test
  void severalPromptsCopiesAndEchoesAreVouchedFor() {
    assertThat(receipts(TEXT, "{'prompt':['ab','c'],'max_tokens':5,'n':2}")).hasSize(2);
    assertThat(receipts(TEXT, "{'prompt':['ab','c'],'max_tokens':5,'n':2,'stream':true}"))
        .hasSize(2);
    AnswerReceipt echoed = receipts(TEXT, "{'prompt':'ab','max_tokens':4,'echo':true}").getFirst();
    assertThat(answer(echoed).tokens().length).isLessThanOrEqualTo(4);
    AnswerReceipt none = receipts(TEXT, "{'prompt':'ab','max_tokens':0,'echo':true}").getFirst();
    assertThat(answer(none).tokens()).isEmpty();
  }

  @Test
  void aLongAnswerHasReceiptsThatGoOn() {
    // Without the token that ends texts, it goes on until there is no room.
    String json =
        "{'prompt':'ab','max_tokens':45,'temperature':0.9,'seed':3,'frequency_penalty':0.5,"
            + "'logit_bias':{'2':-100}}";
    List<AnswerReceipt> all = receipts(TEXT, json);
    assertThat(all).hasSize(3);
    int[] text = request(all.getFirst()).prompt();
    for (AnswerReceipt receipt : all) {
      assertThat(request(receipt).prompt()).as("seed %d", seed).isEqualTo(text);
      int[] tokens = answer(receipt).tokens();
      text = Arrays.copyOf(text, text.length + tokens.length);
      System.arraycopy(tokens, 0, text, text.length - tokens.length, tokens.length);
    }
    assertThat(text).hasSize(request(all.getFirst()).prompt().length + 45);
    assertThat(receipts(TEXT, json.replace("}}", "},'stream':true}"))).isEqualTo(all);
  }

  @Test
  void anAnswerInAGrammarIsVouchedForWithItsGrammarOrNotAtAll() {
    String json = "{'prompt':'ab','max_tokens':16,'grammar':'root ::= [a-c] [0-9]{6}'}";
    AnswerReceipt whole = receipts(TEXT, json).getFirst();
    assertThat(request(whole).sampling().grammar().isAny()).isFalse();
    assertThat(new String(answer(whole).text(), StandardCharsets.UTF_8)).matches("[a-c][0-9]{6}");
    // The text of a grammar begins behind a prompt, so tapes do not go on from one another.
    String longer = "{'prompt':'ab','max_tokens':24,'grammar':'root ::= [\u0430-\u0432]{10}'}";
    JsonNode answer = TinyServer.json(server.post(TEXT, longer));
    assertThat(answer.path("choices").path(0).path("text").asText()).matches("[\u0430-\u0432]{10}");
    assertThat(answer.path("usage").path("completion_tokens").asInt()).isGreaterThan(CAPACITY);
    assertThat(answer.has("receipt") || answer.has("receipts")).isFalse();
  }

  @Test
  void aServerWithoutAKeySignsNothing() throws IOException {
    try (TinyServer plain = TinyServer.start(folder, seed)) {
      JsonNode answer =
          TinyServer.json(plain.post(TEXT, "{'model':'one','prompt':'a','max_tokens':1}"));
      assertThat(answer.has("choices")).isTrue();
      assertThat(answer.has("receipt")).isFalse();
    }
  }
}
