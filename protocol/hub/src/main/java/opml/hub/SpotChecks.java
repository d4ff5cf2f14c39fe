package opml.hub;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.ethereum.chain.BlockRef;
import opml.game.claim.ClaimStatus;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;

/// Chooses what is compared with the hub's own views.
///
/// Events alone say how everything stands. What they cannot say is what a node leaves out of them: a challenge of an
/// own claim, a move of the other side. So a reader that begins compares all that its account has at stake, as far
/// as that is bounded; later, once a block, one own game that runs and one of all other objects, in turn; and what
/// has once differed at every look, until it does not. What somebody is about to stake on is compared by
/// [HubReader#confirms(opml.game.claim.RequestId)] besides.
final class SpotChecks {
  private static final int OWN_AT_FIRST = 64;
  private static final int OTHERS_AT_FIRST = 16;
  private static final int SUSPECTS_A_LOOK = 64;

  private final Set<Subject> suspects = new LinkedHashSet<>();
  private final Turns games = new Turns();
  private final List<Turns> others = List.of(new Turns(), new Turns(), new Turns());
  private int kind;
  private Optional<BlockRef> checked = Optional.empty();

  /// {@return what is to be compared at this look}
  Set<Subject> due(Picture picture, Stakes stakes) {
    Set<Subject> due = new LinkedHashSet<>();
    suspects.stream().limit(SUSPECTS_A_LOOK).forEach(due::add);
    if (checked.equals(Optional.of(picture.block()))) {
      return due;
    }
    List<Subject> ownGames = ownGames(picture, stakes);
    List<List<Subject>> kinds =
        List.of(
            claims(picture, stakes, true),
            claims(picture, stakes, false),
            ofInterest(picture, stakes));
    if (checked.isEmpty()) {
      due.addAll(games.next(ownGames, OWN_AT_FIRST));
      for (int i = 0; i < kinds.size(); i++) {
        due.addAll(others.get(i).next(kinds.get(i), i == 0 ? OWN_AT_FIRST : OTHERS_AT_FIRST));
      }
      return due;
    }
    due.addAll(games.next(ownGames, 1));
    for (int i = 0; i < kinds.size(); i++) {
      kind = (kind + 1) % kinds.size();
      if (!kinds.get(kind).isEmpty()) {
        due.addAll(others.get(kind).next(kinds.get(kind), 1));
        break;
      }
    }
    return due;
  }

  /// Takes it that all that was due in a block was compared.
  void done(BlockRef block) {
    checked = Optional.of(block);
  }

  /// Has something compared at every look from now on, until [#trust].
  void suspect(Subject subject) {
    suspects.add(subject);
  }

  /// Takes it that something is as the events say.
  void trust(Subject subject) {
    suspects.remove(subject);
  }

  /// {@return whether anything is to be compared at the next look, whatever happens}
  boolean hasSuspects() {
    return !suspects.isEmpty();
  }

  private static List<Subject> ownGames(Picture picture, Stakes stakes) {
    List<Subject> own = new ArrayList<>();
    for (SeenGame game : picture.games().values()) {
      boolean isMine = stakes.isMine(game.challenger()) || stakes.isMine(game.server());
      if (isMine && game.settled().isPlayed()) {
        own.add(Subject.of(game.id()));
      }
    }
    return own;
  }

  /// {@return live claims: own ones, or those that somebody may want to dispute while there is time}
  private static List<Subject> claims(Picture picture, Stakes stakes, boolean isOwn) {
    List<Subject> claims = new ArrayList<>();
    if (stakes.account().isPresent()) {
      for (SeenClaim claim : picture.claims().values()) {
        if (claim.state().status() == ClaimStatus.LIVE
            && stakes.isMine(claim.state().claim().server()) == isOwn) {
          claims.add(Subject.of(claim.id()));
        }
      }
    }
    return claims;
  }

  private static List<Subject> ofInterest(Picture picture, Stakes stakes) {
    return picture.requests().values().stream()
        .filter(stakes.interest())
        .map(request -> Subject.of(request.id()))
        .toList();
  }
}
