package opml.node.watch;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestStatus;
import opml.game.move.Side;
import opml.hub.Picture;
import opml.hub.Picture.SeenGame;
import opml.node.watch.AccountMoney.Holding;

/// What is known of a node that runs: its roles' newest picture of the hub, and its account's money. Nothing here asks
/// the chain, so whoever watches the node cannot make it slow.
public final class Watched {
  /// A role that runs.
  ///
  /// @param seen what it looked at last
  /// @param belowFinal what became of a block that was final, if the chain left one
  public record WatchedRole(
      RoleWatch watch, Supplier<Optional<Picture>> seen, Supplier<Optional<String>> belowFinal) {}

  private final Address self;
  private final Optional<Supplier<Optional<Holding>>> money;
  private final Wei leastBalance;
  private final List<WatchedRole> roles;
  private final Supplier<List<String>> stopped;
  private final Duration readyWithin;
  private final InstantSource clock;

  /// @param self whose claims and games are its own
  /// @param money of the account; nothing if it needs none
  /// @param leastBalance below which it counts as unable to pay
  /// @param stopped the names of roles whose threads do not run
  /// @param readyWithin the age of a look up to which a role counts as looking
  public Watched(
      Address self,
      Optional<Supplier<Optional<Holding>>> money,
      Wei leastBalance,
      List<WatchedRole> roles,
      Supplier<List<String>> stopped,
      Duration readyWithin,
      InstantSource clock) {
    this.self = self;
    this.money = money;
    this.leastBalance = leastBalance;
    this.roles = List.copyOf(roles);
    this.stopped = stopped;
    this.readyWithin = readyWithin;
    this.clock = clock;
  }

  List<WatchedRole> roles() {
    return roles;
  }

  // ------------------------------------------------------------------ health

  /// {@return why the node does not run; nothing if it does}
  List<String> whyNotLive() {
    return stopped.get().stream().map("the role %s has ended"::formatted).toList();
  }

  /// {@return why the node does not do its work; nothing if it does}
  List<String> whyNotReady() {
    List<String> reasons = new ArrayList<>(whyNotLive());
    for (WatchedRole role : roles) {
      Optional<Duration> since = role.watch().sinceLook();
      if (since.isEmpty()) {
        reasons.add("the role %s has not seen the chain yet".formatted(role.watch().name()));
      } else if (since.get().compareTo(readyWithin) > 0) {
        reasons.add(
            "the role %s saw the chain %d s ago"
                .formatted(role.watch().name(), since.get().toSeconds()));
      }
    }
    belowFinal().ifPresent(reasons::add);
    if (money.isPresent()) {
      Optional<Wei> balance = held().map(Holding::balance);
      if (balance.isEmpty()) {
        reasons.add("nobody knows yet what the account has");
      } else if (balance.get().compareTo(leastBalance) < 0) {
        reasons.add("the account has %s, less than %s".formatted(balance.get(), leastBalance));
      }
    }
    return reasons;
  }

  /// {@return what became of a block that was final, if the chain left one}
  Optional<String> belowFinal() {
    return roles.stream().flatMap(role -> role.belowFinal().get().stream()).findFirst();
  }

  // ------------------------------------------------------------------ money

  /// {@return what the account has, if anybody could tell}
  Optional<Holding> held() {
    return money.flatMap(Supplier::get);
  }

  Wei leastBalance() {
    return leastBalance;
  }

  // ------------------------------------------------------------------ the hub

  /// {@return the newest picture that a role has}
  public Optional<Picture> picture() {
    return roles.stream()
        .flatMap(role -> role.seen().get().stream())
        .max(Comparator.comparingLong(picture -> picture.block().number()));
  }

  /// {@return seconds since this picture's block, by this computer's clock}
  long age(Picture picture) {
    return Math.max(0, clock.instant().getEpochSecond() - picture.now());
  }

  long openRequests(Picture picture) {
    return picture.requests().values().stream()
        .filter(request -> request.state().status() == RequestStatus.OPEN)
        .count();
  }

  long ownLiveClaims(Picture picture) {
    return picture.claims().values().stream()
        .filter(claim -> claim.state().status() == ClaimStatus.LIVE)
        .filter(claim -> claim.state().claim().server().equals(self))
        .count();
  }

  long ownGames(Picture picture) {
    return played(picture).count();
  }

  /// {@return the seconds that the own clock has left which ends first, negative if it has ended; nothing if none runs}
  OptionalLong slack(Picture picture) {
    long now = Math.max(picture.now(), clock.instant().getEpochSecond());
    return played(picture)
        .filter(game -> game.side(self).equals(Optional.of(onTurn(game))))
        .mapToLong(game -> game.clock().lastMoment(onTurn(game)) - now)
        .min();
  }

  private static Side onTurn(SeenGame game) {
    return game.positions().getLast().onTurn();
  }

  private Stream<SeenGame> played(Picture picture) {
    return picture.games().values().stream()
        .filter(game -> game.settled().isPlayed() && game.side(self).isPresent());
  }
}
