package opml.agent;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.core.account.Wei;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Receipt;
import opml.game.claim.ClaimStatus;
import opml.game.claim.Request;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.move.Side;
import opml.game.solver.ClaimJudge;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;

/// Answers requests: computes, claims, defends its claims in any number of games, settles them and takes its money.
public final class Server extends Agent {
  /// What a server takes on.
  ///
  /// @param minimalFee requests that pay less are left alone
  /// @param beside whether to claim although somebody's right claim is live already: only one of them gets the fee
  /// @param attempts how many claims to lose on one request before giving it up; a right claim can be lost by being
  /// away
  /// @param callbackGasMax deliveries that pass on more gas are left to others; 0 for no deliveries at all
  public record Policy(Wei minimalFee, boolean beside, int attempts, long callbackGasMax) {
    public static final Policy DEFAULT = new Policy(Wei.ZERO, false, 1, 1_000_000);
  }

  private final Policy policy;
  private final Set<RequestId> refusesToHear = new HashSet<>();

  public Server(Hub hub, Workshop workshop, Journal journal) {
    this(hub, workshop, journal, Policy.DEFAULT);
  }

  public Server(Hub hub, Workshop workshop, Journal journal, Policy policy) {
    super(hub, workshop, journal, false);
    this.policy = policy;
  }

  @Override
  void act(Picture picture) {
    for (SeenRequest request : picture.requests().values()) {
      List<SeenClaim> claims = picture.claimsOn(request.id());
      for (SeenClaim claim : claims) {
        if (isMine(claim) && claim.state().status() == ClaimStatus.LIVE) {
          work(request).ifPresent(work -> defend(picture, claim, work));
          settle(claim, picture.now());
        }
        if (isMine(claim)) {
          deliver(request, claim);
        }
      }
      if (wants(request, claims, picture.now())) {
        work(request)
            .filter(work -> isUnanswered(claims, work) && mayEnter(request.id()))
            .ifPresent(work -> claim(request, work));
      }
    }
    withdraw();
  }

  private boolean isMine(SeenClaim claim) {
    return claim.state().claim().server().equals(self());
  }

  private boolean wants(SeenRequest seen, List<SeenClaim> claims, long now) {
    Request request = seen.state().request();
    if (seen.state().status() != RequestStatus.OPEN
        || now > seen.state().deadline()
        || !request.admits(self())) {
      return false;
    }
    if (request.fee().compareTo(policy.minimalFee().value()) < 0) {
      skip("request " + seen.id(), "its fee is below " + policy.minimalFee());
      return false;
    }
    List<SeenClaim> mine = claims.stream().filter(this::isMine).toList();
    boolean live = mine.stream().anyMatch(claim -> claim.state().status() == ClaimStatus.LIVE);
    return !live && mine.size() < policy.attempts();
  }

  private boolean isUnanswered(List<SeenClaim> claims, Work work) {
    return policy.beside()
        || claims.stream()
            .filter(claim -> claim.state().status() == ClaimStatus.LIVE)
            .noneMatch(
                claim -> claim.state().claim().finalState().equals(work.result().finalState()));
  }

  private void claim(SeenRequest request, Work work) {
    Wei bond = hub().bondDue(request.id());
    if (!affords(bond)) {
      skip("request " + request.id(), "the account cannot deposit the bond of " + bond);
      return;
    }
    try {
      hub()
          .claim(request.id(), work, bond)
          .ifPresent(receipt -> tell(new Entry.Claimed(request.id(), bond, receipt)));
    } catch (ChainException.Reverted e) {
      // There are other requests to answer, and claims to defend.
      skip("request " + request.id(), "the hub refuses our claim " + e.revert());
    }
  }

  /// Tells the requester's contract what it is owed to know. Nothing depends on that: a contract that refuses to hear
  /// is left alone.
  private void deliver(SeenRequest seen, SeenClaim claim) {
    Request request = seen.state().request();
    boolean wanted =
        !request.callback().isZero() && request.callbackGas() <= policy.callbackGasMax();
    if (!wanted || refusesToHear.contains(seen.id())) {
      return;
    }
    boolean isFinal = claim.state().status() == ClaimStatus.FINAL && !seen.finalDelivered();
    boolean isProvisional =
        claim.state().status() == ClaimStatus.LIVE
            && seen.state().status() == RequestStatus.OPEN
            && !claim.provisionalDelivered();
    if (!isFinal && !isProvisional) {
      return;
    }
    try {
      Optional<Receipt> receipt =
          isFinal
              ? hub().deliverFinal(seen.id(), output(claim.id()))
              : hub().deliverProvisional(claim.id(), output(claim.id()));
      receipt.ifPresent(done -> tell(new Entry.Delivered(seen.id(), isFinal, done)));
    } catch (ChainException.Reverted e) {
      refusesToHear.add(seen.id());
      skip("request " + seen.id(), "its contract refuses to hear the result: " + e.revert());
    }
  }

  private void defend(Picture picture, SeenClaim claim, Work work) {
    if (!ClaimJudge.defends(
        claim.state().claim(), work.trace(), work.result().outputHash(), self())) {
      skip(
          "claim " + claim.id(),
          "our run says something else than we claimed, so it is not defended");
      return;
    }
    for (SeenGame game : picture.gamesOn(claim.id())) {
      play(game, work, Side.SERVER, picture.now());
    }
  }
}
