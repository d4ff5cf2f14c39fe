/// Operators on random nodes of their own: [opml.lab.conformance.operators.OperatorConformance] compares the reference,
/// its twins, the machine and the referees of single steps, and tells how fast the twins are.
@NullMarked
package opml.lab.conformance.operators;

import org.jspecify.annotations.NullMarked;
