/// Training, reproducible to the bit, and [opml.mnist.train.Train], the program that makes both demo models.
///
/// A [opml.mnist.train.Trainer] draws batches, [opml.mnist.train.Gradient] adds up what one part of a batch wants,
/// and [opml.mnist.train.Adam] moves the parameters.
package opml.mnist.train;
