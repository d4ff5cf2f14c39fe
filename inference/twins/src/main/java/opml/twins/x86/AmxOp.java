package opml.twins.x86;

/// Instructions on matrices (AMX), each with its encoding as the SDM has it on its page: VEX.128, W0, in the map 0F 38.
public enum AmxOp implements X86Operation {
  /// Takes the sizes of all matrix registers from 64 bytes of memory, and zeroes the registers.
  LDTILECFG(0, 0x49),

  /// Gives the registers back, so that nobody saves them.
  TILERELEASE(0, 0x49),
  TILEZERO(0xF2, 0x49),

  /// Loads rows, one every so many bytes as the address's index says.
  TILELOADD(0xF2, 0x4B),
  TILESTORED(0xF3, 0x4B),

  /// Adds products of signed bytes: of a row's group of four and the same group of a column.
  TDPBSSD(0xF2, 0x5E),

  /// The same of signed bytes of a row and unsigned ones of a column.
  TDPBSUD(0xF3, 0x5E);

  /// The field pp: 0 none, 2 is F3, 3 is F2 (SDM 2.3.6.1).
  final int prefix;

  final int opcode;

  AmxOp(int prefix, int opcode) {
    this.prefix = prefix == 0 ? 0 : prefix == 0xF3 ? 2 : 3;
    this.opcode = opcode;
  }
}
