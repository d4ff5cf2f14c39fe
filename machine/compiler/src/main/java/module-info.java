import org.jspecify.annotations.NullMarked;

/// Cross-compiler from kernel bytecode to RV64IM programs.
@NullMarked
module opml.compiler {
  requires static transitive org.jspecify;
  requires transitive opml.kernels;
  requires transitive opml.vm;

  exports opml.compiler;
  exports opml.compiler.frontend;
  exports opml.compiler.ir;
  exports opml.compiler.program;
}
