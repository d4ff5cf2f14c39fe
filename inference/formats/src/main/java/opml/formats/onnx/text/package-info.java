/// Nodes that look into strings, or make some: what no kernel does. They are computed here, in plain Java, beside the
/// numbers' graph, and so cannot be committed to.
///
/// [TextOperators] says which nodes these are; each is a [TextNode], ready to run. What only moves strings, or
/// compares them, is none of them: a graph of numbers does it with a number for each string.
package opml.formats.onnx.text;
