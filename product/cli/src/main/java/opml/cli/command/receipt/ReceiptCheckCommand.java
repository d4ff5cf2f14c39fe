package opml.cli.command.receipt;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import opml.cli.console.AnswerText;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Problems;
import opml.cli.option.ChatTemplateOption;
import opml.cli.option.LoraOptions;
import opml.cli.option.ReceiptOptions;
import opml.core.account.Address;
import opml.ethereum.key.TypedDomain;
import opml.llm.forward.TextLimits;
import opml.receipt.AnswerReceipt;
import opml.receipt.ReceiptCheck;
import opml.receipt.ReceiptJson;
import opml.receipt.Vouched;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Checks receipts.
@Command(
    name = "check",
    description = {
      "Says whether an answer's receipt is true: who has signed it, and whether the model gives this answer.",
      "With the model's file the answer is computed again, all of its tokens at once. No chain is asked."
    },
    exitCodeOnExecutionException = ExitCode.USAGE,
    exitCodeList = {
      "0:right, as far as was looked",
      "1:wrong; one line on standard error says why",
      "2:nothing was found out: bad arguments, no receipt, no such model, no memory; one line says why",
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml receipt check answer.json -m model.gguf",
      "  opml receipt check answer.json",
      "  opml receipt check answer.json -m model.gguf \\",
      "      --server 0x7e5f4552091a69125d5dfcb7b8c2659029395bdf",
      "  opml receipt check answer.json -m model.gguf --request asked.json",
      "  opml receipt check - -m model.gguf --deployment deployment.json < answer.json"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ReceiptCheckCommand implements Callable<Integer> {
  /// Letters of a prompt or an answer that are shown, half of them its last ones; with `--json`, all of them are.
  private static final int MOST_SHOWN = 2_000;

  @Mixin private Console console;

  @Parameters(
      paramLabel = "FILE",
      description =
          "A receipt, or an answer of 'opml api' that has one, as a whole or as a stream; - for the standard input.")
  private Path file;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "FILE",
      description = "The model's file; without it, only signature, roots and form are checked.")
  private Optional<Path> modelFile;

  @Mixin private LoraOptions lora;

  @Option(
      names = "--deployment",
      paramLabel = "FILE",
      description = "What 'opml deploy' wrote: the receipt must be for this hub.")
  private Optional<Path> deployment;

  @Option(
      names = "--server",
      paramLabel = "ADDRESS",
      description =
          "Who must have signed: a receipt of somebody else is wrong. Without it anybody may have, so whoever receives"
              + " an answer should know the address from elsewhere.")
  private Optional<Address> server;

  @Option(
      names = "--request",
      paramLabel = "FILE",
      description =
          "What was asked: the body that was sent to /v1/chat/completions, /v1/completions or /v1/responses. An answer"
              + " to anything else is wrong. Texts to stop at are not signed, and not compared. It needs --model, and"
              + " --chat-template where the server had that.")
  private Optional<Path> request;

  @Mixin private ChatTemplateOption template;

  @Override
  public Integer call() {
    new Problems()
        .when(
            request.isPresent() && modelFile.isEmpty(),
            "--request: expected is none without --model, whose tokens are compared")
        .when(lora.isThere() && modelFile.isEmpty(), "--lora: expected is none without --model")
        .when(
            template.isThere() && request.isEmpty(),
            "--chat-template: expected is none without --request")
        .fail();
    ReceiptJson.Found found = ReceiptFile.read(file);
    Optional<TypedDomain.Site> hub = deployment.map(ReceiptOptions::site);
    List<String> flaws = new ArrayList<>();
    for (int i = 0; i < found.receipts().size(); i++) {
      String name = found.receipts().size() > 1 ? "receipt %d: ".formatted(i + 1) : "";
      AnswerReceipt receipt = found.receipts().get(i);
      if (hub.isPresent() && !receipt.domain().site().equals(hub)) {
        flaws.add("%sit is for %s, not for %s".formatted(name, place(receipt), hub.get()));
      }
      if (server.filter(known -> !known.equals(receipt.server())).isPresent()) {
        flaws.add(
            "%sit is signed by %s, not by %s"
                .formatted(name, receipt.server(), server.orElseThrow()));
      }
      if (modelFile.isEmpty()) {
        new ReceiptCheck(receipt).flaws().forEach(flaw -> flaws.add(name + flaw));
      }
    }
    Map<AnswerReceipt, String> prompts = new HashMap<>();
    List<String> notes = new ArrayList<>();
    found.receipts().stream()
        .flatMap(receipt -> AskedText.of(receipt).stream())
        .flatMap(asked -> asked.notes().stream())
        .distinct()
        .forEach(notes::add);
    modelFile.ifPresent(path -> judge(path, found, flaws, notes, prompts));
    console.object(
        Json.object(
            "right",
            flaws.isEmpty(),
            "computedAgain",
            modelFile.isPresent() && flaws.isEmpty(),
            "requestCompared",
            request.isPresent(),
            "flaws",
            flaws,
            "notes",
            notes,
            "receipts",
            found.receipts().stream()
                .map(receipt -> fields(receipt, Optional.ofNullable(prompts.get(receipt))))
                .toList()));
    if (!flaws.isEmpty()) {
      throw wrong(String.join("; also ", flaws));
    }
    console.say(
        modelFile.isPresent()
            ? "right: the model gives this answer (what else is told of it, as how probable tokens were, is not signed)"
            : "well signed; neither the answer nor the text that is shown was checked:"
                + " --model FILE does");
    request.ifPresent(
        body -> console.say("asked: what %s asks for, as far as it is signed".formatted(body)));
    notes.forEach(note -> console.say("note: " + note));
    for (AnswerReceipt receipt : found.receipts()) {
      console.say(words(receipt, Optional.ofNullable(prompts.get(receipt))));
    }
    return ExitCode.OK;
  }

  private void judge(
      Path path,
      ReceiptJson.Found found,
      List<String> flaws,
      List<String> notes,
      Map<AnswerReceipt, String> prompts) {
    try (ReceiptJudge judge = new ReceiptJudge(path, lora, console)) {
      for (int i = 0; i < found.receipts().size(); i++) {
        String name = found.receipts().size() > 1 ? "receipt %d: ".formatted(i + 1) : "";
        AnswerReceipt receipt = found.receipts().get(i);
        judge.flaws(receipt).forEach(flaw -> flaws.add(name + flaw));
        judge.prompt(receipt).ifPresent(prompt -> prompts.put(receipt, prompt));
      }
      flaws.addAll(judge.textFlaws(found));
      request.ifPresent(body -> flaws.addAll(judge.requestFlaws(found, body, template)));
      notes.addAll(judge.textNotes(found));
    }
  }

  private Failure wrong(String why) {
    return Failure.verdict("%s: wrong: %s".formatted(ReceiptFile.name(file), why));
  }

  private static String place(AnswerReceipt receipt) {
    return receipt.domain().site().map(TypedDomain.Site::toString).orElse("no chain in particular");
  }

  private Map<String, @Nullable Object> fields(AnswerReceipt receipt, Optional<String> prompt) {
    Vouched vouched = receipt.vouched();
    Map<String, @Nullable Object> fields =
        Json.object(
            "server", receipt.server(),
            "model", vouched.model(),
            "chainId", receipt.domain().site().map(TypedDomain.Site::chainId),
            "hub", receipt.domain().site().map(TypedDomain.Site::contract),
            "deadline", vouched.deadline(),
            "over", isOver(receipt),
            "inputRoot", vouched.inputRoot(),
            "outputRoot", vouched.outputRoot(),
            "finalState", vouched.finalState());
    AskedText.of(receipt).ifPresent(asked -> fields.put("asked", asked.fields()));
    prompt.ifPresent(text -> fields.put("prompt", text));
    new ReceiptCheck(receipt)
        .answer()
        .map(AnswerText::of)
        .ifPresent(answer -> fields.putAll(answer.fields()));
    return fields;
  }

  private static String words(AnswerReceipt receipt, Optional<String> prompt) {
    Vouched vouched = receipt.vouched();
    TextLimits limits = receipt.limits();
    return List.of(
            "server %s vouches until %s%s"
                .formatted(
                    receipt.server(),
                    Instant.ofEpochSecond(vouched.deadline()),
                    isOver(receipt) ? ", which is over" : ""),
            "for %s".formatted(place(receipt)),
            "seed %s".formatted(Long.toUnsignedString(vouched.seed())),
            "model %s  context %d  answer %d  cache %s"
                .formatted(
                    vouched.model(),
                    limits.context(),
                    limits.capacity(),
                    limits.cacheType().name().toLowerCase(Locale.ROOT)),
            AskedText.of(receipt).map(AskedText::toString).orElse("asked for nothing that can be"),
            new ReceiptCheck(receipt)
                .answer()
                .map(AnswerText::of)
                .map(AnswerText::toString)
                .map(ReceiptCheckCommand::shortened)
                .orElse("answer none"),
            prompt.map(text -> "prompt, with control tokens:\n" + shortened(text)).orElse(""))
        .stream()
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining("\n"));
  }

  /// What is asked stands at the end of a prompt, so that it is not to be lost behind a long begin.
  static String shortened(String text) {
    int letters = text.codePointCount(0, text.length());
    if (letters <= MOST_SHOWN) {
      return text;
    }
    String begin = text.substring(0, text.offsetByCodePoints(0, MOST_SHOWN / 2));
    String end = text.substring(text.offsetByCodePoints(text.length(), -MOST_SHOWN / 2));
    return "%s\n[%,d letters are not shown here; --json has them]\n%s"
        .formatted(begin, letters - MOST_SHOWN, end);
  }

  private static boolean isOver(AnswerReceipt receipt) {
    return Instant.now().getEpochSecond() > receipt.vouched().deadline();
  }
}
