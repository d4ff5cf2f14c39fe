/// Training, reproducible to the bit, and [opml.models.train.Train], the program that makes both demo models.
///
/// A [opml.models.train.Trainer] draws batches, [opml.models.train.Gradient] adds up what one part of a batch wants,
/// and [opml.models.train.Adam] moves the parameters.
package opml.models.train;
