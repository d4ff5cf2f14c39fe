/// The instruction set. [opml.vm.isa.Op] is the one table of all instructions, [opml.vm.isa.Format] tells where a word
/// keeps its operands, [opml.vm.isa.Instruction] is a decoded word, which can be encoded again,
/// [opml.vm.isa.Disassembler] writes it down for people, and [opml.vm.isa.Arithmetic] has the few operations that Java
/// defines otherwise.
package opml.vm.isa;
