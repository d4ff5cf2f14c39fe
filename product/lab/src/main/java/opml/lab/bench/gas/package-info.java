/// What one step costs on chain. [opml.lab.bench.gas.StepGasBench] builds witnesses of the worst shape
/// ([opml.lab.bench.gas.WorstWitness]) and lets the chain execute them; [opml.lab.bench.gas.GasFigures] is the outcome.
@NullMarked
package opml.lab.bench.gas;

import org.jspecify.annotations.NullMarked;
