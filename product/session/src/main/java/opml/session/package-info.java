/// ONNX models in a Java program: opened, run, and committed to, in a few lines.
package opml.session;
