package opml.cli.command.market;

import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import opml.cli.console.Amounts;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Table;
import opml.core.account.Wei;
import opml.core.codec.Printable;
import opml.store.Payment;
import opml.store.PaymentKind;
import org.jspecify.annotations.Nullable;

/// Payments, summed up by something: a row for each value of it, in the order in which they came.
///
/// @param by what the rows are by
/// @param last the number of the block up to which everything is final
record LedgerRows(String by, Map<String, LedgerRows.Sums> rows, Sums total, long last) {
  /// How rows are made.
  enum By {
    DAY,
    REQUEST,
    BLOCK;

    private String key(Payment payment) {
      return switch (this) {
        case DAY -> LocalDate.ofEpochDay(payment.day()).toString();
        case REQUEST -> payment.request().map(Object::toString).orElse("");
        case BLOCK -> String.valueOf(payment.block());
      };
    }

    /// @throws Failure if there is no such word
    static By of(String word) {
      return Arrays.stream(values())
          .filter(by -> by.name().toLowerCase(Locale.ROOT).equals(word))
          .findFirst()
          .orElseThrow(
              () ->
                  new Failure(
                      "--by %s: expected is day, request or block"
                          .formatted(Printable.line(word))));
    }
  }

  /// What moved, and how much of that is not final.
  static final class Sums {
    private final Map<PaymentKind, BigInteger> all = new EnumMap<>(PaymentKind.class);
    private final Map<PaymentKind, BigInteger> open = new EnumMap<>(PaymentKind.class);

    private void add(Payment payment, boolean isFinal) {
      all.merge(payment.kind(), payment.amount().value(), BigInteger::add);
      if (!isFinal) {
        open.merge(payment.kind(), payment.amount().value(), BigInteger::add);
      }
    }

    BigInteger of(PaymentKind kind) {
      return all.getOrDefault(kind, BigInteger.ZERO);
    }

    /// {@return what the account has more, in its own hands and as credit in the hub}
    BigInteger net() {
      return net(all);
    }

    /// {@return how much of that is not final}
    BigInteger netNotFinal() {
      return net(open);
    }

    boolean isFinal() {
      return open.isEmpty();
    }

    private static BigInteger net(Map<PaymentKind, BigInteger> sums) {
      return sums.entrySet().stream()
          .map(
              entry ->
                  switch (entry.getKey()) {
                    case BOND_BACK, REWARD, FEE_BACK -> entry.getValue();
                    case BOND_OUT, GAS, FEE_OUT -> entry.getValue().negate();
                    case CREDIT, SURPLUS -> BigInteger.ZERO;
                  })
          .reduce(BigInteger.ZERO, BigInteger::add);
    }

    /// {@return what the account's own balance has more}
    BigInteger balance() {
      return of(PaymentKind.CREDIT)
          .subtract(of(PaymentKind.BOND_OUT))
          .subtract(of(PaymentKind.SURPLUS))
          .subtract(of(PaymentKind.FEE_OUT))
          .subtract(of(PaymentKind.GAS));
    }

    /// {@return what the account's credit in the hub has more}
    BigInteger credit() {
      return net().subtract(balance());
    }

    Map<String, @Nullable Object> object() {
      return Json.object(
          "bondsOut", of(PaymentKind.BOND_OUT),
          "bondsBack", of(PaymentKind.BOND_BACK),
          "rewards", of(PaymentKind.REWARD),
          "feesOut", of(PaymentKind.FEE_OUT),
          "feesBack", of(PaymentKind.FEE_BACK),
          "gas", of(PaymentKind.GAS),
          "surplus", of(PaymentKind.SURPLUS),
          "withdrawn", of(PaymentKind.CREDIT),
          "net", net(),
          "netNotFinal", netNotFinal(),
          "balance", balance(),
          "credit", credit(),
          "final", isFinal());
    }
  }

  static LedgerRows of(By by, List<Payment> payments, long last) {
    Map<String, Sums> rows = new LinkedHashMap<>();
    Sums total = new Sums();
    for (Payment payment : payments) {
      boolean isFinal = payment.block() <= last;
      rows.computeIfAbsent(by.key(payment), _ -> new Sums()).add(payment, isFinal);
      total.add(payment, isFinal);
    }
    return new LedgerRows(by.name().toLowerCase(Locale.ROOT), rows, total, last);
  }

  List<Map<String, @Nullable Object>> objects() {
    List<Map<String, @Nullable Object>> objects = new ArrayList<>();
    rows.forEach(
        (key, sums) -> {
          Map<String, @Nullable Object> object = Json.object(by, key.isEmpty() ? null : key);
          object.putAll(sums.object());
          objects.add(object);
        });
    return objects;
  }

  String table() {
    Table table =
        new Table(by, "bonds out", "bonds back", "rewards", "fees", "gas", "net", "final");
    rows.forEach((key, sums) -> row(table, key.isEmpty() ? "none" : brief(key), sums));
    if (rows.size() > 1) {
      row(table, "in all", total);
    }
    return table.toString();
  }

  private static String brief(String key) {
    return key.startsWith("0x") ? key.substring(0, 10) + "…" : key;
  }

  private static void row(Table table, String name, Sums sums) {
    table.row(
        name,
        signed(sums.of(PaymentKind.BOND_OUT).negate()),
        signed(sums.of(PaymentKind.BOND_BACK)),
        signed(sums.of(PaymentKind.REWARD)),
        signed(sums.of(PaymentKind.FEE_BACK).subtract(sums.of(PaymentKind.FEE_OUT))),
        signed(sums.of(PaymentKind.GAS).negate()),
        signed(sums.net()),
        finality(sums));
  }

  private static String finality(Sums sums) {
    return sums.isFinal()
        ? "yes"
        : sums.all.equals(sums.open) ? "no" : "all but " + signed(sums.netNotFinal());
  }

  /// {@return an amount in ETH with its sign, as people read it}
  static String signed(BigInteger wei) {
    String amount = Amounts.rounded(new Wei(wei.abs()));
    return wei.signum() > 0 ? "+" + amount : wei.signum() < 0 ? "-" + amount : "0";
  }
}
