package opml.cli.command.market;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import opml.cli.console.JournalWriter;
import opml.engine.commit.HashCache;
import opml.ethereum.chain.Chain;
import opml.hub.Deployment;
import opml.hub.ModelRegistration;
import opml.node.config.NodeConfig.FetchPart;
import opml.proof.GraphWorkshop;
import opml.proof.HeapBudget;
import opml.proof.MachineSpeed;
import opml.proof.TimeLimits;

/// How models are fetched that an agent does not have.
///
/// @param sources kinds of places that are good
/// @param maxMegabytes of a file, at least 1
/// @param timeout seconds that a file may take, at least 1
/// @param folder where they are kept; nothing for the user's own
record Fetching(
    Set<Download.Source> sources, int maxMegabytes, int timeout, Optional<Path> folder) {
  private static final Duration SILENCE = Duration.ofSeconds(10);
  private static final long BYTES_PER_SECOND = 64_000;

  /// {@return what a node's file says of it}
  static Fetching of(FetchPart part) {
    return new Fetching(
        part.sources().stream()
            .map(word -> source(word).orElseThrow())
            .collect(Collectors.toUnmodifiableSet()),
        part.mostMegabytes(),
        part.timeout(),
        part.into());
  }

  /// {@return the kind of places that is called so}
  static Optional<Download.Source> source(String word) {
    return Arrays.stream(Download.Source.values())
        .filter(source -> source.toString().equals(word))
        .findFirst();
  }

  /// {@return a workshop that fetches what another one does not have}
  ///
  /// @param finds whether outputs are to be found, and not only judged
  FetchingWorkshop workshop(
      GraphWorkshop own, Deployment deployment, Chain chain, boolean finds, JournalWriter journal) {
    long bytes = (long) maxMegabytes << 20;
    Download.Patience patience =
        new Download.Patience(Duration.ofSeconds(timeout), SILENCE, BYTES_PER_SECOND);
    HeapBudget.shared().leave(ModelMemory.share());
    ModelMemory memory = new ModelMemory(own, ModelMemory.share(), InstantSource.system());
    BoundedImports imports = new BoundedImports(BoundedImports.PATIENCE, memory);
    Path into = folder.orElseGet(() -> HashCache.folderOfUser("models"));
    return new FetchingWorkshop(
        own,
        model -> ModelRegistration.places(deployment, chain, model),
        new Download(sources, bytes, patience),
        new ModelCache(into, bytes, imports, memory),
        imports,
        memory,
        () -> new TimeLimits(deployment.parameters(), MachineSpeed.here().stepsPerSecond()),
        finds,
        journal::line,
        InstantSource.system());
  }
}
