package opml.cli.command.market;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import opml.cli.console.Amounts;
import opml.cli.console.Json;
import opml.cli.console.Moments;
import opml.cli.console.Table;
import opml.core.account.Wei;
import opml.store.IntentState;
import opml.store.OutboxRow;
import opml.store.SignedVersion;
import org.jspecify.annotations.Nullable;

/// What a node has on its way: transactions that are decided and in no block yet.
///
/// @param now this computer's time
record OnItsWay(List<OutboxRow> rows, long now) {
  String table() {
    if (rows.isEmpty()) {
      return "nothing is on its way\n";
    }
    Table table =
        new Table(
            "on its way", "about", "nonce", "value", "gas price", "fee at most", "since", "state");
    for (OutboxRow row : rows) {
      boolean isSigned = !row.versions().isEmpty();
      table.row(
          kind(row),
          Amounts.brief(row.intent().key().subject()),
          isSigned ? row.versions().getLast().nonce() : "",
          Amounts.rounded(row.intent().value()),
          isSigned ? Amounts.rounded(row.versions().getLast().maxFee()) : "",
          isSigned ? Amounts.rounded(mostFee(row.versions().getLast())) : "",
          Moments.ago(now - row.intent().notedAt()),
          state(row));
    }
    return table.toString();
  }

  private static String kind(OutboxRow row) {
    return row.intent().key().kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static Wei mostFee(SignedVersion version) {
    return version.maxFee().times(version.gasLimit());
  }

  private static String state(OutboxRow row) {
    String offers = row.versions().size() > 1 ? ", %d offers".formatted(row.versions().size()) : "";
    return switch (row.state()) {
      case NOTED -> "decided";
      case SIGNED -> "signed" + offers;
      case SENT -> "sent" + offers;
      case MINED -> "mined";
      case DROPPED -> "dropped";
    };
  }

  List<Map<String, @Nullable Object>> objects() {
    return rows.stream().map(OnItsWay::object).toList();
  }

  private static Map<String, @Nullable Object> object(OutboxRow row) {
    Map<String, @Nullable Object> object =
        Json.object(
            "kind", row.intent().key().kind(),
            "subject", row.intent().key().subject(),
            "state", row.state(),
            "value", row.intent().value(),
            "deadline", row.intent().deadline(),
            "notedAt", row.intent().notedAt(),
            "offers", row.versions().size());
    if (row.state() != IntentState.NOTED) {
      SignedVersion last = row.versions().getLast();
      object.putAll(
          Json.object(
              "nonce", last.nonce(),
              "gasLimit", last.gasLimit(),
              "maxFee", last.maxFee(),
              "tip", last.tip(),
              "transaction", last.hash().hash(),
              "signedAt", last.signedAt()));
    }
    return object;
  }
}
