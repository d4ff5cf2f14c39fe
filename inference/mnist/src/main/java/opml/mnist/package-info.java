/// The project's own demo models and how they came to be.
///
/// [opml.mnist.DemoModel] hands out the ONNX files. `digit` has images for them, `mnist` the data they were trained
/// on. `network`, `train`, `quantise` and `export`, which are not exported, make the files anew, byte for byte.
package opml.mnist;
