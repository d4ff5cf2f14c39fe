/// Other people's programs on every machine that we have: [opml.app.conformance.riscv.RiscvCheck] runs an executable on
/// all [opml.app.conformance.riscv.Runner]s, and single steps of it in the contract, and compares states.
package opml.app.conformance.riscv;
