package opml.cli.command.receipt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.api.AskedAnswers;
import opml.api.AskedModel;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.cli.option.ChatTemplateOption;
import opml.cli.option.EngineOptions;
import opml.cli.option.KnownModel;
import opml.cli.option.LanguageModelFile;
import opml.cli.option.LoraOptions;
import opml.cli.option.ModelFile;
import opml.core.codec.MalformedException;
import opml.engine.plan.Team;
import opml.engine.tensor.Tensor;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.LanguageModel;
import opml.llm.session.Session;
import opml.llm.session.TextEngine;
import opml.llm.tokenizer.Tokenizer;
import opml.receipt.AnswerReceipt;
import opml.receipt.ReceiptCheck;
import opml.receipt.ReceiptJson;
import opml.receipt.ReceiptedModel;
import opml.receipt.ShownNumbers;
import opml.receipt.ShownTexts;
import opml.twins.Twins;

/// Judges receipts by a model's file. How long its texts are is said by the receipt, whose model's id follows from it.
final class ReceiptJudge implements AutoCloseable {
  /// Bytes of weights that take seconds, in which somebody may wonder.
  private static final long MUCH = 10_000_000;

  /// A node of a graph, with what is kept of it until the model's id is known.
  private static final long NODE_BYTES = 512;

  /// Of the heap, the part that a graph may take whose length a receipt says.
  private static final int PART = 4;

  private final Path file;
  private final Console console;
  private final LanguageModel language;
  private final Tokenizer tokenizer;
  private final Map<TextLimits, KnownModel> models = new HashMap<>();
  private final Map<TextLimits, Session> sessions = new HashMap<>();

  /// @throws Failure if there is no language model in the file, or no tokenizer, without which no text can be compared
  ReceiptJudge(Path file, LoraOptions lora, Console console) {
    this.file = file;
    this.console = console;
    if (!LanguageModelFile.isOne(file)) {
      throw new Failure("--model %s: it is no language model".formatted(file));
    }
    this.language = lora.adapted(LanguageModelFile.open(file, Optional.empty()));
    this.tokenizer = LanguageModelFile.tokenizer(file, language);
  }

  /// {@return the file's model with texts as a receipt has them; the edition that the receipt is about, if there is
  /// one}
  ///
  /// @throws Failure if a graph for such texts does not fit the memory of this process
  KnownModel model(AnswerReceipt receipt) {
    KnownModel latest =
        models.computeIfAbsent(
            receipt.limits(),
            limits -> {
              note(
                  "%s: finding its id for texts of %s"
                      .formatted(file, Amounts.count(limits.context(), "token")));
              return ModelFile.open(file, language, limits, bounds(), console);
            });
    return latest.id().equals(receipt.vouched().model())
        ? latest
        : latest.editions().stream()
            .filter(edition -> edition.id().equals(receipt.vouched().model()))
            .findFirst()
            .orElse(latest);
  }

  private static CheckGraph.Bounds bounds() {
    long bytes = Runtime.getRuntime().maxMemory() / PART;
    return new CheckGraph.Bounds((int) Math.min(Integer.MAX_VALUE, bytes / NODE_BYTES), bytes);
  }

  /// {@return what is wrong with a receipt}; the answer is computed again only if nothing else is wrong
  List<String> flaws(AnswerReceipt receipt) {
    ReceiptCheck check = new ReceiptCheck(receipt);
    List<String> flaws = new ArrayList<>(check.flaws());
    ReceiptedModel model =
        new ReceiptedModel(model(receipt).model(), receipt.limits(), VocabularyTable.of(language));
    flaws.addAll(check.flaws(model));
    if (flaws.isEmpty()) {
      int tokens = check.answer().map(answer -> answer.tokens().length).orElse(0);
      note("%s: computing an answer of %s again".formatted(file, Amounts.count(tokens, "token")));
      check.wrongAnswer(model, session(receipt.limits())).ifPresent(flaws::add);
    }
    return flaws;
  }

  private Session session(TextLimits wanted) {
    return sessions.computeIfAbsent(
        wanted,
        limits ->
            TextEngine.of(
                    language,
                    limits.context(),
                    limits.cacheType(),
                    Math.min(TextEngine.ROWS, limits.context()),
                    Twins.provider(),
                    Team.shared(),
                    isQuick() ? _ -> {} : EngineOptions.progress(file, console))
                .open());
  }

  /// Says what takes long.
  private void note(String what) {
    if (!isQuick()) {
      console.note(what);
    }
  }

  /// {@return whether nobody waits for what is done with a model of this size}
  private boolean isQuick() {
    return language.weights().tensors().values().stream()
            .mapToLong(tensor -> Tensor.byteSize(tensor.type(), tensor.shape()))
            .sum()
        < MUCH;
  }

  /// {@return the text that a receipt's request asks to go on with, with its control tokens, if it is one}
  Optional<String> prompt(AnswerReceipt receipt) {
    return AskedText.of(receipt)
        .map(asked -> asked.request().prompt())
        .filter(prompt -> Arrays.stream(prompt).allMatch(token -> token < tokenizer.size()))
        .map(prompt -> tokenizer.decode(prompt, true));
  }

  /// {@return what is wrong with the texts that came with receipts}
  List<String> textFlaws(ReceiptJson.Found found) {
    return new ShownTexts(tokenizer, found.receipts()).flaws(found);
  }

  /// {@return in what answers are to something else than a body asks for}
  ///
  /// @param body the file that was sent to the server, or the same
  /// @throws Failure about the argument, if that cannot be read, or asks for nothing that can be
  List<String> requestFlaws(ReceiptJson.Found found, Path body, ChatTemplateOption template) {
    AskedModel asked =
        new AskedModel(
            tokenizer,
            template.find(file, language, tokenizer),
            found.receipts().getFirst().limits().context());
    // A template may tell a model what day it is.
    Instant answered = found.numbers().flatMap(ShownNumbers::created).orElseGet(Instant::now);
    try (InputStream in = Files.newInputStream(body)) {
      byte[] bytes = in.readNBytes(ReceiptJson.MOST_BYTES);
      return AskedAnswers.of(bytes, asked, answered).flaws(found);
    } catch (MalformedException e) {
      throw new Failure("--request %s: %s".formatted(body, e.getMessage()), e);
    } catch (IOException e) {
      throw new Failure("--request " + Messages.at(body, e).getMessage(), e);
    }
  }

  /// {@return what who reads the texts that came with receipts should know}
  List<String> textNotes(ReceiptJson.Found found) {
    return new ShownTexts(tokenizer, found.receipts()).notes(found);
  }

  @Override
  public void close() {
    sessions.values().forEach(Session::close);
  }
}
