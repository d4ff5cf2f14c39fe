package opml.ethereum.proof;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import opml.ethereum.quorum.NodesChain;
import opml.ethereum.quorum.Quorum;

/// What it takes for a node to be believed.
public enum Trust {
  /// That it says so; others only stand in for it.
  SINGLE,
  /// That so many others say the same.
  QUORUM,
  /// That hashes bind it; only for the newest block's hash so many nodes must vouch.
  PROOF;

  /// {@return the words for them}
  public static List<String> words() {
    return Arrays.stream(values()).map(Trust::word).toList();
  }

  /// {@return what a word means, or, if nothing is said, what so many voices mean}
  ///
  /// @throws IllegalArgumentException if it is no such word
  public static Trust of(Optional<String> word, int needed) {
    return word.map(said -> valueOf(said.toUpperCase(Locale.ROOT)))
        .orElse(needed == 1 ? SINGLE : QUORUM);
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// {@return how many must say the same, which is not what `needed` says; nothing if it fits}
  public Optional<String> contradiction(int needed) {
    return switch (this) {
      case SINGLE -> needed == 1 ? Optional.empty() : Optional.of("1");
      case QUORUM -> needed > 1 ? Optional.empty() : Optional.of("2 or more");
      case PROOF -> Optional.empty();
    };
  }

  /// {@return the chain that these nodes serve}; those that are away are asked again later
  ///
  /// @param urls http or https, none of them twice
  /// @param id of the chain
  /// @param needed how many must agree, at least 1 and at most all
  /// @param listener hears of nodes that fail, lie, or say something else than the others
  /// @throws IllegalArgumentException if one is no such URL, which the message does not repeat
  public NodesChain open(List<URI> urls, long id, int needed, Quorum.Listener listener) {
    return switch (this) {
      case SINGLE, QUORUM -> Quorum.of(urls, id, needed, listener);
      case PROOF -> ProofChain.of(urls, id, needed, listener);
    };
  }
}
