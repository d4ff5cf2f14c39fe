package opml.llm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import opml.engine.tensor.ElementType;
import opml.llm.chat.ChatTemplate;
import opml.llm.template.Datum;
import opml.llm.template.TemplateException;
import opml.llm.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateOfFilesTest {
  private static final ZonedDateTime NOW =
      ZonedDateTime.of(2026, 3, 5, 14, 7, 9, 0, ZoneOffset.UTC);
  private static final String BARE =
      "{% for m in messages %}{{ m.role ~ ': ' ~ m.content ~ eos_token }}{% endfor %}";

  @TempDir private Path folder;

  private LanguageModel tiny(String template) throws IOException {
    byte[] file =
        TinyLlama.of("llama", ElementType.Q8_0, new Random(7))
            .text("tokenizer.chat_template", template)
            .bytes();
    return LanguageModels.open(Files.write(folder.resolve("tiny.gguf"), file));
  }

  @Test
  void aConversationBeginsAsEveryTextOnceWhetherOrNotTheTemplateSaysSo() throws IOException {
    List<Datum> messages = List.of(ChatTemplate.message("user", "ab"));
    for (String begin : List.of("", "{{ bos_token }}")) {
      LanguageModel model = tiny(begin + BARE);
      Tokenizer tokenizer = model.tokenizer().orElseThrow();
      ChatTemplate template = ChatTemplate.of(model.chatTemplate().orElseThrow(), tokenizer);
      String text = template.text(messages, Map.of(), NOW);
      assertThat(text).isEqualTo((begin.isEmpty() ? "" : "<s>") + "user: ab</s>");
      int[] tokens = template.tokens(text);
      assertThat(tokens)
          .startsWith(tokenizer.begin().orElseThrow())
          .endsWith(tokenizer.end().orElseThrow());
      assertThat(tokenizer.decode(tokens, false)).isEqualTo("user: ab");
      assertThat(tokens).containsOnlyOnce(tokenizer.begin().orElseThrow());
    }
  }

  @Test
  void whatATemplateRefusesIsSaidInItsWords() throws IOException {
    LanguageModel model = tiny("{{ raise_exception('nobody speaks') }}");
    ChatTemplate template =
        ChatTemplate.of(model.chatTemplate().orElseThrow(), model.tokenizer().orElseThrow());
    assertThatThrownBy(() -> template.text(List.of(), Map.of(), NOW))
        .isInstanceOfSatisfying(TemplateException.class, e -> assertThat(e.isRaised()).isTrue())
        .hasMessage("nobody speaks");
  }

  @Test
  void theTemplateForThoseThatHaveNoneIsChatMl() throws IOException {
    Tokenizer tokenizer = tiny("").tokenizer().orElseThrow();
    assertThat(
            ChatTemplate.of(ChatTemplate.CHATML, tokenizer)
                .text(
                    List.of(
                        ChatTemplate.message("system", "Be brief."),
                        ChatTemplate.message("user", "Hi")),
                    Map.of(),
                    NOW))
        .isEqualTo(
            """
            <|im_start|>system
            Be brief.<|im_end|>
            <|im_start|>user
            Hi<|im_end|>
            <|im_start|>assistant
            """);
  }
}
