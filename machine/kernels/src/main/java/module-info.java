import org.jspecify.annotations.NullMarked;

/// Reference kernels and soft-float, in kernel Java.
@NullMarked
module opml.kernels {
  requires static transitive org.jspecify;
  requires transitive opml.core;
  requires jdk.management;

  exports opml.kernels.abi;
  exports opml.kernels.bound;
  exports opml.kernels.cases;
  exports opml.kernels.catalog;
  exports opml.kernels.layout;
  exports opml.kernels.memory;
  exports opml.kernels.operators;
  exports opml.kernels.softfloat;
  exports opml.kernels.transformer;
}
