package opml.ethereum.abi;

/// A named place for a value: an argument, a result, a struct's member or an event's field.
///
/// @param name may be empty
/// @param indexed whether an event keeps it as a topic
public record AbiParameter(String name, AbiType type, boolean indexed) {}
