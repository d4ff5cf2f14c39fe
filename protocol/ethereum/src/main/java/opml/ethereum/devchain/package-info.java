/// A real chain of our own for development, tests and the demo: anvil, found or installed by
/// [opml.ethereum.devchain.AnvilBinary], or [opml.ethereum.devchain.Hardhat] for other words and another pool; run by
/// [opml.ethereum.devchain.NodeProcess] so that it never outlives this process, kept in a file by
/// [opml.ethereum.devchain.StateKeeper], and used as a [opml.ethereum.devchain.DevChain].
@NullMarked
package opml.ethereum.devchain;

import org.jspecify.annotations.NullMarked;
