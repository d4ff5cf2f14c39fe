package opml.llm.forward;

import opml.engine.tensor.ElementType;
import opml.kernels.layout.TextCache;

/// How keys and values are kept.
public enum CacheType {
  F16(ElementType.F16, TextCache.F16),
  F32(ElementType.F32, TextCache.F32),
  Q8_0(ElementType.Q8_0, TextCache.Q8_0);

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
