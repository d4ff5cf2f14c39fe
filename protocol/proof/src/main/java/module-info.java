import org.jspecify.annotations.NullMarked;

/// Traces and witnesses of real runs.
@NullMarked
module opml.proof {
  requires static transitive org.jspecify;
  requires transitive opml.compiler;
  requires transitive opml.engine;
  requires transitive opml.game;
  requires java.management;
  requires opml.twins;

  exports opml.proof;
}
