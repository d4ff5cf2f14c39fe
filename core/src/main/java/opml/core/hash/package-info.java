/// Keccak-256 and the 32-byte value that it yields. Hashing is on every path of the system, so
/// [opml.core.hash.Bytes32] keeps its bytes in the form that [opml.core.hash.Keccak] absorbs: four
/// little-endian lanes.
///
/// Trees hash with a [opml.core.hash.NodeHasher], which takes many pairs of nodes at a time. There is a scalar one and
/// one of vector registers, in a class that is touched only where the JVM has the vector module;
/// `NodeHasherChoice` decides by trial.
package opml.core.hash;
