/// What benchmarks of ONNX models share: models as files, ONNX Runtime, and a race of two.
package opml.lab.bench.peer;
