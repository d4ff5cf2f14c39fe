package opml.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.agent.Budget;
import opml.agent.Choice;
import opml.agent.Host;
import opml.agent.Server;
import opml.agent.Server.Callbacks;
import opml.agent.WorkDesk;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockTag;
import opml.ethereum.chain.Finality;
import opml.ethereum.proof.Trust;
import opml.ethereum.send.SendPolicy;
import opml.node.config.NodeConfig.KeyPlace;
import opml.node.config.NodeConfig.PolicyPart;
import opml.node.config.NodeConfig.RoleKind;
import opml.node.config.NodeConfig.RolePart;
import opml.node.config.NodeConfig.SettlePart;
import opml.node.config.NodeConfig.StorePart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigFileTest {
  private static final String ACCOUNT = "[account]\nkey-file = 'k'\n";
  private static final String ROLE = "[[role]]\nkind = 'verify'\nmodels = ['m']\n";

  @TempDir private Path folder;

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("node.toml"), text);
  }

  @Test
  void everySettingIsReadAndPathsAreRelativeToTheFile() throws Exception {
    Path file =
        write(
            """
            [chain]
            rpc = ["http://127.0.0.1:1", "https://example.org/secret"]
            quorum = 2
            trust = "proof"
            deployment = "../hub.json"
            finality = 12
            [account]
            key-file = "keys/node.json"
            passphrase-file = "/run/words"
            least-balance = "0.5"
            in-flight = 4
            fee-ceiling = 80
            drain = true
            [budget]
            per-request = "0.5"
            per-day = "unlimited"
            in-all = "3"
            [store]
            url = "jdbc:postgresql://127.0.0.1/opml?user=opml"
            password-file = "/run/pass"
            [[role]]
            kind = "serve"
            models = ["a.onnx", "b.onnx"]
            poll = 0.5
            min-fee = "0.25"
            survived-gas-price = 70
            outputs = "outputs"
            callbacks = "deliver"
            callback-gas-max = 50000
            allow-requesters = ["0x1111111111111111111111111111111111111111"]
            deny-receivers = ["0x2222222222222222222222222222222222222222"]
            deny-models = ["0x0000000000000000000000000000000000000000000000000000000000000000"]
            [[role]]
            kind = "verify"
            fetch = true
            fetch-from = ["https"]
            fetch-max = 10
            fetch-timeout = 20
            fetch-into = "models"
            trust-servers = ["0x3333333333333333333333333333333333333333"]
            [work]
            cores = 5
            memory = 512
            self-audit = 12.5
            [web]
            address = "::1"
            port = 9464
            ready-within = 30
            [log]
            format = "json"
            summary-every = 0
            """);
    NodeConfig config = ConfigFile.read(file);
    assertThat(config.chain().rpc())
        .containsExactly(
            URI.create("http://127.0.0.1:1"), URI.create("https://example.org/secret"));
    assertThat(config.chain().quorum()).isEqualTo(2);
    assertThat(config.chain().trust()).isEqualTo(Trust.PROOF);
    assertThat(config.chain().deployment()).isEqualTo(folder.getParent().resolve("hub.json"));
    assertThat(config.chain().finality()).isEqualTo(new Finality.Depth(12));
    assertThat(config.account().orElseThrow().key())
        .isEqualTo(
            new KeyPlace.InFile(
                folder.resolve("keys/node.json"), Optional.of(Path.of("/run/words"))));
    assertThat(config.account().orElseThrow().leastBalance()).isEqualTo(Wei.gwei(500_000_000));
    assertThat(config.account().orElseThrow().inFlight()).isEqualTo(4);
    assertThat(config.drain()).isTrue();
    assertThat(config.budget())
        .isEqualTo(
            new Budget(
                Optional.of(Wei.gwei(500_000_000)),
                Optional.empty(),
                Optional.of(Wei.ether(3)),
                Wei.gwei(80)));
    assertThat(config.store())
        .isEqualTo(
            new StorePart.InPostgres(
                "jdbc:postgresql://127.0.0.1/opml?user=opml", Optional.of(Path.of("/run/pass"))));
    RolePart serve = config.roles().getFirst();
    assertThat(serve.models()).containsExactly(folder.resolve("a.onnx"), folder.resolve("b.onnx"));
    assertThat(serve.poll()).isEqualTo(Duration.ofMillis(500));
    assertThat(serve.minimalFee()).contains(Wei.gwei(250_000_000));
    assertThat(serve.survivedGasPrice()).isEqualTo(Wei.gwei(70));
    assertThat(serve.outputs()).contains(folder.resolve("outputs"));
    assertThat(serve.fetching()).isEmpty();
    assertThat(serve.policy())
        .isEqualTo(
            new PolicyPart(
                Callbacks.DELIVER,
                50_000,
                new Choice<>(Set.of(account('1')), Set.of()),
                new Choice<>(Set.of(), Set.of(account('2'))),
                Choice.all(),
                new Choice<>(Set.of(), Set.of(Bytes32.ZERO))));
    RolePart verify = config.roles().getLast();
    assertThat(verify.kind()).isEqualTo(RoleKind.VERIFY);
    assertThat(verify.policy().servers().admits(account('3'))).isFalse();
    assertThat(verify.policy().servers().admits(account('4'))).isTrue();
    assertThat(verify.fetching().orElseThrow().sources()).containsExactly("https");
    assertThat(verify.fetching().orElseThrow().into()).contains(folder.resolve("models"));
    assertThat(config.work()).isEqualTo(new NodeConfig.WorkPart(5, Optional.of(512), 12.5));
    assertThat(config.web().address()).isEqualTo("::1");
    assertThat(config.web().port()).isEqualTo(9464);
    assertThat(config.web().readyWithin()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.log().json()).isTrue();
    assertThat(config.log().summaryEvery()).isZero();
  }

  private static Address account(char digit) {
    return Address.ofHex("0x" + String.valueOf(digit).repeat(40));
  }

  @Test
  void whatIsNotSaidIsAsItIsOfTheCommandsOfOneAgent() throws Exception {
    NodeConfig config = ConfigFile.read(write(ACCOUNT + ROLE));
    assertThat(config.work())
        .isEqualTo(
            new NodeConfig.WorkPart(WorkDesk.usualCores(), Optional.empty(), Host.USUAL_AUDITS));
    assertThat(config.chain().rpc()).isEmpty();
    assertThat(config.chain().quorum()).isEqualTo(1);
    assertThat(config.chain().trust()).isEqualTo(Trust.SINGLE);
    assertThat(config.chain().deployment()).isEqualTo(folder.resolve("deployment.json"));
    assertThat(config.chain().finality()).isEqualTo(new Finality.Tagged(BlockTag.FINALIZED));
    assertThat(config.roles().getFirst().poll()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.roles().getFirst().survivedGasPrice()).isEqualTo(Wei.gwei(50));
    assertThat(config.web().address()).isEqualTo("127.0.0.1");
    assertThat(config.web().port()).isZero();
    assertThat(config.log().json()).isFalse();
    assertThat(config.dryRun()).isFalse();
    assertThat(config.drain()).isFalse();
    assertThat(config.budget()).isEqualTo(Budget.unlimited(SendPolicy.DEFAULT.maxFee()));
    assertThat(config.roles().getFirst().policy().callbackGasMax())
        .isEqualTo(Server.Policy.DEFAULT.callbackGasMax());
    assertThat(config.account().orElseThrow().inFlight()).isEqualTo(16);
    assertThat(config.store()).isEqualTo(new StorePart.InFile(folder.resolve("node.db")));
  }

  @Test
  void aStoreIsOfTheKindThatItsSettingsTell() throws Exception {
    assertThat(ConfigFile.read(write(ACCOUNT + ROLE + "[store]\nkind = 'memory'\n")).store())
        .isEqualTo(new StorePart.InMemory());
    assertThat(ConfigFile.read(write(ACCOUNT + ROLE + "[store]\npath = '../a.db'\n")).store())
        .isEqualTo(new StorePart.InFile(folder.getParent().resolve("a.db")));
  }

  @Test
  void finalityIsAWordOrANumberOfBlocks() throws Exception {
    List<Finality> read = new ArrayList<>();
    for (String setting : List.of("'latest'", "'safe'", "'finalized'", "0", "64")) {
      Path file = write("[chain]\nfinality = " + setting + "\n" + ACCOUNT + ROLE);
      read.add(ConfigFile.read(file).chain().finality());
    }
    assertThat(read)
        .containsExactly(
            new Finality.Depth(0),
            new Finality.Tagged(BlockTag.SAFE),
            new Finality.Tagged(BlockTag.FINALIZED),
            new Finality.Depth(0),
            new Finality.Depth(64));
  }

  @Test
  void aRoleThatSettlesHasNoModelsAndSaysForWhom() throws Exception {
    RolePart usual =
        ConfigFile.read(write(ACCOUNT + "[[role]]\nkind = 'settle'\n")).roles().getFirst();
    assertThat(usual.settling())
        .contains(
            new SettlePart(false, Set.of(), Optional.empty(), Duration.ofSeconds(30), 1_000_000));
    assertThat(usual.fetching()).isEmpty();
    String other = "0x00000000000000000000000000000000000000Aa";
    RolePart all =
        ConfigFile.read(
                write(
                    ACCOUNT
                        + """
                        [[role]]
                        kind = "settle"
                        for = "all"
                        accounts = ["%s"]
                        min-reward = "0.5"
                        patience = 0
                        callback-gas-max = 5
                        """
                            .formatted(other)))
            .roles()
            .getFirst();
    assertThat(all.settling())
        .contains(
            new SettlePart(
                true,
                Set.of(Address.ofHex(other)),
                Optional.of(Wei.gwei(500_000_000)),
                Duration.ZERO,
                5));
  }

  @Test
  void whoOnlyWatchesNeedsNoAccount() throws Exception {
    String watch = ROLE.replace("verify", "watch");
    assertThat(ConfigFile.read(write(watch)).account()).isEmpty();
    assertThat(ConfigFile.read(write(ACCOUNT + watch + ROLE)).roles()).hasSize(2);
  }

  @Test
  void itIsCalledAsItsFileUnlessItSaysOtherwise() throws Exception {
    assertThat(ConfigFile.read(write(ACCOUNT + ROLE)).name()).isEqualTo("node");
    assertThat(ConfigFile.read(write("name = 'l2'\n" + ACCOUNT + ROLE)).name()).isEqualTo("l2");
  }

  @Test
  void whoOnlyLooksNeedsNoAccount() throws Exception {
    assertThat(ConfigFile.read(write("dry-run = true\n" + ROLE)).account()).isEmpty();
  }

  static List<Arguments> wrongFiles() {
    return List.of(
        wrong("[chain\n", "1:7: not TOML"),
        wrong("", "1:1: account.key-file: expected is the file", "1:1: role: expected is at least"),
        wrong(
            "[chan]\nrpc = []\n" + ACCOUNT + ROLE,
            "1:1: chan: there is no such setting; the nearest is chain"),
        wrong(
            "[chain]\nqorum = 1\nrpc = 5\n" + ACCOUNT + ROLE,
            "2:1: chain.qorum: there is no such setting; the nearest is quorum",
            "3:1: chain.rpc: expected is a list of URLs; found is a number"),
        wrong(
            "[chain]\nrpc = ['http://a', 'ftp://secret', 'http://a']\nquorum = 4\n"
                + ACCOUNT
                + ROLE,
            "2:20: chain.rpc[2]: expected is a URL",
            "2:36: chain.rpc[3]: expected is each node once",
            "3:1: chain.quorum: expected is so many nodes of those in rpc, 1 to 2; found is 4"),
        wrong(
            "[chain]\nfinality = 'finalised'\n" + ACCOUNT + ROLE,
            "2:1: chain.finality: expected is \"latest\", \"safe\" or \"finalized\"; found is"
                + " \"finalised\"; the nearest is \"finalized\""),
        wrong(
            "[chain]\nfinality = -1\n" + ACCOUNT + ROLE,
            "2:1: chain.finality: expected is a number of blocks, or a word, 0 to 1000000; found is -1"),
        wrong(
            "[chain]\ntrust = 'prof'\n" + ACCOUNT + ROLE,
            "2:1: chain.trust: expected is \"single\", \"quorum\" or \"proof\"; found is \"prof\"; the nearest is"),
        wrong(
            "[chain]\nrpc = ['http://a', 'http://b']\nquorum = 2\ntrust = 'single'\n"
                + ACCOUNT
                + ROLE,
            "3:1: chain.quorum: expected is quorum = 1 with trust = \"single\"; found is 2"),
        wrong(
            "[chain]\nrpc = ['http://a', 'http://b']\ntrust = 'quorum'\n" + ACCOUNT + ROLE,
            "3:1: chain.trust: expected is quorum = 2 or more with trust = \"quorum\"; found is 1"),
        wrong(
            "[account]\nkey-file = 'k'\nsigner = 'http://a'\n" + ROLE,
            "3:1: account.signer: expected is either key-file, or signer with address"),
        wrong(
            "[account]\nsigner = 'http://a'\n" + ROLE,
            "1:1: account.address: expected is signer and address, both or neither"),
        wrong(
            "[account]\nsigner = 'http://a'\naddress = '0x12'\nleast-balance = 1\n" + ROLE,
            "3:1: account.address: expected is an address",
            "4:1: account.least-balance: expected is an amount in ETH"),
        wrong(
            ACCOUNT
                + "[[role]]\nkind = 'sevre'\nmodels = [7]\n[[role]]\nmodels = []\npoll = 'often'\n",
            "4:1: role[1].kind: expected is \"serve\", \"verify\", \"settle\" or \"watch\"; found is"
                + " \"sevre\"; the nearest is \"serve\"",
            "5:11: role[1].models[1]: expected is a path; found is 7",
            "6:1: role[2].kind: expected is \"serve\", \"verify\", \"settle\" or \"watch\"; found is"
                + " nothing",
            "8:1: role[2].poll: expected is seconds, 0.001 to 3600; found is \"often\""),
        wrong(
            ACCOUNT + ROLE + "min-fee = '1'\nfetch-max = 3\n" + ROLE,
            "6:1: role[1].min-fee: expected is no such setting of a role \"verify\"",
            "7:1: role[1].fetch-max: expected is fetch = true beside it",
            "9:1: role[2].kind: expected is one role of a kind"),
        wrong(
            ROLE.replace("verify", "watch") + "min-reward = '1'\n[[role]]\nkind = 'settle'\n",
            "1:1: account.key-file: expected is the file",
            "4:1: role[1].min-reward: expected is no such setting of a role \"watch\""),
        wrong(
            ACCOUNT
                + "[[role]]\nkind = 'settle'\nmodels = ['m']\nfor = 'me'\naccounts = ['0x1', 2]\n"
                + "min-reward = 1\npatience = -1\nsurvived-gas-price = 3\n",
            "5:1: role[1].models: expected is no such setting of a role \"settle\"",
            "6:1: role[1].for: expected is \"own\" or \"all\"; found is \"me\"",
            "7:13: role[1].accounts[1]: expected is an address",
            "7:20: role[1].accounts[2]: expected is an address",
            "8:1: role[1].min-reward: expected is \"auto\", or an amount in ETH",
            "9:1: role[1].patience: expected is seconds, 0 to 86400; found is -1",
            "10:1: role[1].survived-gas-price: expected is no such setting of a role \"settle\""),
        wrong(
            "dry-run = true\n[[role]]\nkind = 'serve'\nfetch = false\n",
            "2:1: role[1].models: expected is the models that it knows"),
        wrong(
            ACCOUNT + "fee-ceiling = 0\n" + ROLE + "[budget]\nper-request = '0'\nper-dya = '1'\n",
            "3:1: account.fee-ceiling: expected is gwei, 1 to 1000000; found is 0",
            "8:1: budget.per-request: expected is more than nothing, or \"unlimited\"",
            "9:1: budget.per-dya: there is no such setting; the nearest is per-day"),
        wrong(
            ACCOUNT + ROLE + "[budget]\nper-request = '2'\nper-day = '1'\nin-all = '1.5'\n",
            "7:1: budget.per-request: expected is at most per-day, which is 1 ETH; found is 2 ETH",
            "7:1: budget.per-request: expected is at most in-all, which is 1.5 ETH; found is 2 ETH"),
        wrong(
            "dry-run = true\n[account]\ndrain = true\n" + ROLE,
            "3:1: account.drain: expected is no such setting with dry-run = true"),
        wrong(
            ACCOUNT
                + ROLE
                + "callbacks = 'leave'\ncheck-servers = []\ntrust-servers = ['0x1', 7]\n"
                + "[[role]]\nkind = 'serve'\nmodels = ['m']\ncallbacks = 'refuse'\n"
                + "callback-gas-max = 5\ncheck-servers = ['0x%s', '0X%s']\n"
                    .formatted("1".repeat(40), "1".repeat(40)),
            "6:1: role[1].callbacks: expected is no such setting of a role \"verify\"",
            "7:1: role[1].check-servers: expected is at least one of these",
            "8:1: role[1].trust-servers: expected is either check-servers or trust-servers",
            "8:18: role[1].trust-servers[1]: expected is addresses, 0x and 40",
            "8:25: role[1].trust-servers[2]: expected is addresses, 0x and 40",
            "13:1: role[2].callback-gas-max: expected is callbacks = \"deliver\" beside it",
            "14:1: role[2].check-servers: expected is no such setting of a role \"serve\"",
            "14:64: role[2].check-servers[2]: expected is addresses, 0x and 40"),
        wrong(
            ACCOUNT
                + ROLE
                + "[work]\ncores = 0\nmemory = '4G'\nself-audit = 101\nself-audits = 5\n",
            "7:1: work.cores: expected is jobs at a time, 1 to 1024; found is 0",
            "8:1: work.memory: expected is MB for runs and machines, 16 to 16777216; found is \"4G\"",
            "9:1: work.self-audit: expected is per cent of the runs, 0 to 100; found is 101",
            "10:1: work.self-audits: there is no such setting; the nearest is self-audit"),
        wrong(
            ACCOUNT + ROLE + "poll = 9\n[web]\nready-within = 5\nport = 65536\naddress = 'here'\n",
            "6:1: role[1].poll: expected is a pause shorter than web.ready-within",
            "9:1: web.port: expected is a port, or 0 for any, 0 to 65535; found is 65536",
            "10:1: web.address: expected is an address of this machine"),
        wrong(
            ACCOUNT
                + "in-flight = 0\n"
                + ROLE
                + "[store]\nkind = 'sqlit'\nurl = 'http://secret'\n[web]\n",
            "3:1: account.in-flight: expected is transactions that wait together, 1 to 64",
            "8:1: store.kind: expected is \"sqlite\", \"postgres\" or \"memory\"; found is \"sqlit\"",
            "9:1: store.url: expected is a URL such as \"jdbc:postgresql:"),
        wrong(
            ACCOUNT + ROLE + "[store]\nkind = 'postgres'\npath = 'node.db'\n",
            "6:1: store.url: expected is a URL such as \"jdbc:postgresql:",
            "8:1: store.path: expected is no such setting of a store in postgres"),
        wrong(
            ACCOUNT + ROLE + "[store]\nkind = 'memory'\npassword-file = 'word'\n",
            "8:1: store.password-file: expected is no such setting of a store in memory"),
        wrong(
            "name = 'a/b'\n" + ACCOUNT + ROLE,
            "1:1: name: expected is a name of 1 to 40 letters, digits, dots, dashes"),
        wrong(
            "dry-run = 'no'\n" + ACCOUNT + ROLE + "[log]\nformat = 'xml'\nsummary-every = -1\n",
            "1:1: dry-run: expected is true or false; found is \"no\"",
            "8:1: log.format: expected is \"text\" or \"json\"; found is \"xml\"",
            "9:1: log.summary-every: expected is seconds, 0 to 86400; found is -1"));
  }

  private static Arguments wrong(String text, String... lines) {
    return Arguments.of(text, List.of(lines));
  }

  @ParameterizedTest
  @MethodSource("wrongFiles")
  void everyProblemIsToldWithItsPlace(String text, List<String> expected) throws IOException {
    Path file = write(text);
    ConfigException refusal =
        catchThrowableOfType(ConfigException.class, () -> ConfigFile.read(file));
    List<String> lines = String.valueOf(refusal.getMessage()).lines().toList();
    assertThat(lines).as(refusal.getMessage()).hasSameSizeAs(expected);
    for (int i = 0; i < lines.size(); i++) {
      assertThat(lines.get(i)).startsWith(file + ":" + expected.get(i));
    }
    assertThat(refusal.getMessage()).doesNotContain("secret");
  }

  @Test
  void aFileThatIsNotThereIsNoProblemOfItsContent() {
    assertThatThrownBy(() -> ConfigFile.read(folder.resolve("none.toml")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
