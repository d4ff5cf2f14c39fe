package opml.vm.step;

import opml.core.hash.Bytes32;

/// What one step may touch of a machine. The same [Step] runs on a machine, records what it touches, or replays a
/// record, depending on who stands behind this interface.
public interface StateAccess {
  long pc();

  void pc(long value);

  long exit();

  void exit(long value);

  /// {@return the value of register 0 to 31; x0 is 0}
  long register(int number);

  /// Sets register 1 to 31.
  void register(int number, long value);

  /// {@return depth of the code tree}
  int codeDepth();

  /// {@return depth of the memory tree}
  int memDepth();

  /// {@return the code tree's leaf `index`}
  Bytes32 codeLeaf(long index);

  /// {@return the memory's leaf `index`}
  Bytes32 memoryLeaf(long index);

  /// Replaces the memory's leaf `index`, which this step has read before.
  void memoryLeaf(long index, Bytes32 leaf);
}
