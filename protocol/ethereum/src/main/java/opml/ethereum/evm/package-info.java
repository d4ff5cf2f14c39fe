/// [opml.ethereum.evm.Evm] computes what a contract's view returns, from code and storage that somebody has proven.
@NullMarked
package opml.ethereum.evm;

import org.jspecify.annotations.NullMarked;
