/// Several nodes of one chain: [opml.ethereum.quorum.Quorum] asks them, goes on to the next where one fails, and
/// believes what enough of them say.
@NullMarked
package opml.ethereum.quorum;

import org.jspecify.annotations.NullMarked;
