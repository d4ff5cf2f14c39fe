package opml.twins.tile;

/// The system calls that executable memory needs. Each answers with 0, or with what `errno` says.
interface Pages {
  /// Maps private, anonymous pages that can be read and written.
  ///
  /// @param address where the first element receives the address
  int map(long bytes, long[] address);

  /// Takes the right to write away, and gives the right to execute.
  int protect(long address, long bytes);

  /// Gives pages back.
  int unmap(long address, long bytes);
}
