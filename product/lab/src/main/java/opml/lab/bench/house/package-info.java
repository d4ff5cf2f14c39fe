/// The house itself, as whoever comes in from outside finds it: do the scenarios end as they must and cost no more than
/// before, do the README's commands run word for word, how long does the first demo take on a fresh machine, is every
/// fault that was ever found still mended. [opml.lab.bench.house.HouseBench] puts it together.
@NullMarked
package opml.lab.bench.house;

import org.jspecify.annotations.NullMarked;
