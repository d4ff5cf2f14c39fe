/// Model files as bytes, before anybody knows what they mean.
///
/// [opml.formats.file.FileKind] tells by its first bytes what a file is. Importers read it through a
/// [opml.formats.file.ByteSource], by position and piece by piece, and leave a tensor's bytes there until they are
/// needed; a [opml.formats.file.FileBytes] notices when the file is changed meanwhile. Where
/// the tensors lie in a file is checked by a [opml.formats.file.TensorTable], for all of them together.
package opml.formats.file;
