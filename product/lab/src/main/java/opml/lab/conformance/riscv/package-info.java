/// Other people's programs on every machine that we have: [opml.lab.conformance.riscv.RiscvCheck] runs an executable on
/// all [opml.lab.conformance.riscv.Runner]s, and single steps of it in the contract, and compares states.
package opml.lab.conformance.riscv;
