package opml.hub;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.abi.Event;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.Receipt;
import opml.game.claim.Claim;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.Request;
import opml.game.claim.RequestStatus;
import opml.game.move.GameStatus;
import opml.game.move.Parameters;

/// What the hub's events move of one account's money, by `spec/protocol.md` §5: the same sums as the contract's, to the
/// wei. An account has money of its own and credit in the hub; each move changes one of them or shifts between both.
///
/// The events of requests, claims and games tell of bonds, fees and rewards, whoever sent the transaction. What else a
/// transaction of the account moves, its receipt tells.
public final class MoneyMoves {
  /// What a move is.
  public enum Kind {
    /// From the account: a bond of its claim or challenge.
    BOND_OUT,

    /// To the credit: that bond again.
    BOND_BACK,

    /// To the credit: a fee, a bond that another lost, a share of one.
    REWARD,

    /// From the account: the fee of its request.
    FEE_OUT,

    /// To the credit: that fee again.
    FEE_BACK,

    /// From the account to the credit: what was sent with a bond above what was due.
    SURPLUS,

    /// From the credit to the account.
    CREDIT
  }

  /// @param log that tells of it
  public record Move(Kind kind, Wei amount, LogEntry log) {}

  private final Deployment deployment;
  private final HubEvent.Decoder decoder;
  private final Address self;

  /// @param self whose money it is
  public MoneyMoves(Deployment deployment, Address self) {
    this.deployment = deployment;
    this.decoder = new HubEvent.Decoder(deployment);
    this.self = self;
  }

  /// {@return whose money it is}
  public Address self() {
    return self;
  }

  /// {@return whether a log may move something: only some do, and the others need not be followed}
  public boolean mayMove(LogEntry log) {
    return switch (decoder.decode(log)) {
      case HubEvent.Requested event -> event.request().requester().equals(self);
      case HubEvent.Claimed event -> event.claim().server().equals(self);
      case HubEvent.Challenged event -> event.game().challenger().equals(self);
      case HubEvent.RequestEnded _, HubEvent.ClaimEnded _, HubEvent.GameEnded _ -> true;
      case HubEvent.RequestExtended _,
          HubEvent.Moved _,
          HubEvent.Delivered _,
          HubEvent.Unreadable _ ->
          false;
    };
  }

  /// {@return what the events of a request, of its claims and of their games move}
  ///
  /// @param logs all of them, oldest first
  public List<Move> of(List<LogEntry> logs) {
    Story story = new Story(deployment.parameters(), self);
    logs.forEach(log -> story.follow(decoder.decode(log), log));
    return story.moves;
  }

  /// {@return what a transaction of the account moved besides, by the logs of its receipt: neither its gas nor what
  /// [#of] tells}
  public List<Move> of(Receipt receipt) {
    List<Event> events =
        receipt.logs().stream()
            .filter(log -> log.address().equals(deployment.hub().address()))
            .flatMap(log -> deployment.hub().abi().decode(log).stream())
            .toList();
    boolean stakes =
        events.stream().anyMatch(event -> List.of("Claimed", "Challenged").contains(event.name()));
    List<Move> moves = new ArrayList<>();
    for (Event event : events) {
      if (event.name().equals("Credited") && stakes && isMine(event)) {
        moves.add(new Move(Kind.SURPLUS, event.values().wei("amount"), event.log()));
      } else if (event.name().equals("Withdrawn") && isMine(event)) {
        moves.add(new Move(Kind.CREDIT, event.values().wei("amount"), event.log()));
      }
    }
    return moves;
  }

  private boolean isMine(Event event) {
    return event.values().address("account").equals(self);
  }

  /// One request from its beginning.
  private static final class Story {
    /// What is known of a claim.
    private static final class Stake {
      private final Address server;
      private final BigInteger bond;
      private long open;

      /// How many games share the reward, once it is dead.
      private long rewarded = 1;

      Stake(Address server, BigInteger bond) {
        this.server = server;
        this.bond = bond;
      }
    }

    /// What is known of a game.
    private record Play(ClaimId claim, Address challenger, BigInteger bond) {}

    private final Parameters terms;
    private final Address self;
    private final List<Move> moves = new ArrayList<>();
    private final Map<ClaimId, Stake> claims = new LinkedHashMap<>();
    private final Map<GameId, Play> games = new LinkedHashMap<>();
    private Optional<Request> request = Optional.empty();

    /// The game that was just lost by a server: its claim's end comes next.
    private Optional<Play> refuted = Optional.empty();

    Story(Parameters terms, Address self) {
      this.terms = terms;
      this.self = self;
    }

    void follow(HubEvent event, LogEntry log) {
      switch (event) {
        case HubEvent.Requested made -> {
          request = Optional.of(made.request());
          move(made.request().requester(), Kind.FEE_OUT, made.request().fee(), log);
        }
        case HubEvent.RequestEnded end -> {
          if (end.status() == RequestStatus.EXPIRED) {
            move(requester(), Kind.FEE_BACK, fee(), log);
          }
        }
        case HubEvent.Claimed made -> {
          Claim claim = made.claim();
          claims.put(made.id(), new Stake(claim.server(), made.bond()));
          move(claim.server(), Kind.BOND_OUT, made.bond(), log);
        }
        case HubEvent.ClaimEnded end -> {
          Stake claim = claims.get(end.id());
          if (claim != null) {
            ended(claim, end.status(), log);
          }
        }
        case HubEvent.Challenged made -> {
          Address challenger = made.game().challenger();
          games.put(made.id(), new Play(made.game().claim(), challenger, made.bond()));
          Stake claim = claims.get(made.game().claim());
          if (claim != null) {
            claim.open++;
          }
          move(challenger, Kind.BOND_OUT, made.bond(), log);
        }
        case HubEvent.GameEnded end -> {
          Play game = games.get(end.id());
          Stake claim = claims.get(end.claim());
          if (game != null && claim != null) {
            ended(game, claim, end.status(), log);
          }
        }
        case HubEvent.RequestExtended _,
            HubEvent.Moved _,
            HubEvent.Delivered _,
            HubEvent.Unreadable _ -> {}
      }
    }

    private void ended(Stake claim, ClaimStatus status, LogEntry log) {
      switch (status) {
        case NONE, LIVE -> {}
        case SUPERSEDED -> move(claim.server, Kind.BOND_BACK, claim.bond, log);
        case FINAL -> {
          move(claim.server, Kind.BOND_BACK, claim.bond, log);
          move(claim.server, Kind.REWARD, fee(), log);
        }
        case DEAD -> {
          // The game that refuted it was open, too, and has its reward by this event.
          claim.rewarded = claim.open + (refuted.isPresent() ? 1 : 0);
          move(requester(), Kind.REWARD, share(claim, terms.requesterShare()), log);
          refuted.ifPresent(game -> won(game, claim, log));
          refuted = Optional.empty();
        }
      }
    }

    private void ended(Play game, Stake claim, GameStatus status, LogEntry log) {
      switch (status) {
        case NONE, RUNNING -> {}
        case SERVER_WON -> {
          claim.open--;
          move(claim.server, Kind.REWARD, terms.challengeBond().value(), log);
        }
        case CHALLENGER_WON -> {
          claim.open--;
          refuted = Optional.of(game);
        }
        case VOID -> won(game, claim, log);
      }
    }

    private void won(Play game, Stake claim, LogEntry log) {
      move(game.challenger(), Kind.BOND_BACK, game.bond(), log);
      BigInteger each =
          share(claim, terms.challengerShare()).divide(BigInteger.valueOf(claim.rewarded));
      move(game.challenger(), Kind.REWARD, each, log);
    }

    private static BigInteger share(Stake claim, int share) {
      return claim
          .bond
          .multiply(BigInteger.valueOf(share))
          .divide(BigInteger.valueOf(Parameters.WHOLE));
    }

    private Address requester() {
      return request.map(Request::requester).orElse(Address.ZERO);
    }

    private BigInteger fee() {
      return request.map(Request::fee).orElse(BigInteger.ZERO);
    }

    private void move(Address whose, Kind kind, BigInteger amount, LogEntry log) {
      if (whose.equals(self) && amount.signum() > 0) {
        moves.add(new Move(kind, new Wei(amount), log));
      }
    }
  }
}
