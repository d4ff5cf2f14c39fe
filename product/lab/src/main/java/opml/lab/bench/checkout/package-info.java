/// What a checkout says of itself: commands and tests that are run in it, and tables of tests by name.
@NullMarked
package opml.lab.bench.checkout;

import org.jspecify.annotations.NullMarked;
