package opml.lab.dist;

import opml.lab.bench.BenchException;

/// The kinds of Linux that a distribution can be made for, each on a machine of its kind.
enum LinuxKind {
  AMD64("amd64", "x86_64"),
  ARM64("arm64", "aarch64");

  private final String containerWord;
  private final String kernelWord;

  LinuxKind(String containerWord, String kernelWord) {
    this.containerWord = containerWord;
    this.kernelWord = kernelWord;
  }

  /// {@return its name in container images}
  String containerWord() {
    return containerWord;
  }

  /// {@return its name in `uname -m`, by which SQLite's driver goes}
  String kernelWord() {
    return kernelWord;
  }

  /// @throws BenchException if this is no Linux, or another processor
  static LinuxKind ofThisMachine() {
    String system = System.getProperty("os.name");
    String processor = System.getProperty("os.arch");
    for (LinuxKind one : values()) {
      boolean same = processor.equals(one.containerWord) || processor.equals(one.kernelWord);
      if (system.equals("Linux") && same) {
        return one;
      }
    }
    throw new BenchException(
        "distributions are made on Linux, for amd64 and arm64: this is %s on %s"
            .formatted(system, processor));
  }
}
