package opml.cli.command.market;

import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.Moments;
import opml.cli.option.NodeOption;
import opml.core.account.Address;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Snapshot;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestStatus;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.node.NodeChain;
import opml.node.config.NodeConfig;
import opml.node.watch.AccountMoney.Holding;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Shows how a node stands.
@Command(
    name = "status",
    description = {
      "Shows how a node stands, as its store has it, whether it runs or not: head, account, what is open and its own.",
      "What its account has is asked of the chain, if that answers. 'opml status' shows the whole hub."
    },
    footer = {"  opml node status --config node.toml", "  opml node status --offline --json"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class NodeStatusCommand implements Callable<Integer> {
  static final String NOTHING_READ = "the node has read nothing of the chain yet";

  @Mixin private Console console;
  @Mixin private ConfigOption options;

  @Option(names = "--offline", description = "Ask no chain: only what the store has.")
  private boolean offline;

  @Override
  public Integer call() {
    NodeConfig config = options.read();
    try (NodeBeside node = NodeBeside.open(config)) {
      Status status = status(node);
      console.show(status.object(), status::toString);
    }
    return 0;
  }

  private Status status(NodeBeside node) {
    Optional<Address> account = node.account();
    Optional<Holding> held = Optional.empty();
    Optional<String> away = Optional.empty();
    if (!offline && account.isPresent()) {
      try {
        held = Optional.of(held(node, account.get()));
      } catch (ChainException e) {
        away = Optional.of(Messages.of(e));
      }
    }
    long clock = InstantSource.system().instant().getEpochSecond();
    long window = node.described().parameters().window();
    Optional<Picture> picture = node.picture();
    Address self = account.orElse(Address.ZERO);
    return new Status(
        node.head(),
        node.store().projection().finalised(),
        account,
        held,
        away,
        node.config().roles().stream().map(role -> role.kind().word()).toList(),
        node.store().orders().drainedSince(),
        picture.map(seen -> own(seen, self, window)),
        picture.map(seen -> OwnGames.of(seen, self, false, window, clock)),
        new OnItsWay(node.store().outbox().unmined(), clock),
        node.store().jobs().all().size(),
        node.described().parameters().allowance(),
        clock);
  }

  private static Holding held(NodeBeside node, Address account) {
    NodeConfig.ChainPart chain = node.config().chain();
    List<URI> urls =
        chain.rpc().isEmpty()
            ? List.of(node.described().rpc().orElse(NodeOption.LOCAL))
            : chain.rpc();
    try (NodeChain open =
        NodeChain.open(urls, node.described(), chain.trust(), chain.quorum(), (_, _) -> {})) {
      Snapshot now = open.chain().snapshot();
      return new Holding(now.balance(account), open.deployment().credit(now, account));
    }
  }

  /// {@return open requests, and the account's live claims and running games}
  private static Overview own(Picture picture, Address self, long window) {
    return new Overview(
        picture.requests().values().stream()
            .filter(seen -> seen.state().status() == RequestStatus.OPEN)
            .toList(),
        picture.claims().values().stream()
            .filter(seen -> seen.state().claim().server().equals(self))
            .filter(seen -> seen.state().status() == ClaimStatus.LIVE)
            .toList(),
        picture.games().values().stream()
            .filter(seen -> seen.side(self).isPresent())
            .filter(seen -> seen.settled().isPlayed() || seen.settled().isVoid())
            .toList(),
        window,
        picture.now());
  }

  /// How a node stands.
  ///
  /// @param held what the account has, if the chain was asked and answered
  /// @param away why it did not answer
  /// @param own open requests, own live claims and own running games; nothing if nothing was read
  /// @param jobs how many wait or run
  /// @param now this computer's time
  private record Status(
      Optional<BlockRef> head,
      Optional<BlockRef> last,
      Optional<Address> account,
      Optional<Holding> held,
      Optional<String> away,
      List<String> roles,
      Optional<Long> drained,
      Optional<Overview> own,
      Optional<OwnGames> games,
      OnItsWay onItsWay,
      int jobs,
      long allowance,
      long now) {
    private Optional<Attention> attention() {
      return own.map(
          seen ->
              Attention.of(
                  seen,
                  new StatusWords(seen.window(), Math.max(seen.now(), now)),
                  allowance,
                  new Means(Map.of())));
    }

    private Map<String, @Nullable Object> object() {
      return Json.object(
          "block", head.map(BlockRef::number),
          "time", head.map(BlockRef::timestamp),
          "final", last.map(BlockRef::number),
          "account", account,
          "balance", held.map(Holding::balance),
          "credit", held.map(Holding::credit),
          "chain", away,
          "roles", roles,
          "drainedSince", drained,
          "requests",
              own.map(Overview::requests).orElse(List.of()).stream().map(Overview::object).toList(),
          "claims",
              own.map(Overview::claims).orElse(List.of()).stream().map(Status::object).toList(),
          "games", games.map(OwnGames::objects).orElse(List.of()),
          "onItsWay", onItsWay.objects(),
          "jobs", jobs,
          "attention",
              attention().map(Attention::items).orElse(List.of()).stream()
                  .map(Attention.Item::object)
                  .toList());
    }

    private static Map<String, @Nullable Object> object(SeenClaim seen) {
      return Json.object(
          "id", seen.id().hash(),
          "request", seen.state().claim().request(),
          "bond", seen.state().bond(),
          "claimedAt", seen.state().claimedAt(),
          "games", seen.state().games(),
          "openGames", seen.state().openGames(),
          "status", seen.state().status());
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      text.append(
          head.map(
                  block ->
                      "block %s, %s, %s%n"
                          .formatted(
                              Amounts.count(block.number()),
                              Moments.ago(Math.max(0, now - block.timestamp())),
                              last.map(end -> "final up to " + Amounts.count(end.number()))
                                  .orElse("none of them final yet")))
              .orElse(NOTHING_READ + "\n"));
      account.ifPresent(who -> text.append("account %s%s%n".formatted(who, money())));
      away.ifPresent(why -> text.append("the chain does not answer: %s%n".formatted(why)));
      text.append("roles %s%n".formatted(String.join(", ", roles)));
      drained.ifPresent(
          since ->
              text.append(
                  "drained %s: it begins nothing new%n".formatted(Moments.ago(now - since))));
      own.ifPresent(
          seen ->
              text.append(counts(seen))
                  .append(attention().isEmpty() ? "" : "\n" + attention().get())
                  .append(seen.tables()));
      return text.append('\n')
          .append(onItsWay.table())
          .append(
              jobs == 0
                  ? ""
                  : "%s, 'opml node jobs' shows them%n".formatted(Amounts.count(jobs, "job")))
          .toString();
    }

    private static String counts(Overview seen) {
      return seen.counts()
          .replaceFirst("(?m)^(\\S+) (requests?)", "$1 open $2")
          .replaceAll("(?m)^(\\S+) ((claim|game)s?)", "$1 own $2");
    }

    private String money() {
      return held.map(
              has ->
                  ": %s, and %s of credit in the hub"
                      .formatted(Amounts.rounded(has.balance()), Amounts.rounded(has.credit())))
          .orElse("");
    }
  }
}
