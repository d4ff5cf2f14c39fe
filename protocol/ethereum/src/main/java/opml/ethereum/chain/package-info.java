/// A real chain, behind types that mean something and errors that say what to do.
///
/// From the wire up: [opml.ethereum.rpc.Rpc] speaks JSON-RPC to a node that nobody trusts and
/// [opml.ethereum.rpc.Answer] reads what it says. [opml.ethereum.chain.Chain] is the chain as agents see
/// it, [opml.ethereum.rpc.RpcChain] the real one. Reading is done in a
/// [opml.ethereum.chain.Snapshot], the state after one block; [opml.ethereum.chain.ChainClock] is the time
/// there. [opml.ethereum.abi.ContractAbi] knows what a contract's bytes mean, and a
/// [opml.ethereum.abi.Contract] is one at its address. [opml.ethereum.send.Sender] gets transactions
/// mined, a [opml.ethereum.send.GasMeter] counts what they cost. [opml.ethereum.chain.LogReader] and
/// [opml.ethereum.chain.LogFollower] bring events, once and through reorganisations.
///
/// Whatever goes wrong on account of the chain is a case of [opml.ethereum.chain.ChainException].
@NullMarked
package opml.ethereum.chain;

import org.jspecify.annotations.NullMarked;
