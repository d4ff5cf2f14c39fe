package opml.lab.chaos;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import opml.core.account.Address;
import opml.core.hash.Keccak;
import opml.ethereum.chain.Data;
import opml.ethereum.rpc.Answer;
import opml.game.claim.ClaimStatus;
import opml.game.move.GameStatus;
import opml.game.move.Side;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.lab.bench.ground.Ground;

/// Reads from a chain what an account won and lost there, without asking its node.
record ChaosAudit(Ground ground, Address account) {
  private static final int SELECTOR_BYTES = 4;
  private static final int SELECTOR_CHARACTERS = 2 + 2 * SELECTOR_BYTES;
  private static final int WORD_CHARACTERS = 2 * 32;

  /// Calls whose first argument says what they answer; of all others, which are moves, it takes all of them.
  private static final Set<String> BY_FIRST_ARGUMENT =
      Set.of("claim", "challenge", "resolve", "reclaim", "timeout", "expire");

  /// {@return the bonds that were lost, though claim or challenge was right}
  BigInteger weiLost(Picture picture) {
    BigInteger claims =
        picture.claims().values().stream()
            .filter(this::isMine)
            .filter(claim -> claim.state().status() == ClaimStatus.DEAD)
            .map(claim -> claim.state().bond())
            .reduce(BigInteger.ZERO, BigInteger::add);
    return picture.games().values().stream()
        .filter(game -> game.challenger().equals(account))
        .filter(game -> game.status() == GameStatus.SERVER_WON)
        .map(SeenGame::bond)
        .reduce(claims, BigInteger::add);
  }

  /// {@return the games in which its time has run out, or did before they ended}
  int late(Picture picture) {
    return (int)
        picture.games().values().stream()
            .filter(game -> game.side(account).isPresent())
            .filter(
                game -> {
                  Side side = game.side(account).orElseThrow();
                  boolean lost = game.status() == GameStatus.wonBy(other(side));
                  boolean runs =
                      game.settled().isPlayed() && game.positions().getLast().onTurn() == side;
                  return lost || runs && game.clock().isLate(side, picture.now());
                })
            .count();
  }

  /// {@return the most seconds that it used in a game}
  long slowest(Picture picture) {
    long allowance = ground.parameters().allowance();
    return picture.games().values().stream()
        .flatMap(
            game -> game.side(account).map(side -> allowance - game.clock().left(side)).stream())
        .mapToLong(seconds -> seconds)
        .max()
        .orElse(0);
  }

  private static Side other(Side side) {
    return side == Side.SERVER ? Side.CHALLENGER : Side.SERVER;
  }

  boolean isMine(SeenClaim claim) {
    return claim.state().claim().server().equals(account);
  }

  /// {@return the transactions of the account in blocks that say what an earlier one said}. What says nothing is left
  /// out: credit may be taken out again and again, and a nonce is freed by paying oneself nothing
  ///
  /// @param first the block to begin with
  int doubleSends(long first) {
    Map<String, String> named = selectors();
    Map<String, Integer> sent = new HashMap<>();
    long last = ground.dev().chain().latest().number();
    for (long number = first; number <= last; number++) {
      for (String data : calls(number)) {
        sent.merge(subject(named, data), 1, Integer::sum);
      }
    }
    return sent.values().stream().mapToInt(times -> times - 1).sum();
  }

  private List<String> calls(long number) {
    List<String> data = new ArrayList<>();
    Answer block =
        ground.dev().command("eth_getBlockByNumber", "0x" + Long.toHexString(number), true);
    for (Answer transaction : block.field("transactions").elements()) {
      String input = transaction.field("input").text();
      if (transaction.field("from").address().equals(account)
          && input.length() >= SELECTOR_CHARACTERS
          && !input.startsWith(selector("withdraw"))) {
        data.add(input);
      }
    }
    return data;
  }

  private Map<String, String> selectors() {
    Map<String, String> named = new HashMap<>();
    for (String name : BY_FIRST_ARGUMENT) {
      named.put(selector(name), name);
    }
    return named;
  }

  private String selector(String function) {
    String signature = ground.deployment().hub().abi().function(function).signature();
    byte[] hash = Keccak.hash(signature.getBytes(StandardCharsets.US_ASCII)).toArray();
    return Data.of(Arrays.copyOf(hash, SELECTOR_BYTES)).toString();
  }

  private static String subject(Map<String, String> named, String data) {
    String name = named.getOrDefault(data.substring(0, SELECTOR_CHARACTERS), "");
    return BY_FIRST_ARGUMENT.contains(name)
        ? data.substring(0, SELECTOR_CHARACTERS + WORD_CHARACTERS)
        : data;
  }
}
