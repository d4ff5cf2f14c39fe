/// Tensors: an element type, a shape, and row-major little-endian bytes.
///
/// The bytes are what is committed and what kernels read, so a [opml.engine.tensor.Tensor] is no more than a
/// view of them. They lie in segments aligned to eight bytes ([opml.engine.tensor.Tensor#allocate]), because
/// kernels access them aligned; or they are [opml.engine.tensor.StoredBytes] of a file, and are copied from there when
/// a run first needs them, or passed over when they are hashed. A part of a tensor along an axis is a tensor, too,
/// whose bytes stay where the whole has them.
package opml.engine.tensor;
