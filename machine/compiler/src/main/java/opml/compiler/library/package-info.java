/// Kernel Java that the compiler itself brings along: the methods of the JDK that kernels may call and for which the
/// machine has no instruction.
package opml.compiler.library;
