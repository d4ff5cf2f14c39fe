/// A chain of which only hashes are believed. A block's hash commits, through its header, to the blocks before it, its
/// transactions, its receipts with all logs, and the state after it; so who brings these does not matter, and the only
/// thing that anybody has to vouch for is the newest hash.
///
/// [opml.ethereum.proof.ProofChain] is the chain. What it believes comes from a node each ([ProvenNode]), which is
/// asked for whatever proves its word: headers ([Header]), whole blocks ([Body]), and proofs of accounts and slots
/// ([AccountProof]); views are computed here from proven code and storage ([ProvenWorld]).
@NullMarked
package opml.ethereum.proof;

import org.jspecify.annotations.NullMarked;
