package opml.llm.forward;

import opml.engine.tensor.ElementType;
import opml.kernels.layout.Cache;

/// How keys and values are kept.
public enum CacheType {
  F16(ElementType.F16, Cache.F16),
  F32(ElementType.F32, Cache.F32),
  Q8_0(ElementType.Q8_0, Cache.Q8_0);

  private final ElementType type;
  private final int code;

  CacheType(ElementType type, int code) {
    this.type = type;
    this.code = code;
  }

  ElementType type() {
    return type;
  }

  /// {@return what kernels call it}
  public int code() {
    return code;
  }
}
