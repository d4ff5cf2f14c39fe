package opml.formats.strings;

/// What a model that has strings takes and gives under a name: a tensor of numbers, or one of strings.
public sealed interface ModelValue permits NumberTensor, StringTensor {
  /// {@return `float 2x3`, or `string 2x3`}
  String describe();
}
