package opml.cli.command.market;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import opml.cli.console.Amounts;
import opml.cli.console.JournalWriter;
import opml.cli.console.Moments;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.send.GasMeter;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestStatus;
import opml.game.move.GameStatus;
import opml.game.move.Parameters;
import opml.hub.Hub;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;

/// How things stand for a running agent. All but the gas follows from the chain, so a restart changes nothing.
///
/// @param blockAge seconds since the newest block that the agent looked at
/// @param requests that the hub has, and how many of them are open
/// @param claims that are live, and how many of them are this account's
/// @param games that run, and how many of them are this account's
/// @param earned fees, bonds and shares that this account won
/// @param lost bonds that this account lost
/// @param bonded what this account has at stake now
/// @param gas what this run's transactions cost
record Summary(
    long block,
    long blockAge,
    int requests,
    int openRequests,
    int claims,
    int ownClaims,
    int games,
    int ownGames,
    Wei earned,
    Wei lost,
    Wei bonded,
    GasMeter.Usage gas) {
  /// Tells how things stand for the account of a hub.
  ///
  /// @param picture that was seen last
  static void tell(JournalWriter journal, Optional<Picture> picture, Hub hub, GasMeter meter) {
    picture
        .map(
            seen ->
                of(
                    seen,
                    hub.deployment().parameters(),
                    hub.account(),
                    meter.total(),
                    Instant.now()))
        .ifPresentOrElse(
            summary -> journal.line("summary", summary.facts(), summary.toString()),
            () -> journal.line("summary", JournalWriter.facts("block", "none was read yet")));
  }

  static Summary of(
      Picture picture, Parameters terms, Address self, GasMeter.Usage gas, Instant now) {
    Tally tally = new Tally(terms, self);
    picture.requests().values().forEach(tally::add);
    for (SeenClaim claim : picture.claims().values()) {
      SeenRequest request = picture.requests().get(claim.state().claim().request());
      tally.add(claim, request == null ? BigInteger.ZERO : request.state().request().fee());
    }
    for (SeenGame game : picture.games().values()) {
      tally.add(
          game, Optional.ofNullable(picture.claims().get(game.claim())).map(SeenClaim::state));
    }
    return new Summary(
        picture.block().number(),
        Math.max(0, now.getEpochSecond() - picture.now()),
        picture.requests().size(),
        tally.openRequests,
        tally.claims,
        tally.ownClaims,
        tally.games,
        tally.ownGames,
        new Wei(tally.earned),
        new Wei(tally.lost),
        new Wei(tally.bonded),
        gas);
  }

  private static final class Tally {
    private final BigInteger challengeBond;
    private final BigInteger challengerShare;
    private final Address self;
    private int openRequests;
    private int claims;
    private int ownClaims;
    private int games;
    private int ownGames;
    private BigInteger earned = BigInteger.ZERO;
    private BigInteger lost = BigInteger.ZERO;
    private BigInteger bonded = BigInteger.ZERO;

    Tally(Parameters terms, Address self) {
      this.challengeBond = terms.challengeBond().value();
      this.challengerShare = BigInteger.valueOf(terms.challengerShare());
      this.self = self;
    }

    void add(SeenRequest request) {
      openRequests += request.state().status() == RequestStatus.OPEN ? 1 : 0;
    }

    void add(SeenClaim claim, BigInteger fee) {
      boolean mine = claim.state().claim().server().equals(self);
      if (claim.state().status() == ClaimStatus.LIVE) {
        claims++;
        ownClaims += mine ? 1 : 0;
      }
      if (mine) {
        switch (claim.state().status()) {
          case NONE, SUPERSEDED -> {}
          case LIVE -> bonded = bonded.add(claim.state().bond());
          case FINAL -> earned = earned.add(fee);
          case DEAD -> lost = lost.add(claim.state().bond());
        }
      }
    }

    void add(SeenGame game, Optional<ClaimState> claim) {
      boolean challenges = game.challenger().equals(self);
      boolean serves = game.server().equals(self);
      if (game.status() == GameStatus.RUNNING && game.claimStatus() == ClaimStatus.LIVE) {
        games++;
        ownGames += challenges || serves ? 1 : 0;
      }
      switch (game.status()) {
        case NONE -> {}
        case RUNNING -> bonded = challenges ? bonded.add(game.bond()) : bonded;
        case SERVER_WON -> {
          earned = serves ? earned.add(challengeBond) : earned;
          lost = challenges ? lost.add(game.bond()) : lost;
        }
        case CHALLENGER_WON, VOID ->
            earned =
                challenges ? earned.add(claim.map(this::share).orElse(BigInteger.ZERO)) : earned;
      }
    }

    /// {@return what each game gets that was open when the claim died}
    private BigInteger share(ClaimState claim) {
      return claim
          .bond()
          .multiply(challengerShare)
          .divide(BigInteger.valueOf(Parameters.WHOLE))
          .divide(BigInteger.valueOf(Math.max(1, claim.rewarded())));
    }
  }

  Map<String, Object> facts() {
    return JournalWriter.facts(
        "block", block,
        "blockAge", blockAge,
        "requests", requests,
        "requestsOpen", openRequests,
        "claimsLive", claims,
        "claimsLiveOwn", ownClaims,
        "gamesOpen", games,
        "gamesOpenOwn", ownGames,
        "earned", earned,
        "lost", lost,
        "bonded", bonded,
        "transactions", gas.transactions(),
        "gas", gas.gas(),
        "gasFees", gas.fees());
  }

  @Override
  public String toString() {
    return ("block %s (%s)  requests %s, %s open  live claims %s, own %s  open games %s, own %s"
            + "  earned %s  lost %s  at stake %s  gas of this run %s")
        .formatted(
            Amounts.count(block),
            Moments.ago(blockAge),
            Amounts.count(requests),
            Amounts.count(openRequests),
            Amounts.count(claims),
            Amounts.count(ownClaims),
            Amounts.count(games),
            Amounts.count(ownGames),
            Amounts.rounded(earned),
            Amounts.rounded(lost),
            Amounts.rounded(bonded),
            Amounts.rounded(gas.fees()));
  }
}
