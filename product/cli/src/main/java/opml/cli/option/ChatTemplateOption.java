package opml.cli.option;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.llm.chat.ChatTemplate;
import opml.llm.model.LanguageModel;
import opml.llm.template.TemplateException;
import opml.llm.tokenizer.Tokenizer;
import picocli.CommandLine.Option;

/// How conversations are written as texts.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ChatTemplateOption {
  private static final String CHATML = "chatml";
  private static final long MOST_BYTES = 1 << 20;

  @Option(
      names = "--chat-template",
      paramLabel = "FILE",
      description =
          "A Jinja template by which conversations are written as texts, or chatml for the one that many models take"
              + " (default: the model's own).")
  private Optional<String> given;

  /// {@return whether one was named}
  public boolean isThere() {
    return given.isPresent();
  }

  /// {@return the template for a model's conversations; absent if there is none}
  ///
  /// @throws Failure if it is no template
  public Optional<ChatTemplate> find(Path file, LanguageModel model, Tokenizer tokenizer) {
    String name =
        given
            .map(said -> "--chat-template " + said)
            .orElse("--model %s: its template".formatted(file));
    try {
      return given
          .map(ChatTemplateOption::source)
          .or(model::chatTemplate)
          .map(source -> ChatTemplate.of(source, tokenizer));
    } catch (TemplateException e) {
      throw new Failure("%s: %s".formatted(name, e.getMessage()), e);
    }
  }

  private static String source(String said) {
    if (said.equals(CHATML)) {
      return ChatTemplate.CHATML;
    }
    Path file = Path.of(said);
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new Failure("--chat-template %s: more than %,d bytes".formatted(file, MOST_BYTES));
      }
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new Failure("--chat-template " + file + ": expected is a text in UTF-8", e);
    } catch (IOException e) {
      throw new Failure("--chat-template " + Messages.at(file, e).getMessage(), e);
    }
  }
}
