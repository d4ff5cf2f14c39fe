/// Tensors of strings, and values of a model that are either these or numbers.
package opml.formats.strings;
