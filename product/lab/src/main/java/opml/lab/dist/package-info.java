/// What is shipped: an archive that brings its own Java, and a container image of the same, both without Docker and
/// both the same bytes whenever they are made of the same jars. [opml.lab.dist.Distribution] makes them,
/// [opml.lab.dist.DistBench] makes them twice, and starts what it made.
@NullMarked
package opml.lab.dist;

import org.jspecify.annotations.NullMarked;
