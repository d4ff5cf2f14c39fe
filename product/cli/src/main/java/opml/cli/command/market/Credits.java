package opml.cli.command.market;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import opml.cli.console.Json;
import opml.cli.console.Table;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.Snapshot;
import opml.hub.Deployment;
import opml.hub.Picture;
import org.jspecify.annotations.Nullable;

/// What the hub owes to whom, of all accounts that have to do with it.
record Credits(Map<Address, Wei> owed) {
  static Credits read(Deployment deployment, Snapshot state, Picture picture) {
    Set<Address> accounts = new LinkedHashSet<>();
    picture.requests().values().forEach(seen -> accounts.add(seen.state().request().requester()));
    picture.claims().values().forEach(seen -> accounts.add(seen.state().claim().server()));
    picture.games().values().forEach(seen -> accounts.add(seen.challenger()));
    accounts.add(Address.BURNT);
    Map<Address, Wei> owed = new LinkedHashMap<>();
    for (Address account : accounts) {
      Wei credit = deployment.credit(state, account);
      if (!credit.isZero()) {
        owed.put(account, credit);
      }
    }
    return new Credits(owed);
  }

  List<Map<String, @Nullable Object>> objects() {
    List<Map<String, @Nullable Object>> objects = new ArrayList<>();
    owed.forEach(
        (account, credit) -> objects.add(Json.object("account", account, "amount", credit)));
    return objects;
  }

  @Override
  public String toString() {
    if (owed.isEmpty()) {
      return "";
    }
    Table table = new Table("credit of", "amount");
    owed.forEach(
        (account, credit) ->
            table.row(account.equals(Address.BURNT) ? "nobody: burnt" : account, credit));
    return "\n" + table;
  }
}
