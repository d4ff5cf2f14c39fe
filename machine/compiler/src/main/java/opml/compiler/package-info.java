/// Cross-compiler from kernel bytecode to RV64IM programs.
package opml.compiler;
