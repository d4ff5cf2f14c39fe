package opml.cli.option;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.cli.console.Problems;
import opml.ethereum.key.KeyException;
import opml.ethereum.key.TypedDomain;
import opml.ethereum.key.Wallet;
import opml.hub.DeploymentFile;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.LanguageModel;
import opml.receipt.AnswerReceipt;
import opml.receipt.ReceiptedModel;
import opml.receipt.Voucher;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Who signs receipts of answers, what for, and how long answers are that one receipt is of.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ReceiptOptions {
  private static final long MOST_SECONDS = Duration.ofDays(3_650).toSeconds();

  @Option(names = "--no-receipts", description = "Sign no answers.")
  private boolean isOff;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description =
          "Key of the account that signs receipts of answers (64 hex digits, or a keystore); nobody else may read the"
              + " file (default: a key of this run, with which nothing can be claimed later).")
  private Optional<Path> keyFile;

  @Option(names = "--passphrase-file", paramLabel = "FILE", description = KeyOption.PASSPHRASE)
  private Optional<Path> passphraseFile;

  @Option(
      names = "--answer",
      paramLabel = "N",
      description =
          "Tokens of an answer that one receipt is of, at most (default: 512, or the context if that is less); a longer"
              + " answer has several. The model's id follows from its file, the context, this and the type.")
  private Optional<Integer> answer;

  @Option(
      names = "--deployment",
      paramLabel = "FILE",
      description =
          "What 'opml deploy' wrote: receipts are for this hub alone (default: for any, or none).")
  private Optional<Path> deployment;

  @Option(
      names = "--vouch",
      paramLabel = "SECONDS",
      defaultValue = "86400",
      description =
          "How long, from its end, an answer is vouched for (default: ${DEFAULT-VALUE}, a day).")
  private long seconds;

  private @Nullable Wallet known;

  /// Notes what is wrong with these options.
  public void check(Problems problems) {
    problems
        .when(
            isOff
                && (keyFile.isPresent()
                    || passphraseFile.isPresent()
                    || answer.isPresent()
                    || deployment.isPresent()),
            "--no-receipts: expected are no --key-file, --passphrase-file, --answer, --deployment")
        .when(
            passphraseFile.isPresent() && keyFile.isEmpty(),
            "--passphrase-file: expected is none without --key-file")
        .when(
            seconds < 1 || seconds > MOST_SECONDS,
            "--vouch %d: expected are seconds, from 1 to ten years".formatted(seconds));
  }

  /// {@return who signs, if anybody does}
  ///
  /// @throws Failure about the argument, if there is no key in the file, or others may read it
  public Optional<Wallet> signer() {
    if (!isOff && known == null) {
      try {
        known =
            keyFile.map(file -> KeyOption.wallet(file, passphraseFile)).orElseGet(Wallet::ofChance);
      } catch (KeyException e) {
        throw new Failure("--key-file: " + e.getMessage(), e);
      }
    }
    return Optional.ofNullable(known);
  }

  /// {@return whether the signer is gone when the process ends}
  public boolean isOfThisRun() {
    return !isOff && keyFile.isEmpty();
  }

  /// {@return what receipts are signed for}
  ///
  /// @throws Failure if the deployment file cannot be read
  public TypedDomain domain() {
    return AnswerReceipt.domain(deployment.map(ReceiptOptions::site));
  }

  /// {@return the hub that a deployment file names}
  ///
  /// @throws Failure if the file cannot be read
  public static TypedDomain.Site site(Path deploymentFile) {
    try {
      DeploymentFile read = DeploymentFile.read(deploymentFile);
      return new TypedDomain.Site(read.chainId(), read.hub());
    } catch (IOException e) {
      throw new Failure("--deployment " + Messages.at(deploymentFile, e).getMessage(), e);
    }
  }

  /// {@return how long texts are, as receipts have it}
  ///
  /// @throws Failure if there cannot be such
  public TextLimits limits(EngineOptions engine, LanguageModel model) {
    return ModelOptions.limits(engine.context(model), engine.cacheType(), answer);
  }

  /// {@return what makes receipts of a model's answers, if anything does}; its weights are hashed for that, once
  public Optional<Voucher> voucher(
      Path file, LanguageModel language, EngineOptions engine, Console console) {
    Optional<Wallet> wallet = signer();
    if (wallet.isEmpty()) {
      return Optional.empty();
    }
    TextLimits limits = limits(engine, language);
    KnownModel model = ModelFile.open(file, language, limits, CheckGraph.Bounds.NONE, console);
    return Optional.of(
        new Voucher(
            new ReceiptedModel(model.model(), limits, VocabularyTable.of(language)),
            wallet.get(),
            domain(),
            Duration.ofSeconds(seconds),
            InstantSource.system()));
  }
}
