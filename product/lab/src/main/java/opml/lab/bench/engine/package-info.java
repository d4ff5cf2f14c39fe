/// The engine's figures, beside ONNX Runtime and beside what the processor can do at most:
/// [opml.lab.bench.engine.EngineBench] measures, [opml.lab.bench.engine.EngineFigures] is what it finds.
@NullMarked
package opml.lab.bench.engine;

import org.jspecify.annotations.NullMarked;
