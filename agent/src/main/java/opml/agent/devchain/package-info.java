/// A real chain of our own for development, tests and the demo: anvil, found or installed by
/// [opml.agent.devchain.AnvilBinary], run by [opml.agent.devchain.AnvilProcess] so that it never
/// outlives this process, and used as a [opml.agent.devchain.DevChain].
@NullMarked
package opml.agent.devchain;

import org.jspecify.annotations.NullMarked;
