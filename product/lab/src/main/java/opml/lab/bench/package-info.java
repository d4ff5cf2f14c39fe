/// Benchmarks: they measure side by side with a peer and return records, a package each.
@NullMarked
package opml.lab.bench;

import org.jspecify.annotations.NullMarked;
