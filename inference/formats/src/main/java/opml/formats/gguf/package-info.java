/// The GGUF container, versions 2 and 3: what a file says about itself, and its tensors.
///
/// A file is a header, metadata by key, a table of tensors, and then, aligned, their bytes.
/// [opml.formats.gguf.GgufReader] reads all but the last, piece by piece, and makes a [opml.formats.gguf.GgufFile] of
/// it: a [opml.formats.gguf.GgufValue] a key, a tensor a row of the table, which [opml.formats.file.TensorTable] has
/// checked. What the keys mean is said by those who ask for them; the file tells them what it has instead, where it is
/// of another type. A model that is split into files is put together by [opml.formats.gguf.GgufParts].
///
/// The format is GGML's (`docs/gguf.md` of that project).
package opml.formats.gguf;
