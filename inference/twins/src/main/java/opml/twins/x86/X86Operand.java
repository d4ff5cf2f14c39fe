package opml.twins.x86;

/// What an instruction works on; `toString` is Intel's syntax.
public sealed interface X86Operand permits Gpr, Simd, Tmm, EffectiveAddress, Immediate, Label {}
