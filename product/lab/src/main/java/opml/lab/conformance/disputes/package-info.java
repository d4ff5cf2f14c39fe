/// Disputes on a chain over what models of every sort compute: [opml.lab.conformance.disputes.DisputeConformance] draws
/// lies and has them refuted, all on one hub.
@NullMarked
package opml.lab.conformance.disputes;

import org.jspecify.annotations.NullMarked;
