package opml.node.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.agent.Budget;
import opml.agent.Choice;
import opml.agent.Server.Callbacks;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Finality;
import opml.ethereum.proof.Trust;

/// What a node is, as its file says it. All paths are as the process sees them.
///
/// @param name what it is called beside others in one process
/// @param account nothing if the node only looks, and looks for nobody in particular
/// @param roles at least one, of each kind at most one: two of a kind would take each other's work
/// @param budget what the account may have at stake, and the most that a unit of gas may cost it
/// @param drain whether nothing new is entered, and the node ends when nothing is live any more
/// @param dryRun whether nothing is sent
public record NodeConfig(
    String name,
    ChainPart chain,
    Optional<AccountPart> account,
    StorePart store,
    List<RolePart> roles,
    WorkPart work,
    WebPart web,
    LogPart log,
    Budget budget,
    boolean drain,
    boolean dryRun) {
  public NodeConfig {
    roles = List.copyOf(roles);
  }

  /// {@return the same of a node that does nothing, so that its models need not be there}
  public NodeConfig withoutRoles() {
    return new NodeConfig(
        name, chain, account, store, List.of(), work, web, log, budget, drain, dryRun);
  }

  /// Where the chain is.
  ///
  /// @param rpc its nodes, none of them twice; none if the deployment file names it
  /// @param trust what it takes for one of them to be believed
  /// @param quorum how many of them must say the same, from 1 on
  /// @param deployment what `opml deploy` wrote
  /// @param finality when a block is there for good
  public record ChainPart(
      List<URI> rpc, Trust trust, int quorum, Path deployment, Finality finality) {
    public ChainPart {
      rpc = List.copyOf(rpc);
    }
  }

  /// Whose money it is.
  ///
  /// @param leastBalance below which the account counts as unable to pay
  /// @param inFlight transactions that wait for a block together at most
  public record AccountPart(KeyPlace key, Wei leastBalance, int inFlight) {}

  /// Where it keeps what it has sent.
  public sealed interface StorePart {
    /// In the process, which forgets it when it ends.
    record InMemory() implements StorePart {}

    /// In a file of SQLite.
    record InFile(Path file) implements StorePart {}

    /// In a schema of PostgreSQL.
    ///
    /// @param url as JDBC has it
    /// @param password the file that has it, if the URL does not
    record InPostgres(String url, Optional<Path> password) implements StorePart {}
  }

  /// Who signs.
  public sealed interface KeyPlace {
    /// A key in a file, which is encrypted if there is a passphrase.
    record InFile(Path key, Optional<Path> passphrase) implements KeyPlace {}

    /// A key that somebody else holds, who signs by JSON-RPC.
    record WithSigner(URI url, Address account) implements KeyPlace {}
  }

  /// What a node does.
  public enum RoleKind {
    SERVE("serve", "serving"),
    VERIFY("verify", "verifying"),
    SETTLE("settle", "settling"),
    WATCH("watch", "watching");

    private final String word;
    private final String doing;

    RoleKind(String word, String doing) {
      this.word = word;
      this.doing = doing;
    }

    /// {@return what it is called in the file}
    public String word() {
      return word;
    }

    /// {@return the kind of this name}
    public static Optional<RoleKind> of(String word) {
      return Arrays.stream(values()).filter(kind -> kind.word.equals(word)).findFirst();
    }

    /// {@return what all of them are called}
    public static List<String> words() {
      return Arrays.stream(values()).map(RoleKind::word).toList();
    }

    /// {@return whether it computes what was asked, and so has models}
    public boolean computes() {
      return this != SETTLE;
    }

    /// {@return what its journal begins with}
    public String doing() {
      return doing;
    }
  }

  /// One role.
  ///
  /// @param models files of what it knows
  /// @param poll pause between two looks at the chain
  /// @param survivedGasPrice up to which the bond of a challenge must pay for the answers to it
  /// @param minimalFee that it answers for; nothing if that follows from the price of gas. Of a server
  /// @param outputs the folder where long outputs are published. Of a server
  /// @param fetching how models are fetched that it does not have, if they are
  /// @param policy whom it has to do with
  /// @param settling what it takes care of. Of one that settles
  public record RolePart(
      RoleKind kind,
      List<Path> models,
      Duration poll,
      Wei survivedGasPrice,
      Optional<Wei> minimalFee,
      Optional<Path> outputs,
      Optional<FetchPart> fetching,
      PolicyPart policy,
      Optional<SettlePart> settling) {
    public RolePart {
      models = List.copyOf(models);
    }
  }

  /// Whom a role has to do with.
  ///
  /// @param callbacks what is done about contracts that are to be told results. Of a server, as are the next three
  /// @param callbackGasMax that it passes on to such a contract
  /// @param requesters whose requests are answered
  /// @param receivers the contracts that are told results
  /// @param servers whose claims are checked. Of a verifier
  /// @param models what requests or claims are about
  public record PolicyPart(
      Callbacks callbacks,
      long callbackGasMax,
      Choice<Address> requesters,
      Choice<Address> receivers,
      Choice<Address> servers,
      Choice<Bytes32> models) {}

  /// Which calls are made that anybody may make.
  ///
  /// @param forAll whether also those that only others gain by
  /// @param accounts besides the own one, whose gain is as good as the own
  /// @param minimalReward below which nothing is done for these accounts; nothing if that follows from the price of gas
  /// @param patience how long others have to do it themselves
  /// @param callbackGasMax that deliveries may pass on
  public record SettlePart(
      boolean forAll,
      Set<Address> accounts,
      Optional<Wei> minimalReward,
      Duration patience,
      int callbackGasMax) {
    public SettlePart {
      accounts = Set.copyOf(accounts);
    }
  }

  /// How models are fetched.
  ///
  /// @param sources kinds of places, of `https`, `http`, `local` and `file`
  /// @param mostMegabytes of a file
  /// @param timeout that a file may take, in seconds
  /// @param into where they are kept; nothing for the user's own folder
  public record FetchPart(
      Set<String> sources, int mostMegabytes, int timeout, Optional<Path> into) {
    public FetchPart {
      sources = Set.copyOf(sources);
    }
  }

  /// What it may compute, all roles together.
  ///
  /// @param cores jobs at a time, from 1 on
  /// @param megabytes of runs and machines; nothing for what Java's memory leaves
  /// @param selfAudit of a hundred runs that bonds are staked on, so many are tried in the machine before
  public record WorkPart(int cores, Optional<Integer> megabytes, double selfAudit) {}

  /// Where it is watched.
  ///
  /// @param address to listen at
  /// @param port to listen at; 0 for any that is free
  /// @param readyWithin the age of the last look up to which the node counts as ready
  public record WebPart(String address, int port, Duration readyWithin) {}

  /// How it tells what it does.
  ///
  /// @param json one object a line, for programs
  /// @param summaryEvery how often it sums up, in seconds; 0 for never
  public record LogPart(boolean json, double summaryEvery) {}
}
