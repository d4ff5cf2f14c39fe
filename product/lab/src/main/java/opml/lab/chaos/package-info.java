/// Real processes under real faults: a node is killed at any moment, its store deleted, its chain's node taken away,
/// while it answers, defends and challenges; and what it lost by that, read from the chain alone.
@NullMarked
package opml.lab.chaos;

import org.jspecify.annotations.NullMarked;
