/// The machine tiles: the innermost loops of products as x86-64 code, because the Vector API cannot emit a dot product
/// of bytes, and because what HotSpot makes of one of floats depends on what it has seen before. They are only ever
/// faster, never different: where anything is missing, they are not offered, and why not is said.
///
/// [opml.twins.tile.MachineTiles#best] chooses once for this JVM. It asks the processor
/// ([opml.twins.tile.CpuFeatures]) and HotSpot what may be executed, lets [opml.twins.tile.TileAssembler] write the
/// code in the best [opml.twins.tile.TileForm], puts it into [opml.twins.tile.ExecutableMemory], and offers it after a
/// trial against the plain loop ([opml.twins.tile.TileTrial]).
///
/// Three tiles come of it. [opml.twins.tile.Int8Tile] multiplies unsigned by signed bytes into int32;
/// [opml.twins.tile.Int8Gemm] builds the products of quantised tensors on it, with any signs and zero points.
/// [opml.twins.tile.BlockTile] multiplies blocks of 32 bytes that have a scale each, as GGML's Q8_0 has them, and
/// [opml.twins.tile.MatrixTile] those of many tokens at once.
/// [opml.twins.tile.FloatTile] is the loop inside of the Vector API's twins of products of floats.
///
/// [opml.twins.tile.Peak] measures what the processor can do, to compare with.
package opml.twins.tile;
