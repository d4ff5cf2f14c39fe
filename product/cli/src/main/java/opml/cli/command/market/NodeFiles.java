package opml.cli.command.market;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.cli.option.DeploymentOption;
import opml.cli.option.KnownModel;
import opml.cli.option.ModelFile;
import opml.cli.option.ModelOptions;
import opml.cli.option.Nobody;
import opml.cli.option.NodeOption;
import opml.core.codec.MalformedException;
import opml.ethereum.key.KeyException;
import opml.ethereum.key.RemoteSigner;
import opml.ethereum.key.Wallet;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.send.Signer;
import opml.formats.refusal.ImportException;
import opml.hub.DeploymentFile;
import opml.node.config.NodeConfig;
import opml.node.config.NodeConfig.KeyPlace;
import opml.node.config.NodeConfig.RoleKind;
import opml.node.config.NodeConfig.RolePart;
import picocli.CommandLine;

/// The files that a node's configuration names, read: all of them, whatever is wrong with some.
final class NodeFiles {
  private final NodeConfig config;
  private final List<String> problems = new ArrayList<>();
  private boolean misused;
  private final Optional<DeploymentFile> described;
  private final Optional<Signer> account;
  private final Map<Path, KnownModel> models = new LinkedHashMap<>();

  NodeFiles(NodeConfig config, Console console) {
    this(config, console, new LinkedHashMap<>());
  }

  /// {@return the files of several nodes, each model open once}
  static List<NodeFiles> all(List<NodeConfig> configs, Console console) {
    Map<Path, KnownModel> open = new LinkedHashMap<>();
    return configs.stream().map(config -> new NodeFiles(config, console, open)).toList();
  }

  /// @param open models that are open already, to which more are added
  private NodeFiles(NodeConfig config, Console console, Map<Path, KnownModel> open) {
    this.config = config;
    this.described =
        tried(
            () ->
                DeploymentOption.described(
                    config.chain().deployment(), "[chain] deployment names another"));
    this.account = tried(this::signer);
    ModelOptions text = CommandLine.populateCommand(new ModelOptions());
    for (RolePart role : config.roles()) {
      for (Path file : role.models()) {
        if (!open.containsKey(file)) {
          tried(() -> ModelFile.open(file, text, console))
              .ifPresent(model -> open.put(file, model));
        }
        if (open.containsKey(file)) {
          models.put(file, open.get(file));
        }
      }
    }
    boolean finds = config.roles().stream().anyMatch(role -> role.kind() == RoleKind.SERVE);
    tried(
        () -> {
          AgentModels.requireMemory(open, finds);
          return true;
        });
  }

  private Signer signer() {
    return config
        .account()
        .<Signer>map(
            part ->
                switch (part.key()) {
                  case KeyPlace.InFile(Path key, Optional<Path> passphrase) ->
                      passphrase
                          .map(words -> Wallet.load(key, words))
                          .orElseGet(() -> Wallet.load(key));
                  case KeyPlace.WithSigner(URI url, var address) ->
                      new RemoteSigner(new Rpc(url), address);
                })
        .orElseGet(Nobody::new);
  }

  private <T> Optional<T> tried(Supplier<T> part) {
    try {
      return Optional.of(part.get());
    } catch (Failure | MalformedException | KeyException | ImportException e) {
      blame(e);
      return Optional.empty();
    }
  }

  /// Notes one more thing that is wrong.
  void blame(RuntimeException e) {
    problems.add(Messages.whole(e));
    misused |= Messages.isAboutAnArgument(e);
  }

  /// Ends the command, if anything was wrong.
  ///
  /// @throws Failure that tells all of it, a line each
  void fail() {
    fail(List.of(this));
  }

  /// Ends the command, if anything was wrong with any of these.
  ///
  /// @throws Failure that tells all of it, a line each
  static void fail(List<NodeFiles> nodes) {
    List<String> problems = nodes.stream().flatMap(files -> files.problems.stream()).toList();
    boolean misused = nodes.stream().anyMatch(files -> files.misused);
    if (!problems.isEmpty()) {
      String all = String.join("\n", problems);
      throw misused ? Failure.misuse(all) : new Failure(all);
    }
  }

  NodeConfig config() {
    return config;
  }

  /// {@return the deployment, unless that was wrong}
  Optional<DeploymentFile> described() {
    return described;
  }

  /// {@return who signs, unless that was wrong}
  Optional<Signer> account() {
    return account;
  }

  /// {@return the chain's nodes, if anybody has named them, and the usual one if not}
  List<URI> urls() {
    return config.chain().rpc().isEmpty()
        ? List.of(described.flatMap(DeploymentFile::rpc).orElse(NodeOption.LOCAL))
        : config.chain().rpc();
  }

  /// {@return the models that could be read, by their files}
  Map<Path, KnownModel> models() {
    return models;
  }

  /// {@return the models of a role}
  List<KnownModel> models(RolePart role) {
    return role.models().stream()
        .flatMap(file -> Optional.ofNullable(models.get(file)).stream())
        .toList();
  }
}
