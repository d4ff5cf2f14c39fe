package opml.compiler.ir;

/// Where in the source something comes from; of inlined code, the inlined method.
///
/// @param line 0 where the class file does not say, and for what the compiler adds
public record Origin(MethodRef method, int line) {}
