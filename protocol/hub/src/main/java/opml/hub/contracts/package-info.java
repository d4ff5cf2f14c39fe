/// The compiled contracts, as resources, and [opml.hub.contracts.Artifacts] that names them.
@NullMarked
package opml.hub.contracts;

import org.jspecify.annotations.NullMarked;
