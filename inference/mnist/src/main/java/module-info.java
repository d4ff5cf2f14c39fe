import org.jspecify.annotations.NullMarked;

/// The two MNIST models, images for them, and the program that trains and quantises them.
@NullMarked
module opml.mnist {
  requires static transitive org.jspecify;
  requires transitive opml.formats;

  exports opml.mnist;
  exports opml.mnist.digit;
  exports opml.mnist.data;
}
