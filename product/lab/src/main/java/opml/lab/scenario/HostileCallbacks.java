package opml.lab.scenario;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.Revert;
import opml.mnist.DemoModel;

/// Requesters with contracts that are told the result, and do their worst then. The settlement must not notice.
final class HostileCallbacks {
  /// What a callback does, as the code of its contract.
  private enum Behaviour {
    LISTENS("listens", "00", true),
    REVERTS("reverts", "60006000fd", false),
    BURNS("burns all gas", "5b600056", false),
    BOMBS("returns a megabyte", "620f42406000f3", false),
    /// Calls `burn()` of the hub in the middle of the delivery: CALL(gas, hub, 0, selector, 4, 0, 0).
    RE_ENTERS(
        "re-enters the hub", "6344df8e7060e01b6000526000600060046000600073" + HUB + "5af100", true);

    private final String label;
    private final String code;
    private final boolean delivered;

    Behaviour(String label, String code, boolean delivered) {
      this.label = label;
      this.code = code;
      this.delivered = delivered;
    }
  }

  /// Stands in a code for the hub's address.
  private static final String HUB = "hub";

  private static final long CALLBACK_GAS = 100_000;

  private HostileCallbacks() {}

  static List<Scenario> all(DemoModel model) {
    List<Scenario> scenarios = new ArrayList<>();
    for (Behaviour behaviour : Behaviour.values()) {
      scenarios.add(
          new Scenario(
              "callback that " + behaviour.label,
              "The requester's contract " + behaviour.label + " when it is told the result.",
              model,
              "request final, claim final, claim final",
              false,
              play -> play(play, behaviour)));
    }
    return scenarios;
  }

  private static void play(Director play, Behaviour behaviour) {
    Address receiver = deploy(play, behaviour);
    play.ask(
        play.terms()
            .delivering(receiver, CALLBACK_GAS)
            .named(play.stage().party("server").address()));
    play.server("server", play.honest());
    play.play();
    boolean delivered =
        Objects.requireNonNull(play.stage().picture().requests().get(play.request()))
            .finalDelivered();
    if (delivered != behaviour.delivered) {
      throw new IllegalStateException(
          "the final result " + (delivered ? "was delivered" : "was not delivered"));
    }
    // The server answered the plain request too.
    Scenarios.expectFeePaid(play, "server");
    Scenarios.expectFeePaid(play, "server");
  }

  private static Address deploy(Director play, Behaviour behaviour) {
    String hub = play.stage().deployment().hub().address().toString().substring(2);
    String code = behaviour.code.replace(HUB, hub);
    String length = HexFormat.of().toHexDigits((byte) (code.length() / 2));
    // PUSH1 length, DUP1, PUSH1 9, PUSH0, CODECOPY, PUSH0, RETURN: what follows is the contract.
    Data creation = Data.ofHex("0x60" + length + "8060095f395ff3" + code);
    Call call = new Call(Optional.empty(), creation, Wei.ZERO, "new callback", Revert::unnamed);
    Receipt receipt = play.stage().party("requester").hub().sender().send(call);
    return receipt.created().orElseThrow();
  }
}
