package opml.engine.run;

/// Whether what operands hold in every call stays in memory, and from when on.
public enum Residence {
  /// From the beginning: it is packed when a kernel is prepared, and is then what was hashed, or will be.
  AT_ONCE,

  /// From its second use on: first, each part is read and packed while it is multiplied, and forgotten, so that a first
  /// token of a short prompt waits for no memory, and takes none. Nothing ties it to what is hashed but the file's size
  /// and its time of change, so it is not for those who claim.
  WHEN_USED_AGAIN,

  /// Never: there is no room, and each call reads it again, in parts.
  NEVER
}
