package opml.lab.bench.siege;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.Revert;
import opml.game.claim.GameId;
import opml.hub.Deployment;
import opml.lab.bench.ground.Mallory;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.TransactionDecoder;

/// Somebody who computes nothing: he sees an honest challenger's transactions in the pool and sends the same before it,
/// with his own game in the place of the other's.
final class Copycat {
  private static final int SELECTOR_BYTES = 4;
  private static final long GAS = 3_000_000;

  private final Deployment deployment;
  private final Mallory self;
  private Optional<GameId> game = Optional.empty();

  Copycat(Deployment deployment, Mallory self) {
    this.deployment = deployment;
    this.self = self;
  }

  /// Hears of a signed transaction, and is in a block before it. What he copies in vain costs him gas and nobody
  /// anything.
  synchronized void hears(String raw) {
    RawTransaction seen = TransactionDecoder.decode(raw);
    if (!deployment.hub().address().toString().equalsIgnoreCase(seen.getTo())) {
      return;
    }
    String hex = seen.getData().replaceFirst("^0x", "");
    Data data = Data.of(HexFormat.of().parseHex(hex));
    Data selector = data.slice(0, SELECTOR_BYTES);
    try {
      if (selector.equals(selector("challenge", Bytes32.ZERO, new byte[0]))) {
        game = opened(self.await(List.of(self.send(call(data, seen.getValue()), GAS))).getFirst());
      } else if (game.isPresent() && !isOfNoGame(selector)) {
        Data mine =
            selector
                .then(Data.of(game.get().hash().toArray()))
                .then(data.slice(SELECTOR_BYTES + Bytes32.BYTES, data.length()));
        self.await(List.of(self.send(call(mine, BigInteger.ZERO), GAS)));
      }
    } catch (ChainException e) {
      // The original goes its way all the same.
      return;
    }
  }

  /// {@return whether a call is about nobody's game}
  private boolean isOfNoGame(Data selector) {
    return selector.equals(selector("withdraw", self.address()))
        || selector.equals(selector("resolve", Bytes32.ZERO));
  }

  private Data selector(String function, Object... arguments) {
    return deployment.hub().call(function, arguments).data().slice(0, SELECTOR_BYTES);
  }

  private Call call(Data data, BigInteger value) {
    return new Call(
        Optional.of(deployment.hub().address()), data, new Wei(value), "copy", Revert::unnamed);
  }

  private Optional<GameId> opened(Receipt receipt) {
    return deployment.hub().events(receipt.logs()).stream()
        .filter(event -> event.name().equals("Challenged"))
        .map(event -> new GameId(event.values().bytes32("gameId")))
        .findFirst();
  }
}
