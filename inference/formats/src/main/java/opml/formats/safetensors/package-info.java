/// The safetensors format, one file or several with an index: [opml.formats.safetensors.Safetensors].
///
/// A file is the length of a JSON object, that object, which is the table of tensors by name, and then their bytes.
///
/// The format is Hugging Face's (`safetensors` on GitHub).
package opml.formats.safetensors;
