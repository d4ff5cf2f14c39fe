/// What comes out: [opml.compiler.program.CompiledProgram], whose [opml.compiler.program.Symbol]s say which line of
/// which method an instruction comes from.
package opml.compiler.program;
