/// Why a model cannot be run here, the same for every format: [opml.formats.refusal.ImportException] tells every
/// [opml.formats.refusal.Reason] at once, by kind, with its count and first place.
package opml.formats.refusal;
