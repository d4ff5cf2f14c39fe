package opml.cli.console;

import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import opml.agent.Loop;
import opml.core.codec.Printable;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Receipt;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.move.Side;
import opml.game.solver.Verdict;
import opml.hub.Journal;
import org.jspecify.annotations.Nullable;

/// Writes down what an agent does, a line each, as it does it: `12:34:56 claimed request 0x1b2c3d4e… bond 0.16 ETH
/// gas 93,412`. Programs get the same with whole hashes, and with the ids of all that it belongs to ([LineIds]).
public final class JournalWriter implements Journal, Loop.Listener {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);

  private final Console console;
  private final InstantSource clock;

  /// Events that somebody may have to do something about.
  private static final Set<String> WARNINGS =
      Set.of(
          "trouble", "refused", "poor", "node fault", "given up", "failed", "alarm", "wrong claim");

  private final Optional<String> role;
  private final Kin kin;

  public JournalWriter(Console console, InstantSource clock) {
    this(console, clock, Optional.empty(), Kin.NONE);
  }

  /// @param role of whom it tells, where a process has several
  /// @param kin says what belongs to what
  public JournalWriter(Console console, InstantSource clock, Optional<String> role, Kin kin) {
    this.console = console;
    this.clock = clock;
    this.role = role;
    this.kin = kin;
  }

  @Override
  public void tell(Entry entry) {
    switch (entry) {
      case Entry.Computing e ->
          line(
              "computing",
              facts(
                  "request", e.request(), "step", e.step(), "of", e.of(), "seconds", e.seconds()));
      case Entry.Computed e ->
          line(
              "computed",
              facts(
                  "request",
                  e.request(),
                  "state",
                  e.result().finalState(),
                  "seconds",
                  e.seconds()));
      case Entry.Audited e -> {
        Map<String, Object> facts = facts("request", e.request(), "step", e.step());
        e.difference().ifPresent(why -> facts.put("why", why));
        line(e.difference().isPresent() ? "audit failed" : "audited", facts);
      }
      case Entry.Claimed e ->
          line(
              "claimed",
              mined(e.receipt(), "request", e.request(), "bond", e.bond()),
              ids().made(e.receipt(), e.request()));
      case Entry.Challenged e ->
          line(
              "challenged",
              mined(e.receipt(), "claim", e.claim()),
              ids().made(e.receipt(), e.claim()));
      case Entry.Moved e ->
          line(
              word(e.move()),
              mined(
                  e.receipt(),
                  "game",
                  e.move().game(),
                  "level",
                  e.move().answered().level(),
                  "first",
                  e.move().disputed().first(),
                  "steps",
                  e.move().disputed().length()));
      case Entry.TimedOut e -> line("timed-out", mined(e.receipt(), "game", e.game()));
      case Entry.Reclaimed e -> line("reclaimed", mined(e.receipt(), "game", e.game()));
      case Entry.Resolved e -> line("resolved", mined(e.receipt(), "claim", e.claim()));
      case Entry.Delivered e ->
          line(
              e.isFinal() ? "delivered final" : "delivered provisional",
              mined(e.receipt(), "request", e.request()));
      case Entry.Expired e -> line("expired", mined(e.receipt(), "request", e.request()));
      case Entry.Withdrew e -> line("withdrew", mined(e.receipt(), "amount", e.amount()));
      case Entry.Arrived e ->
          line(
              "arrived",
              mined(
                  e.receipt(),
                  "call",
                  e.key().kind().name().toLowerCase(Locale.ROOT),
                  "subject",
                  e.key().subject()));
      case Entry.Refused e ->
          line(
              "refused",
              facts("action", word(e.action()), "why", e.why()),
              ids().of(subject(e.action())));
      case Entry.Overtaken e ->
          line("overtaken", facts("action", word(e.action())), ids().of(subject(e.action())));
      case Entry.Would e -> {
        Map<String, Object> facts = subject(e.action());
        facts.put("why", e.why());
        line("would " + verb(e.action()), facts);
      }
      case Entry.WouldClaim e ->
          line(
              "would claim",
              facts("request", e.request(), "bond", e.bond(), "state", e.finalState()));
      case Entry.WouldDeliver e ->
          line("would deliver", facts("request", e.request(), "final", e.isFinal()));
      case Entry.Judged e ->
          line(
              word(e.verdict()),
              facts(
                  "claim",
                  e.claim(),
                  "request",
                  e.request(),
                  "claimed",
                  e.claimed(),
                  "own",
                  e.own()));
      case Entry.Foretold e ->
          line(
              "foretold",
              facts(
                  "game",
                  e.game(),
                  "claim",
                  e.claim(),
                  "move",
                  e.move(),
                  "ours",
                  e.forecast().agreeing(),
                  "posted",
                  e.forecast().posted(),
                  "winner",
                  e.forecast().winner().map(Side::toString).orElse("nobody knows")));
      case Entry.Alarm e -> line("alarm", facts("what", e.what(), "why", e.why()));
      case Entry.Trouble e ->
          line("trouble", facts("what", e.what(), "why", Messages.oneLine(e.why())));
      case Entry.Poor e ->
          line(
              "poor",
              facts("what", e.what(), "free", e.balance(), "needed", e.needed()),
              "for %s the account has %s, and needs %s"
                  .formatted(e.what(), Amounts.rounded(e.balance()), Amounts.rounded(e.needed())));
      case Entry.Skipped e -> line("skipped", facts("what", e.what(), "why", e.why()));
    }
  }

  @Override
  public void trouble(String why) {
    line("trouble", facts("why", Messages.oneLine(why)));
  }

  @Override
  public void recovered(int failures) {
    line("recovered", facts("looks given up", failures));
  }

  /// Writes any other event.
  public void line(String event, Map<String, Object> facts) {
    line(event, facts, text(facts), ids());
  }

  private void line(String event, Map<String, Object> facts, LineIds ids) {
    line(event, facts, text(facts), ids);
  }

  private LineIds ids() {
    return new LineIds(kin);
  }

  /// Writes any other event, with words of its own for people.
  public void line(String event, Map<String, Object> facts, String text) {
    line(event, facts, text, ids());
  }

  private void line(String event, Map<String, Object> facts, String text, LineIds ids) {
    Map<String, @Nullable Object> object =
        Json.object(
            "time",
            clock.instant(),
            "level",
            WARNINGS.contains(event) ? "warn" : "info",
            "event",
            event);
    role.ifPresent(name -> object.putAll(Json.object("role", name)));
    if (console.isJson()) {
      ids.of(facts).all().forEach((name, id) -> object.putAll(Json.object(name, id)));
    }
    facts.forEach((name, value) -> object.putAll(Json.object(name, value)));
    console.show(
        object,
        () ->
            "%s  %s%s  %s"
                .formatted(
                    TIME.format(clock.instant()),
                    role.map("[%s] "::formatted).orElse(""),
                    event,
                    text));
  }

  /// {@return facts in this order}
  public static Map<String, Object> facts(Object... namesAndValues) {
    Map<String, Object> facts = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      facts.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
    }
    return facts;
  }

  private static Map<String, Object> mined(Receipt receipt, Object... namesAndValues) {
    Map<String, Object> facts = facts(namesAndValues);
    facts.put("gas", receipt.gasUsed());
    facts.put("transaction", receipt.transaction().hash());
    return facts;
  }

  private static String text(Map<String, Object> facts) {
    return facts.entrySet().stream()
        .filter(fact -> !fact.getKey().equals("transaction"))
        .map(fact -> fact.getKey() + " " + brief(fact.getValue()))
        .collect(Collectors.joining("  "));
  }

  private static String brief(Object value) {
    return switch (value) {
      case Bytes32 hash -> Amounts.brief(hash);
      case RequestId id -> Amounts.brief(id.hash());
      case ClaimId id -> Amounts.brief(id.hash());
      case GameId id -> Amounts.brief(id.hash());
      case Long number -> Amounts.count(number);
      case Double seconds -> Amounts.seconds(seconds);
      default -> Printable.line(value.toString());
    };
  }

  private static Map<String, Object> subject(Action action) {
    return switch (action) {
      case Action.Challenge challenge -> facts("claim", challenge.claim());
      case Action.Move move ->
          facts(
              "game", move.game(),
              "level", move.answered().level(),
              "first", move.disputed().first(),
              "steps", move.disputed().length());
      case Action.Timeout timeout -> facts("game", timeout.game());
      case Action.Reclaim reclaim -> facts("game", reclaim.game());
      case Action.Resolve resolve -> facts("claim", resolve.claim());
      case Action.Expire expire -> facts("request", expire.request());
      case Action.Withdraw _ -> facts();
    };
  }

  private static String word(Verdict verdict) {
    return switch (verdict) {
      case RIGHT -> "right claim";
      case WRONG -> "wrong claim";
      case UNBOUND -> "unbound claim";
    };
  }

  private static String verb(Action action) {
    return switch (action) {
      case Action.Dissect _ -> "dissect";
      case Action.Refine _ -> "refine";
      case Action.Execute _ -> "execute";
      case Action.Challenge _,
          Action.Timeout _,
          Action.Reclaim _,
          Action.Resolve _,
          Action.Expire _,
          Action.Withdraw _ ->
          word(action);
    };
  }

  private static String word(Action action) {
    return switch (action) {
      case Action.Challenge _ -> "challenge";
      case Action.Dissect _ -> "dissected";
      case Action.Refine _ -> "refined";
      case Action.Execute _ -> "executed";
      case Action.Timeout _ -> "timeout";
      case Action.Reclaim _ -> "reclaim";
      case Action.Resolve _ -> "resolve";
      case Action.Expire _ -> "expire";
      case Action.Withdraw _ -> "withdraw";
    };
  }
}
