/// Single steps of runs, judged from their witness alone: by the replaying `Step`, and by the contract.
@NullMarked
package opml.lab.conformance.step;

import org.jspecify.annotations.NullMarked;
