/// What one step costs on chain. [opml.app.bench.gas.StepGasBench] builds witnesses of the worst shape
/// ([opml.app.bench.gas.WorstWitness]) and lets the chain execute them; [opml.app.bench.gas.GasFigures] is the outcome.
@NullMarked
package opml.app.bench.gas;

import org.jspecify.annotations.NullMarked;
