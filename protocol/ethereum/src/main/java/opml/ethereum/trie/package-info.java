/// Merkle-Patricia tries, by which a block's header commits to its transactions, its receipts and the state after it:
/// [opml.ethereum.trie.Trie] computes the root of what is known, [opml.ethereum.trie.TrieProof] reads a value out of a
/// root of which only a few nodes are known.
@NullMarked
package opml.ethereum.trie;

import org.jspecify.annotations.NullMarked;
