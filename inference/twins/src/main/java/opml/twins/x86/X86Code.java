package opml.twins.x86;

import java.util.List;
import java.util.Map;

/// Assembled code.
///
/// @param bytes what the processor executes, at any address
/// @param instructions the same, to be read
/// @param labels where each label stands in the bytes
public record X86Code(byte[] bytes, List<X86Instruction> instructions, Map<Label, Integer> labels) {
  public X86Code {
    bytes = bytes.clone();
    instructions = List.copyOf(instructions);
    labels = Map.copyOf(labels);
  }

  @Override
  public byte[] bytes() {
    return bytes.clone();
  }
}
