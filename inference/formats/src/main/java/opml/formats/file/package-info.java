/// Model files as bytes, before anybody knows what they mean.
///
/// [opml.formats.file.FileKind] tells by its first bytes what a file is. Importers read it through a
/// [opml.formats.file.ByteSource], by position and piece by piece, and leave a tensor's bytes there until they are
/// needed; a [opml.formats.file.FileBytes] notices when the file is changed meanwhile.
package opml.formats.file;
