package opml.lab.bench.siege;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/// What it costs to keep a request from an honest server: the cheapest of all of Mallory's plans, in claim bonds that
/// he loses (`spec/protocol.md` §6, T4).
///
/// # The game
///
/// The honest server has money for a bond of so many CLAIM_BONDs. It looks now and then, at least once in every window.
/// It claims if it can pay the bond then due, 1 + live claims + extensions, unless a right claim is live and no right
/// claim of the request has died yet. Once it has claimed, the request is answered by theorem T4, and Mallory has
/// failed. He wins if the deadline passes with no claim live.
///
/// Between two looks he does what he likes, as often as he likes: he claims, rightly or wrongly, and lets his claims
/// die, also in one second. A death extends the deadline if it comes later than a window before it, but one extension
/// is all that the deaths of one second make. A claim of his must die: one that does not becomes final, and answers the
/// request or is refuted by a verifier, who takes more. A death costs three quarters of the bond at least: half burns,
/// a quarter is the requester's. So the whole price of a claim is known when it is made.
///
/// # Why it is exhaustive
///
/// A state is what the rules read: how many of his claims are live and how many of them are right, whether a right one
/// has died, extensions, whether the deadline is near, whether somebody looked since it was last moved, and whether
/// this second has moved it. All actions are tried in each state, the cheapest first. More live claims or extensions
/// than the server can pay beside never help: what blocks it is their sum, so both are bounded by its money.
public final class DenialSearch {
  /// Mallory loses three quarters of a bond that dies; prices are counted in quarters.
  private static final int LOST_QUARTERS = 3;

  private final int serverBonds;

  private DenialSearch(int serverBonds) {
    this.serverBonds = serverBonds;
  }

  /// What the search found.
  ///
  /// @param serverBonds the bond that the honest server can pay, in CLAIM_BONDs
  /// @param claimBondsLost what the cheapest denial costs Mallory, in CLAIM_BONDs
  /// @param states how many states were looked at
  public record Result(int serverBonds, double claimBondsLost, long states) {}

  /// Where an attack stands.
  ///
  /// @param live how many of Mallory's claims are live
  /// @param right how many of those are right
  /// @param rightDied whether a right claim of the request has died
  /// @param late whether a death would extend the deadline now
  /// @param looked whether the server looked since the deadline came near or was moved
  /// @param sameSecond whether a death in this second has extended the deadline already
  private record State(
      int live,
      int right,
      boolean rightDied,
      int extensions,
      boolean late,
      boolean looked,
      boolean sameSecond) {
    static final State START = new State(0, 0, false, 0, false, false, false);
  }

  private record Step(State to, int quarters) {}

  private record Reached(State state, int quarters) {}

  /// Searches all plans against a server with money for so many bonds.
  public static Result run(int serverBonds) {
    if (serverBonds < 1 || serverBonds > 64) {
      throw new IllegalArgumentException(
          "a server with money for " + serverBonds + " bonds, expected are 1 to 64");
    }
    return new DenialSearch(serverBonds).search();
  }

  private Result search() {
    Map<State, Integer> least = new HashMap<>();
    PriorityQueue<Reached> open = new PriorityQueue<>(Comparator.comparingInt(Reached::quarters));
    least.put(State.START, 0);
    open.add(new Reached(State.START, 0));
    while (true) {
      Reached next = open.remove();
      State state = next.state();
      if (next.quarters() > least.getOrDefault(state, Integer.MAX_VALUE)) {
        continue;
      }
      if (state.late() && state.looked() && state.live() == 0) {
        return new Result(serverBonds, next.quarters() / 4.0, least.size());
      }
      for (Step step : steps(state)) {
        int quarters = next.quarters() + step.quarters();
        if (quarters < least.getOrDefault(step.to(), Integer.MAX_VALUE)) {
          least.put(step.to(), quarters);
          open.add(new Reached(step.to(), quarters));
        }
      }
    }
  }

  private List<Step> steps(State s) {
    List<Step> steps = new ArrayList<>();
    if (s.live() <= serverBonds) {
      int price = LOST_QUARTERS * (1 + s.live() + s.extensions());
      steps.add(new Step(claimed(s, 0), price));
      steps.add(new Step(claimed(s, 1), price));
    }
    if (s.right() > 0) {
      deaths(s, 1, steps);
    }
    if (s.live() > s.right()) {
      deaths(s, 0, steps);
    }
    if (!serverClaims(s)) {
      steps.add(new Step(looked(s), 0));
    }
    if (!s.late()) {
      steps.add(new Step(late(s), 0));
    }
    return steps;
  }

  /// {@return whether the honest server claims if it looks now}
  private boolean serverClaims(State s) {
    boolean pays = 1 + s.live() + s.extensions() <= serverBonds;
    boolean holdsBack = s.right() > 0 && !s.rightDied();
    return pays && !holdsBack;
  }

  private static State claimed(State s, int right) {
    return new State(
        s.live() + 1,
        s.right() + right,
        s.rightDied(),
        s.extensions(),
        s.late(),
        s.looked(),
        s.sameSecond());
  }

  private void deaths(State s, int right, List<Step> steps) {
    boolean rightDied = s.rightDied() || right > 0;
    int live = s.live() - 1;
    int rights = s.right() - right;
    if (!s.late() || s.sameSecond()) {
      steps.add(
          new Step(
              new State(
                  live, rights, rightDied, s.extensions(), s.late(), s.looked(), s.sameSecond()),
              0));
    }
    if (s.late()) {
      int extensions = Math.min(s.extensions() + 1, serverBonds);
      steps.add(new Step(new State(live, rights, rightDied, extensions, true, false, true), 0));
    }
  }

  private static State looked(State s) {
    return new State(s.live(), s.right(), s.rightDied(), s.extensions(), s.late(), s.late(), false);
  }

  private static State late(State s) {
    return new State(s.live(), s.right(), s.rightDied(), s.extensions(), true, false, false);
  }
}
