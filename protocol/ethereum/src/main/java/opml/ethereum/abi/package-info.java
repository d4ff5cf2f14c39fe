/// What a contract's bytes mean. [opml.ethereum.abi.ContractAbi] knows its functions, events and errors by name, a
/// [opml.ethereum.abi.Contract] is one at its address, [opml.ethereum.abi.Values] is what came back. Decoding takes
/// only what solc's encoder writes.
@NullMarked
package opml.ethereum.abi;

import org.jspecify.annotations.NullMarked;
