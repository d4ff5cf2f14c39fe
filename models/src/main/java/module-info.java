import org.jspecify.annotations.NullMarked;

/// The demo models, images for them, and the program that trains and quantises them.
@NullMarked
module opml.models {
  requires static transitive org.jspecify;
  requires transitive opml.core;
  requires opml.kernels;
  requires opml.engine;

  exports opml.models;
  exports opml.models.digit;
  exports opml.models.mnist;
}
