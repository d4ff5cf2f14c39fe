/// The wire: [opml.ethereum.rpc.Rpc] speaks JSON-RPC to a node that nobody trusts, [opml.ethereum.rpc.Answer] reads
/// what it says, and [opml.ethereum.rpc.RpcChain] is the chain behind it.
@NullMarked
package opml.ethereum.rpc;

import org.jspecify.annotations.NullMarked;
