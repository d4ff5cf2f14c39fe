import org.jspecify.annotations.NullMarked;

/// The RV64IM fraud-proof machine.
@NullMarked
module opml.vm {
  requires static transitive org.jspecify;
  requires transitive opml.core;
}
