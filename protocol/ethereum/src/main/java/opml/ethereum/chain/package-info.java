/// A real chain, behind types that mean something and errors that say what to do.
///
/// [opml.ethereum.chain.Chain] is the chain as its users see it; a simulator may implement it too. Reading is done in a
/// [opml.ethereum.chain.Snapshot], the state after one block.
/// [opml.ethereum.chain.LogReader] and [opml.ethereum.chain.LogFollower] bring events, once and through
/// reorganisations. A [opml.ethereum.chain.Call] is what somebody wants, before anybody signs it.
///
/// Whatever goes wrong on account of the chain is a case of [opml.ethereum.chain.ChainException].
@NullMarked
package opml.ethereum.chain;

import org.jspecify.annotations.NullMarked;
