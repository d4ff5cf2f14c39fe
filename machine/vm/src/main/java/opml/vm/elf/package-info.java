/// Programs from C and other compilers: [opml.vm.elf.Elf64] reads a static RISC-V executable and says what is wrong
/// with any other file; [opml.vm.elf.Executable] is what comes out, ready to run on any machine.
package opml.vm.elf;
