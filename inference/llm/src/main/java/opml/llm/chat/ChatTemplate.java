package opml.llm.chat;

import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import opml.llm.template.Datum;
import opml.llm.template.Template;
import opml.llm.tokenizer.Tokenizer;

/// How a conversation is written as a text that a model goes on with. Control tokens of the model are written by their
/// texts, so a message that has such a text has that token, as it has with other programs.
///
/// For many threads.
public final class ChatTemplate {
  /// A template that many models take, for those that come without one: OpenAI's ChatML.
  public static final String CHATML =
      """
      {% for message in messages %}
      {{ '<|im_start|>' ~ message.role ~ '\\n' ~ message.content ~ '<|im_end|>\\n' }}
      {%- endfor %}
      {% if add_generation_prompt %}
      {{ '<|im_start|>assistant\\n' }}
      {%- endif %}
      """;

  private final String source;
  private final Template template;
  private final Tokenizer tokenizer;

  private ChatTemplate(String source, Tokenizer tokenizer) {
    this.source = source;
    this.template = Template.of(source);
    this.tokenizer = tokenizer;
  }

  /// {@return the template of a source}
  ///
  /// @param tokenizer of the model that reads what it writes
  /// @throws opml.llm.template.TemplateException if it is none
  public static ChatTemplate of(String source, Tokenizer tokenizer) {
    return new ChatTemplate(source, tokenizer);
  }

  /// {@return whether a word stands in the template's source}: what its model was trained to read and to write is
  /// written down nowhere else
  public boolean mentions(String word) {
    return source.contains(word);
  }

  /// {@return a message}
  ///
  /// @param role who says it: `system`, `user`, `assistant`
  public static Datum message(String role, String content) {
    Map<String, Datum> message = new LinkedHashMap<>();
    message.put("role", Datum.of(role));
    message.put("content", Datum.of(content));
    return Datum.map(message);
  }

  /// {@return a conversation as a text, up to where the model is to speak}
  ///
  /// @param messages each with `role` and `content`
  /// @param more what else the template is told, such as `tools`
  /// @param now the moment that templates may ask for
  /// @throws opml.llm.template.TemplateException if the template refuses that, or works for too long
  public String text(List<Datum> messages, Map<String, Datum> more, ZonedDateTime now) {
    Map<String, Datum> variables = new LinkedHashMap<>();
    variables.put("bos_token", token(tokenizer.begin()));
    variables.put("eos_token", token(tokenizer.end()));
    variables.put("tools", Datum.NONE);
    variables.put("documents", Datum.NONE);
    variables.put("add_generation_prompt", Datum.TRUE);
    variables.putAll(more);
    variables.put("messages", Datum.list(messages));
    return template.text(variables, now);
  }

  private Datum token(OptionalInt token) {
    return Datum.of(token.isPresent() ? tokenizer.text(token.getAsInt()) : "");
  }

  /// {@return the tokens of a conversation's text}; it begins as every text of the model does, once, whether or not
  /// the template writes that
  public int[] tokens(String text) {
    int[] tokens = tokenizer.encode(text, false, true);
    int[] around = tokenizer.encode("", true, false);
    if (around.length == 0
        || tokenizer.begin().isEmpty()
        || around[0] != tokenizer.begin().getAsInt()
        || tokens.length > 0 && tokens[0] == around[0]) {
      return tokens;
    }
    int[] begun = new int[tokens.length + 1];
    begun[0] = around[0];
    System.arraycopy(tokens, 0, begun, 1, tokens.length);
    return begun;
  }
}
