import org.jspecify.annotations.NullMarked;

/// Kernels at the speed of the processor, equal to the reference bit for bit.
@NullMarked
module opml.twins {
  requires static jdk.incubator.vector; // only for speed, and only where it is there
  requires static transitive org.jspecify;
  requires transitive opml.engine;
  requires jdk.management;

  exports opml.twins;
  exports opml.twins.call;
  exports opml.twins.tile;
}
