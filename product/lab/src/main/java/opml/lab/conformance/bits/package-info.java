/// One model, in JVMs of every kind: [opml.lab.conformance.bits.BitsConformance] starts them and compares what
/// [opml.lab.conformance.bits.BitsProbe] prints in each.
@NullMarked
package opml.lab.conformance.bits;

import org.jspecify.annotations.NullMarked;
