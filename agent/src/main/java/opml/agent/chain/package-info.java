/// A real chain, behind types that mean something and errors that say what to do.
///
/// From the wire up: [opml.agent.chain.Rpc] speaks JSON-RPC to a node that nobody trusts and
/// [opml.agent.chain.Answer] reads what it says. [opml.agent.chain.Chain] is the chain as agents see
/// it, [opml.agent.chain.RpcChain] the real one. Reading is done in a
/// [opml.agent.chain.Snapshot], the state after one block; [opml.agent.chain.ChainClock] is the time
/// there. [opml.agent.chain.ContractAbi] knows what a contract's bytes mean, and a
/// [opml.agent.chain.Contract] is one at its address. [opml.agent.chain.Sender] gets transactions
/// mined, a [opml.agent.chain.GasMeter] counts what they cost. [opml.agent.chain.LogReader] and
/// [opml.agent.chain.LogFollower] bring events, once and through reorganisations.
///
/// Whatever goes wrong on account of the chain is a case of [opml.agent.chain.ChainException].
@NullMarked
package opml.agent.chain;

import org.jspecify.annotations.NullMarked;
