/// A PostgreSQL that tests and trials start for themselves.
@NullMarked
package opml.store.devcluster;

import org.jspecify.annotations.NullMarked;
