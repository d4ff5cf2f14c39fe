/// Binary keccak trees of fixed depth over raw 32-byte leaves.
///
/// A tree of depth `d` has `2^d` leaves at height 0 and its root at height `d`; the node `index` at height `h` covers
/// the leaves `index·2^h` to `(index+1)·2^h - 1`. What was never set is zero, and a zero subtree costs nothing: its
/// hashes are the table [opml.core.merkle.ZeroHashes], and proofs leave them out.
///
///   - [opml.core.merkle.MerkleRoot] hashes bytes that are there in one piece,
///   - [opml.core.merkle.PageHashes] are such a hashing's lowest part, to be used again,
///   - [opml.core.merkle.SparseTree] is a tree of which few leaves are set, and which changes leaf by leaf,
///   - [opml.core.merkle.PagedTree] follows a large memory that a machine writes to,
///   - [opml.core.merkle.Proof] ties a leaf or a whole subtree to a root.
package opml.core.merkle;
