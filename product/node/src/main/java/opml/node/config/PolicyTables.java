package opml.node.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import opml.agent.Budget;
import opml.agent.Choice;
import opml.agent.Server;
import opml.agent.Server.Callbacks;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.node.config.NodeConfig.PolicyPart;
import opml.node.config.NodeConfig.RoleKind;

/// Reads what limits a node: its budget, and whom its roles have to do with.
final class PolicyTables {
  private static final String UNLIMITED = "unlimited";
  private static final String ADDRESSES = "addresses, 0x and 40 hexadecimal digits each";
  private static final String IDS = "ids of models, 0x and 64 hexadecimal digits each";

  private static final String CALLBACK_GAS = "callback-gas-max";

  private static final List<String> OF_SERVERS =
      List.of(
          "callbacks", "allow-requesters", "deny-requesters", "allow-receivers", "deny-receivers");
  private static final List<String> OF_VERIFIERS = List.of("check-servers", "trust-servers");

  private PolicyTables() {}

  /// {@return what the account may have at stake}
  ///
  /// @param gasPrice that games are counted at
  static Budget budget(ConfigTable table, Wei gasPrice) {
    Optional<Wei> request = limit(table, "per-request");
    Optional<Wei> day = limit(table, "per-day");
    Optional<Wei> all = limit(table, "in-all");
    requireWithin(table, "per-day", request, day);
    requireWithin(table, "in-all", request, all);
    table.requireKnown();
    return new Budget(request, day, all, gasPrice);
  }

  private static Optional<Wei> limit(ConfigTable table, String key) {
    return ConfigFile.amount(table, key, Optional.of(UNLIMITED))
        .flatMap(
            amount ->
                amount.isZero()
                    ? table.wrong(
                        key,
                        "more than nothing, or \"%s\"; [account] drain = true enters nothing"
                            .formatted(UNLIMITED),
                        "0")
                    : Optional.of(amount));
  }

  private static void requireWithin(
      ConfigTable table, String key, Optional<Wei> request, Optional<Wei> limit) {
    if (request.isPresent()
        && limit.filter(most -> most.compareTo(request.get()) < 0).isPresent()) {
      table.wrong(
          "per-request",
          "at most %s, which is %s".formatted(key, limit.get()),
          request.get().toString());
    }
  }

  /// {@return whom a role has to do with}
  ///
  /// @param settles whether it is a role that settles, whose gas of callbacks is read elsewhere
  static PolicyPart policy(ConfigTable table, boolean settles) {
    Callbacks callbacks =
        switch (table.choice("callbacks", List.of("deliver", "leave", "refuse")).orElse("")) {
          case "leave" -> Callbacks.LEAVE;
          case "refuse" -> Callbacks.REFUSE;
          default -> Callbacks.DELIVER;
        };
    int usual = (int) Server.Policy.DEFAULT.callbackGasMax();
    int gas = settles ? usual : table.whole(CALLBACK_GAS, 1, 1_000_000_000, usual, "gas");
    Choice<Address> receivers = addresses(table, "allow-receivers", "deny-receivers");
    if (callbacks != Callbacks.DELIVER) {
      for (String key : List.of(CALLBACK_GAS, "allow-receivers", "deny-receivers")) {
        if (table.has(key)) {
          table.wrong(key, "callbacks = \"deliver\" beside it", "another");
        }
      }
    }
    return new PolicyPart(
        callbacks,
        gas,
        addresses(table, "allow-requesters", "deny-requesters"),
        receivers,
        addresses(table, "check-servers", "trust-servers"),
        choice(table, "allow-models", "deny-models", IDS, PolicyTables::model));
  }

  /// {@return the settings that are no such of a kind of role}
  static List<String> strange(RoleKind kind) {
    List<String> keys = new ArrayList<>();
    if (kind != RoleKind.SERVE) {
      keys.addAll(OF_SERVERS);
      if (kind != RoleKind.SETTLE) {
        keys.add(CALLBACK_GAS);
      }
    }
    if (kind != RoleKind.VERIFY) {
      keys.addAll(OF_VERIFIERS);
    }
    if (kind == RoleKind.SETTLE || kind == RoleKind.WATCH) {
      keys.addAll(List.of("allow-models", "deny-models"));
    }
    return keys;
  }

  private static Choice<Address> addresses(ConfigTable table, String only, String never) {
    return choice(table, only, never, ADDRESSES, PolicyTables::address);
  }

  private static <T> Choice<T> choice(
      ConfigTable table,
      String only,
      String never,
      String expected,
      Function<String, Optional<T>> read) {
    Set<T> these = table.values(only, expected, read);
    Set<T> others = table.values(never, expected, read);
    if (table.has(only) && table.has(never)) {
      table.wrong(never, "either %s or %s".formatted(only, never), "both");
    }
    return new Choice<>(these, others);
  }

  private static Optional<Address> address(String text) {
    return text.matches("0x[0-9a-fA-F]{40}") ? Optional.of(Address.ofHex(text)) : Optional.empty();
  }

  private static Optional<Bytes32> model(String text) {
    return text.matches("0x[0-9a-fA-F]{64}") ? Optional.of(Bytes32.ofHex(text)) : Optional.empty();
  }
}
