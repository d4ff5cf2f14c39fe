package opml.twins.x86;

/// What an instruction does.
public sealed interface X86Operation permits ScalarOp, SimdOp, AmxOp {}
