package opml.ethereum.chain;

import java.util.Locale;

/// Blocks that a chain's own rules tell of: what validators would lose a stake for to take back.
public enum BlockTag {
  /// Not taken back as long as most validators are honest and hear of each other.
  SAFE,
  /// Not taken back unless a third of all stake is lost for it.
  FINALIZED;

  /// {@return as nodes are asked for it}
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
