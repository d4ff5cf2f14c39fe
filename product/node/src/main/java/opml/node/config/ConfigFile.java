package opml.node.config;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.agent.Budget;
import opml.agent.Host;
import opml.agent.WorkDesk;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.BlockTag;
import opml.ethereum.chain.Finality;
import opml.ethereum.proof.Trust;
import opml.ethereum.send.Traffic;
import opml.hub.Retention;
import opml.node.config.NodeConfig.AccountPart;
import opml.node.config.NodeConfig.ChainPart;
import opml.node.config.NodeConfig.FetchPart;
import opml.node.config.NodeConfig.KeyPlace;
import opml.node.config.NodeConfig.LogPart;
import opml.node.config.NodeConfig.PolicyPart;
import opml.node.config.NodeConfig.RoleKind;
import opml.node.config.NodeConfig.RolePart;
import opml.node.config.NodeConfig.SettlePart;
import opml.node.config.NodeConfig.StorePart;
import opml.node.config.NodeConfig.WebPart;
import opml.node.config.NodeConfig.WorkPart;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;

/// Reads a node's file. Nobody wants to mend one thing to be told of the next, so all of it is read whatever is wrong.
public final class ConfigFile {
  private static final List<String> SOURCES = List.of("https", "http", "local", "file");
  private static final int DECIMALS = 18;
  private static final List<String> OF_SERVERS = List.of("min-fee", "outputs");
  private static final List<String> OF_SETTLERS =
      List.of("for", "accounts", "min-reward", "patience");
  private static final String AUTO = "auto";
  private static final String SQLITE = "sqlite";
  private static final String POSTGRES = "postgres";
  private static final String MEMORY = "memory";
  private static final String POSTGRES_URL =
      "a URL such as \"jdbc:postgresql://127.0.0.1/opml?user=opml\"";

  /// About what a claim's bond and a game of it take with the default terms.
  private static final Wei LEAST_BALANCE = Wei.gwei(50_000_000);

  /// Of a unit of gas, in gwei.
  private static final int FEE_CEILING = 500;

  private final Path file;
  private final List<ConfigProblem> problems = new ArrayList<>();

  private ConfigFile(Path file) {
    this.file = file;
  }

  /// {@return what the file says}
  ///
  /// @throws IOException if it cannot be read
  /// @throws ConfigException if anything of it is wrong
  public static NodeConfig read(Path file) throws IOException, ConfigException {
    return new ConfigFile(file).config(Toml.parse(file));
  }

  private NodeConfig config(TomlParseResult parsed) throws ConfigException {
    for (TomlParseError error : parsed.errors()) {
      TomlPosition at = error.position();
      String why = String.valueOf(error.getMessage());
      problems.add(new ConfigProblem(file, at.line(), at.column(), "", "not TOML: " + why));
    }
    // What such a file means is anybody's guess.
    fail();
    ConfigTable root = new ConfigTable(file, "", parsed, TomlPosition.positionAt(1, 1), problems);
    String name = name(root);
    boolean dryRun = root.flag("dry-run", false);
    ChainPart chain = chain(root.table("chain"));
    ConfigTable holder = root.table("account");
    Wei ceiling = Wei.gwei(holder.whole("fee-ceiling", 1, 1_000_000, FEE_CEILING, "gwei"));
    boolean drain = holder.flag("drain", false);
    if (drain && dryRun) {
      holder.wrong("drain", "no such setting with dry-run = true, which enters nothing", "true");
    }
    Budget budget = PolicyTables.budget(root.table("budget"), ceiling);
    StorePart store = store(root.table("store"));
    WorkPart work = work(root.table("work"));
    WebPart web = web(root.table("web"));
    List<RolePart> roles = roles(root, web.readyWithin());
    boolean onlyWatches =
        !roles.isEmpty() && roles.stream().allMatch(role -> role.kind() == RoleKind.WATCH);
    Optional<AccountPart> account = account(holder, dryRun || onlyWatches);
    LogPart log = log(root.table("log"));
    root.requireKnown();
    fail();
    return new NodeConfig(
        name, chain, account, store, roles, work, web, log, budget, drain, dryRun);
  }

  /// {@return what it is called: as its file, unless it says otherwise}
  private String name(ConfigTable root) {
    String expected = "a name of 1 to 40 letters, digits, dots, dashes and underscores";
    String stem = String.valueOf(file.getFileName()).replaceFirst("\\.toml$", "");
    return root.text("name", expected)
        .flatMap(
            text ->
                text.matches("[A-Za-z0-9._-]{1,40}")
                    ? Optional.of(text)
                    : root.wrong("name", expected, '"' + text + '"'))
        .orElse(stem);
  }

  private void fail() throws ConfigException {
    if (!problems.isEmpty()) {
      Collections.sort(problems);
      throw new ConfigException(problems);
    }
  }

  private ChainPart chain(ConfigTable table) {
    List<URI> rpc = table.urls("rpc");
    int nodes = Math.max(1, rpc.size());
    int quorum = table.whole("quorum", 1, nodes, 1, "so many nodes of those in rpc");
    Trust trust = Trust.of(table.choice("trust", Trust.words()), quorum);
    trust
        .contradiction(quorum)
        .ifPresent(
            expected ->
                table.wrong(
                    table.has("quorum") ? "quorum" : "trust",
                    "quorum = %s with trust = \"%s\"".formatted(expected, trust.word()),
                    Integer.toString(quorum)));
    Path deployment =
        table.path("deployment").orElse(file.resolveSibling("deployment.json").normalize());
    Finality finality = finality(table);
    table.requireKnown();
    return new ChainPart(rpc, trust, quorum, deployment, finality);
  }

  private static Finality finality(ConfigTable table) {
    if (table.isNumber("finality")) {
      return new Finality.Depth(
          table.whole("finality", 0, 1_000_000, 0, "a number of blocks, or a word"));
    }
    return switch (table.choice("finality", List.of("latest", "safe", "finalized")).orElse("")) {
      case "latest" -> new Finality.Depth(0);
      case "safe" -> new Finality.Tagged(BlockTag.SAFE);
      default -> Retention.DEFAULT.finality();
    };
  }

  /// @param sendsNothing whether nobody needs to sign
  private Optional<AccountPart> account(ConfigTable table, boolean sendsNothing) {
    Optional<Path> key = table.path("key-file");
    Optional<Path> passphrase = table.path("passphrase-file");
    Optional<URI> signer = table.url("signer");
    Optional<Address> address =
        table
            .text("address", "an address, 0x and 40 hexadecimal digits")
            .flatMap(text -> address(table, text));
    Wei least = amount(table, "least-balance", Optional.empty()).orElse(LEAST_BALANCE);
    int inFlight =
        table.whole("in-flight", 1, 64, Traffic.USUAL_MOST, "transactions that wait together");
    boolean byKey = table.has("key-file") || table.has("passphrase-file");
    boolean bySigner = table.has("signer") || table.has("address");
    if (byKey && bySigner) {
      table.wrong(
          table.has("signer") ? "signer" : "address",
          "either key-file, or signer with address",
          "both");
    } else if (bySigner && !(table.has("signer") && table.has("address"))) {
      table.missing(
          table.has("signer") ? "address" : "signer", "signer and address, both or neither");
    } else if (byKey && !table.has("key-file")) {
      table.missing("key-file", "the keystore that passphrase-file opens");
    } else if (!byKey && !bySigner && !sendsNothing) {
      table.missing("key-file", "the file of the key that signs and pays, or signer with address");
    }
    table.requireKnown();
    return signer
        .flatMap(url -> address.<KeyPlace>map(account -> new KeyPlace.WithSigner(url, account)))
        .or(() -> key.map(path -> new KeyPlace.InFile(path, passphrase)))
        .map(place -> new AccountPart(place, least, inFlight));
  }

  /// One of three kinds, which its settings tell where `kind` does not.
  private StorePart store(ConfigTable table) {
    Optional<String> kind = table.choice("kind", List.of(SQLITE, POSTGRES, MEMORY));
    Optional<Path> path = table.path("path");
    Optional<String> url =
        table
            .text("url", POSTGRES_URL)
            .flatMap(
                text ->
                    text.startsWith("jdbc:postgresql:")
                        ? Optional.of(text)
                        : table.wrong("url", POSTGRES_URL, "another text"));
    Optional<Path> password = table.path("password-file");
    String is = kind.orElse(table.has("url") ? POSTGRES : SQLITE);
    if (table.has("path") && !is.equals(SQLITE)) {
      table.wrong("path", "no such setting of a store in " + is, "one");
    }
    for (String key : List.of("url", "password-file")) {
      if (table.has(key) && !is.equals(POSTGRES)) {
        table.wrong(key, "no such setting of a store in " + is, "one");
      }
    }
    if (is.equals(POSTGRES) && !table.has("url")) {
      table.missing("url", POSTGRES_URL);
    }
    table.requireKnown();
    return switch (is) {
      case MEMORY -> new StorePart.InMemory();
      case POSTGRES -> new StorePart.InPostgres(url.orElse(""), password);
      default -> new StorePart.InFile(path.orElse(file.resolveSibling("node.db").normalize()));
    };
  }

  private static Optional<Address> address(ConfigTable table, String text) {
    return text.matches("0x[0-9a-fA-F]{40}")
        ? Optional.of(Address.ofHex(text))
        : table.wrong("address", "an address, 0x and 40 hexadecimal digits", '"' + text + '"');
  }

  private static List<RolePart> roles(ConfigTable root, Duration ready) {
    List<RolePart> roles = new ArrayList<>();
    Set<RoleKind> kinds = EnumSet.noneOf(RoleKind.class);
    List<ConfigTable> tables = root.tables("role");
    if (tables.isEmpty() && !root.has("role")) {
      root.missing("role", "at least one [[role]]");
    }
    for (ConfigTable table : tables) {
      role(table, ready)
          .ifPresent(
              role -> {
                if (!kinds.add(role.kind())) {
                  table.wrong(
                      "kind",
                      "one role of a kind, with all its models: two of one account would take each"
                          + " other's work",
                      "another \"" + role.kind().word() + '"');
                }
                roles.add(role);
              });
    }
    return roles;
  }

  private static Optional<RolePart> role(ConfigTable table, Duration ready) {
    if (!table.has("kind")) {
      table.missing("kind", ConfigTable.choices(RoleKind.words()));
    }
    Optional<RoleKind> kind = table.choice("kind", RoleKind.words()).flatMap(RoleKind::of);
    boolean computes = kind.isEmpty() || kind.get().computes();
    List<Path> models = table.paths("models");
    double poll = table.number("poll", 0.001, 3_600, 2, "seconds");
    if (duration(poll).compareTo(ready) >= 0) {
      table.wrong(
          "poll",
          "a pause shorter than web.ready-within, %s s, or the node is never ready for long"
              .formatted(ready.toMillis() / 1e3),
          Double.toString(poll));
    }
    int price = table.whole("survived-gas-price", 1, 1_000_000, 50, "gwei");
    Optional<Wei> fee = amount(table, "min-fee", Optional.of(AUTO));
    Optional<Path> outputs = table.path("outputs");
    boolean fetches = table.flag("fetch", computes && models.isEmpty());
    Optional<FetchPart> fetching = fetching(table, fetches);
    if (computes && !fetches && !table.has("models")) {
      table.missing("models", "the models that it knows, where it fetches none");
    }
    kind.ifPresent(
        one -> {
          for (String key : strange(one)) {
            if (table.has(key)) {
              table.wrong(key, "no such setting of a role \"%s\"".formatted(one.word()), "one");
            }
          }
        });
    boolean settles = kind.filter(one -> one == RoleKind.SETTLE).isPresent();
    Optional<SettlePart> settling = settles ? Optional.of(settling(table)) : Optional.empty();
    PolicyPart policy = PolicyTables.policy(table, settles);
    table.requireKnown();
    return kind.map(
        one ->
            new RolePart(
                one,
                models,
                duration(poll),
                Wei.gwei(price),
                fee,
                outputs,
                fetching,
                policy,
                settling));
  }

  /// {@return the settings of other kinds of roles}
  private static List<String> strange(RoleKind kind) {
    List<String> keys = new ArrayList<>(PolicyTables.strange(kind));
    if (kind != RoleKind.SERVE) {
      keys.addAll(OF_SERVERS);
    }
    if (kind != RoleKind.SETTLE) {
      keys.addAll(OF_SETTLERS);
    }
    if (!kind.computes()) {
      keys.addAll(List.of("models", "fetch"));
    }
    if (kind == RoleKind.SETTLE || kind == RoleKind.WATCH) {
      keys.add("survived-gas-price");
    }
    return keys;
  }

  private static SettlePart settling(ConfigTable table) {
    return new SettlePart(
        table.choice("for", List.of("own", "all")).filter("all"::equals).isPresent(),
        table.addresses("accounts"),
        amount(table, "min-reward", Optional.of(AUTO)),
        duration(table.number("patience", 0, 86_400, 30, "seconds")),
        table.whole("callback-gas-max", 0, 100_000_000, 1_000_000, "gas"));
  }

  private static Optional<FetchPart> fetching(ConfigTable table, boolean fetches) {
    FetchPart part =
        new FetchPart(
            table.choices("fetch-from", SOURCES).orElse(Set.of("https", "http")),
            table.whole("fetch-max", 1, 1 << 20, 4_096, "MB"),
            table.whole("fetch-timeout", 1, 1_000_000, 600, "seconds"),
            table.path("fetch-into"));
    for (String key : List.of("fetch-from", "fetch-max", "fetch-timeout", "fetch-into")) {
      if (!fetches && table.has(key)) {
        table.wrong(key, "fetch = true beside it", "none, and models that are named");
      }
    }
    return fetches ? Optional.of(part) : Optional.empty();
  }

  /// {@return an amount in ETH, which is a text, since a TOML number is not exact}
  ///
  /// @param automatic a word that stands for no amount
  static Optional<Wei> amount(ConfigTable table, String key, Optional<String> automatic) {
    String expected =
        automatic.map("\"%s\", or "::formatted).orElse("")
            + "an amount in ETH, such as \"0.25\", with at most 18 decimals";
    return table
        .text(key, expected)
        .filter(text -> !automatic.equals(Optional.of(text)))
        .flatMap(
            text ->
                text.matches("[0-9]{1,40}(\\.[0-9]{1,18})?")
                    ? Optional.of(
                        new Wei(new BigDecimal(text).movePointRight(DECIMALS).toBigIntegerExact()))
                    : table.wrong(key, expected, '"' + text + '"'));
  }

  private static WorkPart work(ConfigTable table) {
    int cores = table.whole("cores", 1, 1_024, WorkDesk.usualCores(), "jobs at a time");
    int memory = table.whole("memory", 16, 1 << 24, 0, "MB for runs and machines");
    double audits = table.number("self-audit", 0, 100, Host.USUAL_AUDITS, "per cent of the runs");
    table.requireKnown();
    return new WorkPart(cores, memory == 0 ? Optional.empty() : Optional.of(memory), audits);
  }

  private static WebPart web(ConfigTable table) {
    String address = table.text("address", "an address to listen at").orElse("127.0.0.1");
    if (!isAddress(address)) {
      table.wrong(
          "address", "an address of this machine, such as \"127.0.0.1\"", '"' + address + '"');
    }
    int port = table.whole("port", 0, 65_535, 0, "a port, or 0 for any");
    double ready = table.number("ready-within", 0.1, 86_400, 60, "seconds");
    table.requireKnown();
    return new WebPart(address, port, duration(ready));
  }

  /// Names are not asked for: what answers might be anywhere.
  private static boolean isAddress(String text) {
    try {
      return text.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
          && InetAddress.getByName(text) != null;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static LogPart log(ConfigTable table) {
    boolean json =
        table.choice("format", List.of("text", "json")).filter("json"::equals).isPresent();
    double every = table.number("summary-every", 0, 86_400, 60, "seconds");
    table.requireKnown();
    return new LogPart(json, every);
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }
}
