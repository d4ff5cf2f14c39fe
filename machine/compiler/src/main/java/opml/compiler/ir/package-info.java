/// The intermediate form: a control flow graph of [opml.compiler.ir.Block]s and single-assignment
/// [opml.compiler.ir.Node]s whose operations are RISC-V's own. Pure nodes float until
/// [opml.compiler.ir.Schedule] places them; [opml.compiler.ir.Cleanup] and [opml.compiler.ir.Lower] rewrite.
package opml.compiler.ir;
