package opml.cli.command.market;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Moments;
import opml.cli.option.DeploymentOption;
import opml.ethereum.chain.Snapshot;
import opml.game.claim.ClaimId;
import opml.game.move.Parameters;
import opml.hub.ClaimedOutput;
import opml.hub.HubReader;
import opml.hub.Picture;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Shows what the hub holds.
@Command(
    name = "status",
    description = {
      "Shows requests, claims, games and credits, as the chain has them now: counts, what needs attention, tables.",
      "With an ID, the request, claim or game in full."
    },
    footer = {"  opml status", "  opml status 0x1b2c3d4e", "  opml status --json"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class StatusCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private DeploymentOption deployment;

  @CommandLine.Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description =
          "Only this request, claim or game, and what belongs to it; the first digits are enough.")
  private Optional<String> id;

  @Override
  public Integer call() {
    Optional<IdPrefix> prefix = id.map(IdPrefix::of);
    try (DeploymentOption.Opened opened = deployment.open()) {
      Parameters terms = opened.deployment().parameters();
      HubReader reader = new HubReader(opened.deployment(), opened.chain());
      Picture picture = reader.read();
      Overview overview =
          prefix
              .map(begins -> Overview.of(picture, terms.window(), begins))
              .orElseGet(() -> Overview.of(picture, terms.window()));
      if (prefix.isPresent() && overview.isEmpty()) {
        throw new Failure("no request, claim or game begins with " + id.orElseThrow());
      }
      StatusWords words = new StatusWords(terms.window(), picture.now());
      Snapshot state = opened.chain().snapshot(picture.block());
      Attention attention =
          Attention.of(overview, words, terms.allowance(), Means.read(state, picture));
      Credits credits = Credits.read(opened.deployment(), state, picture);
      console.show(
          overview.object(picture.block(), credits, attention, reader::claimedOutput),
          () ->
              prefix
                  .map(
                      begins ->
                          head(picture)
                              + details(overview, words, begins, reader::claimedOutput)
                              + "\n"
                              + attention)
                  .orElseGet(
                      () ->
                          head(picture)
                              + overview.counts()
                              + (overview.isEmpty() ? "" : "\n" + attention)
                              + overview.tables()
                              + credits));
    }
    return 0;
  }

  private static String head(Picture picture) {
    long age = Math.max(0, Instant.now().getEpochSecond() - picture.now());
    return "block %s, %s%n".formatted(Amounts.count(picture.block().number()), Moments.ago(age));
  }

  /// {@return what was named in full; a request with its claims and their games, which it is about}
  private static String details(
      Overview overview,
      StatusWords words,
      IdPrefix prefix,
      Function<ClaimId, ClaimedOutput> outputs) {
    Details details = new Details(overview, words, outputs);
    boolean request = overview.requests().stream().anyMatch(seen -> prefix.begins(seen.id()));
    overview.requests().stream().filter(seen -> prefix.begins(seen.id())).forEach(details::add);
    overview.claims().stream()
        .filter(seen -> request || prefix.begins(seen.id().hash()))
        .forEach(details::add);
    overview.games().stream()
        .filter(
            seen ->
                request || prefix.begins(seen.id().hash()) || prefix.begins(seen.claim().hash()))
        .forEach(details::add);
    return details.toString();
  }
}
