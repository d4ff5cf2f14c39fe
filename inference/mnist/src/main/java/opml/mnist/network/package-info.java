/// The demo network as it is trained: its layers, and their forward and backward passes, in plain float Java.
///
/// [opml.mnist.network.Network] is the place to start: it draws the architecture. This code makes models and never
/// runs them for anyone: the models that it makes are ONNX files, and what those compute is decided by the engine.
package opml.mnist.network;
