package opml.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// How probable tokens were, and several answers by chance.
class ChancesTest extends ServedTest {
  private List<JsonNode> choices(String path, String json) {
    List<JsonNode> choices = new ArrayList<>();
    server
        .post(path, json)
        .body()
        .lines()
        .filter(line -> line.startsWith("data: {"))
        .forEach(line -> TinyServer.parse(line.substring(6)).path("choices").forEach(choices::add));
    return choices;
  }

  private static String chat(String more) {
    return "{'model':'one','messages':[{'role':'user','content':'ab c'}],'max_tokens':8%s}"
        .formatted(more);
  }

  @Test
  void aConversationTellsWholeAndStreamedHowProbableEachTokenWas() {
    JsonNode choice =
        answer(CHAT, chat(",'logprobs':true,'top_logprobs':3")).path("choices").path(0);
    JsonNode content = choice.path("logprobs").path("content");
    // A model of chance ends its answer at once now and then.
    assertThat(content).as("seed %d", seed).hasSizeBetween(0, 8);
    List<Byte> bytes = new ArrayList<>();
    for (JsonNode token : content) {
      JsonNode top = token.path("top_logprobs");
      assertThat(top).hasSize(3);
      // The most likely token is the one that is said.
      assertThat(top.path(0).path("logprob")).isEqualTo(token.path("logprob"));
      assertThat(top.path(0).path("bytes")).isEqualTo(token.path("bytes"));
      double before = 0;
      for (JsonNode other : top) {
        assertThat(other.path("logprob").asDouble()).isLessThanOrEqualTo(before);
        before = other.path("logprob").asDouble();
      }
      token.path("bytes").forEach(each -> bytes.add((byte) each.asInt()));
    }
    byte[] all = new byte[bytes.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = bytes.get(i);
    }
    assertThat(new String(all, StandardCharsets.UTF_8))
        .as("seed %d", seed)
        .isEqualTo(choice.path("message").path("content").asText());
    List<JsonNode> streamed = new ArrayList<>();
    choices(CHAT, chat(",'logprobs':true,'top_logprobs':3,'stream':true"))
        .forEach(each -> each.path("logprobs").path("content").forEach(streamed::add));
    assertThat(streamed).as("seed %d", seed).isEqualTo(list(content));
    assertThat(answer(CHAT, chat("")).path("choices").path(0).path("logprobs").isNull()).isTrue();
  }

  private static List<JsonNode> list(JsonNode array) {
    List<JsonNode> items = new ArrayList<>();
    array.forEach(items::add);
    return items;
  }

  @Test
  void aTextTellsTheProbabilitiesOfAllTokensWhateverChoosesThem() {
    // As many as there may be: of a small vocabulary nearly all, whose probabilities are nearly 1
    // together.
    String ask =
        "{'model':'one','prompt':'ab c','max_tokens':6,'logprobs':%d,'temperature':5,'seed':3}";
    JsonNode told = answer(TEXT, ask.formatted(20)).path("choices").path(0).path("logprobs");
    int tokens = told.path("tokens").size();
    assertThat(told.path("token_logprobs")).hasSize(tokens);
    assertThat(told.path("text_offset")).hasSize(tokens);
    for (JsonNode others : told.path("top_logprobs")) {
      double sum = 0;
      for (JsonNode each : others) {
        sum += StrictMath.exp(each.asDouble());
      }
      assertThat(sum).as("seed %d", seed).isPositive().isLessThan(1 + 1e-4);
    }
    JsonNode few = answer(TEXT, ask.formatted(0)).path("choices").path(0).path("logprobs");
    assertThat(few.path("token_logprobs")).isEqualTo(told.path("token_logprobs"));
    few.path("top_logprobs").forEach(others -> assertThat(others).hasSize(1));
    int at = -1;
    for (JsonNode offset : told.path("text_offset")) {
      assertThat(offset.asInt()).isGreaterThanOrEqualTo(at);
      at = offset.asInt();
    }
  }

  @Test
  void tokensThatAStopCutsOffAreNotTold() {
    // Some models of chance would end at once, and nothing could be cut.
    String endless = ",'logit_bias':{'2':-100}";
    JsonNode whole = answer(TEXT, ask(endless)).path("choices").path(0);
    String text = whole.path("text").asText();
    int middle = text.offsetByCodePoints(0, text.codePointCount(0, text.length()) / 2);
    String stop = text.substring(middle, text.offsetByCodePoints(middle, 1));
    StringBuilder escaped = new StringBuilder();
    stop.chars().forEach(c -> escaped.append("\\u%04x".formatted(c)));
    JsonNode cut = answer(TEXT, ask(endless + ",'stop':'" + escaped + "'")).path("choices").path(0);
    String left = cut.path("text").asText();
    assertThat(left).as("seed %d", seed).isEqualTo(text.substring(0, text.indexOf(stop)));
    List<JsonNode> told = list(cut.path("logprobs").path("text_offset"));
    assertThat(told)
        .as("seed %d", seed)
        .isEqualTo(
            list(whole.path("logprobs").path("text_offset")).stream()
                .filter(at -> at.asInt() < left.length())
                .toList());
  }

  private static String ask(String more) {
    return "{'model':'one','prompt':'ab c','max_tokens':20,'logprobs':1%s}".formatted(more);
  }

  @Test
  void eachCopyIsWhatTheNextSeedSays() {
    String ask = "{'model':'one','prompt':['ab c','b'],'max_tokens':12,'temperature':1.5%s}";
    JsonNode many = answer(TEXT, ask.formatted(",'n':3,'seed':40"));
    List<String> texts = many.path("choices").findValuesAsText("text");
    assertThat(texts).hasSize(6);
    for (int copy = 0; copy < 3; copy++) {
      JsonNode one = answer(TEXT, ask.formatted(",'seed':" + (40 + copy)));
      assertThat(one.path("choices").findValuesAsText("text"))
          .as("seed %d", seed)
          .containsExactly(texts.get(copy), texts.get(3 + copy));
      assertThat(one.path("usage").path("prompt_tokens"))
          .isEqualTo(many.path("usage").path("prompt_tokens"));
      assertThat(one.path("seed").asLong()).isEqualTo(40 + copy);
      assertThat(one.path("system_fingerprint").asText())
          .startsWith("opml-")
          .isEqualTo(many.path("system_fingerprint").asText());
    }
    String[] streamed = new String[6];
    for (JsonNode choice : choices(TEXT, ask.formatted(",'n':3,'seed':40,'stream':true"))) {
      int index = choice.path("index").asInt();
      streamed[index] =
          (streamed[index] == null ? "" : streamed[index]) + choice.path("text").asText();
    }
    assertThat(streamed).as("seed %d", seed).containsExactly(texts.toArray(String[]::new));
    Set<String> different = new HashSet<>(texts.subList(0, 3));
    assertThat(different)
        .as("seed %d: chance says the same three times", seed)
        .hasSizeGreaterThan(1);
  }

  @Test
  void modelsAreToldApartByTheirFingerprints() {
    Set<String> found = new HashSet<>();
    for (String name : List.of("one", "two")) {
      JsonNode first = answer(TEXT, "{'model':'%s','prompt':'a','max_tokens':1}".formatted(name));
      found.add(first.path("system_fingerprint").asText());
    }
    assertThat(found).hasSize(2);
  }

  @Test
  void aStreamSaysWhatWasUsedOnlyAtItsEndAndOnlyWhenAsked() {
    String ask = chat(",'stream':true,'n':2,'temperature':1,'stream_options':{'include_usage':%s}");
    for (boolean shows : new boolean[] {true, false}) {
      List<JsonNode> events =
          server
              .post(CHAT, ask.formatted(shows))
              .body()
              .lines()
              .filter(line -> line.startsWith("data: {"))
              .map(line -> TinyServer.parse(line.substring(6)))
              .toList();
      for (JsonNode event : events.subList(0, events.size() - 1)) {
        assertThat(event.path("usage").isObject()).isFalse();
        assertThat(event.has("usage")).isEqualTo(shows);
      }
      assertThat(events.getLast().path("usage").isObject()).isEqualTo(shows);
      assertThat(events.getLast().path("choices").isEmpty()).isEqualTo(shows);
    }
    JsonNode whole = answer(CHAT, chat(",'n':2,'temperature':1"));
    assertThat(whole.path("usage").path("total_tokens").asDouble())
        .isCloseTo(
            whole.path("usage").path("prompt_tokens").asDouble()
                + whole.path("usage").path("completion_tokens").asDouble(),
            within(0.0));
  }
}
