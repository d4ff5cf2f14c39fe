/// From graphs to words: [opml.compiler.backend.Selector] chooses instructions over any number of registers,
/// [opml.compiler.backend.Allocator] colours them with the machine's, [opml.compiler.backend.Assembler] lays methods
/// and constants out. [opml.compiler.backend.Backend] drives them.
package opml.compiler.backend;
