/// A small assembler for x86-64: only what the tiles of `opml.twins.tile` need, and only 64-bit mode.
///
/// [opml.twins.x86.X86Assembler] writes instructions one after the other. [opml.twins.x86.SimdOp] is the table of the
/// vector instructions, a line each as the manual has it; [opml.twins.x86.ScalarOp] names the few others. Operands are
/// registers ([opml.twins.x86.Gpr], [opml.twins.x86.Simd]), memory ([opml.twins.x86.EffectiveAddress]), a
/// [opml.twins.x86.Label] or an [opml.twins.x86.Immediate]. The result, [opml.twins.x86.X86Code], has the bytes and the
/// instructions beside them. So a test can print them in Intel's syntax for another assembler and compare the bytes,
/// and execute them in Java on a processor that lacks them.
///
/// Sections and tables are those of the *Intel 64 and IA-32 Architectures Software Developer's Manual*, volume 2 (SDM).
package opml.twins.x86;
