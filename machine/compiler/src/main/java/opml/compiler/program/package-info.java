/// What comes out: [opml.compiler.program.CompiledProgram], its words and constants, with a
/// [opml.compiler.program.Symbol] for every place that people may want to look up.
package opml.compiler.program;
