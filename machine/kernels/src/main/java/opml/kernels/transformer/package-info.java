/// The kernels of language models: what one layer after the other does to the rows of many tokens at once.
///
/// Offsets are ints, as in `opml.kernels.operators`: every tensor is shorter than 2^31 bytes.
package opml.kernels.transformer;
