/// Keccak-256 and the 32-byte value that it yields. Hashing is on every path of the system, so
/// [opml.core.hash.Bytes32] keeps its bytes in the form that [opml.core.hash.Keccak] absorbs: four
/// little-endian lanes.
package opml.core.hash;
