package opml.lab.bench.siege;

import java.util.HexFormat;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Revert;
import opml.lab.bench.ground.Mallory;

/// Contracts of requesters who mean their server no good, as the code behind their address.
enum CallbackCode {
  /// Takes what it is told first, and reverts with an error that nobody knows, 0xdeadbeef, when it is told more.
  ///
  ///     if (storage[0] != 0) { mem[0:32] = 0xdeadbeef; revert(28, 4) }   storage[0] = 1
  REVERTS_AT_THE_END("5f54600a5760015f55005b63deadbeef5f526004601cfd"),
  /// Uses up nearly all the gas that it is given, and takes everything.
  ///
  ///     while (gasleft() > 50_000) {}
  BURNS_AND_TAKES("5b5a61c350105f5700"),
  /// Takes everything where gas has no price, as in a simulation, and uses up all its gas in a block.
  ///
  ///     if (gasprice() != 0) { invalid() }
  KNOWS_A_SIMULATION("3a15600657fe5b00");

  private final String code;

  CallbackCode(String code) {
    this.code = code;
  }

  /// Deploys it; blocks must come with transactions.
  Address deploy(Mallory who) {
    String length = HexFormat.of().toHexDigits((byte) (code.length() / 2));
    // PUSH1 length, DUP1, PUSH1 9, PUSH0, CODECOPY, PUSH0, RETURN: what follows is the contract.
    Data creation = Data.ofHex("0x60" + length + "8060095f395ff3" + code);
    Call call = new Call(Optional.empty(), creation, Wei.ZERO, "new callback", Revert::unnamed);
    return who.must(call, 300_000).created().orElseThrow();
  }
}
