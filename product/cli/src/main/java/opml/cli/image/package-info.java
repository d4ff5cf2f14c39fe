/// Photographs as inputs of models: [opml.cli.image.RasterImage] reads files of strangers within bounds, and
/// [opml.cli.image.ImageTensor] makes the numbers that a model was trained on.
package opml.cli.image;
