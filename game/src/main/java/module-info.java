import org.jspecify.annotations.NullMarked;

/// The dispute game and its solver, pure.
@NullMarked
module opml.game {
  requires static transitive org.jspecify;
  requires transitive opml.core;
}
